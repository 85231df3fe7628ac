/**
 * A process with one client. For each number it receives, it makes that many calls of
 * `GET /account/{accountId}/status`, 32 concurrently, and reports time and CPU.
 *
 *   peerProcess.ts NAME URL [MODULE]
 */
import { type Peer, peers } from "../peers.js"

const [, , name = "", url = "", generated = ""] = process.argv

const make = new Map<string, (url: string, generated: string) => Promise<Peer>>(Object.entries(peers)).get(name)
if (make === undefined) throw new Error(`unknown client ${name}`)
const call = await make(url, generated)

process.on("message", async (calls: number) => {
  const cpu = process.cpuUsage()
  const started = performance.now()
  await call(calls)
  const millis = performance.now() - started
  const { system, user } = process.cpuUsage(cpu)
  process.send?.({ millis, cpuMicros: user + system })
})
process.send?.("ready")
