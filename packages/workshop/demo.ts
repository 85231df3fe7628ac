/** The demo: audits 5,000 accounts of a simulated Glowmarkt with the real command line. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { createInterface } from "node:readline"
import { Announcement } from "@effect-glowmarkt/simulator"
import * as Schema from "effect/Schema"

const glowmarkt = join(import.meta.dirname, "../../node_modules/.bin/glowmarkt")
const out = resolve(process.env["INIT_CWD"] ?? ".", "audit")

// Keeps your own credentials and stored runs out of the demo.
const home = await mkdtemp(join(tmpdir(), "glowmarkt-demo-"))
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("GLOWMARKT_")))

const say = (text: string) => process.stderr.write(`${text}\n`)

say("$ glowmarkt simulate --accounts 5000")
const simulator = spawn(glowmarkt, ["simulate", "--accounts", "5000"], { stdio: ["ignore", "pipe", "inherit"] })
const [line]: Array<unknown> = await once(createInterface({ input: simulator.stdout }), "line")
const { appKeys, url } = Schema.decodeUnknownSync(Announcement.Json)(line)
say(`  serving ${url}\n`)

say("$ export GLOWMARKT_BASE_URL=… GLOWMARKT_APP_KEY=… GLOWMARKT_APP_SECRET=…")
say(`$ glowmarkt audit --out audit`)
const audit = spawn(glowmarkt, ["audit", "--out", out, "--store", join(home, "runs.db")], {
  stdio: "inherit",
  cwd: home,
  env: {
    ...environment,
    GLOWMARKT_BASE_URL: url,
    GLOWMARKT_APP_KEY: appKeys.key,
    GLOWMARKT_APP_SECRET: appKeys.secret
  }
})
const [code]: Array<unknown> = await once(audit, "close")
simulator.kill("SIGTERM")
await rm(home, { recursive: true })
if (code === 0) {
  say(`
The results are in ${out}: report.html, audit.json (totals), accounts.csv and accounts.ndjson
(one row per account).
With your own credentials in the environment, the same command audits your application:
  GLOWMARKT_APP_KEY=… GLOWMARKT_APP_SECRET=… npx glowmarkt audit --out audit`)
}
process.exitCode = typeof code === "number" ? code : 1
