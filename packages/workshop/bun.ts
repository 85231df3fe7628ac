/**
 * Shows that the runner works on Bun: audits simulated accounts over `fetch`, with the store in
 * memory. Checks that `NodeTransport` names the transport to use there. Bun comes from the package
 * registry and stays in `node_modules/.cache`. Linux on x64 only.
 */
import { execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdirSync } from "node:fs"
import { join } from "node:path"
import { AppKeys, FetchAccounts } from "@effect-glowmarkt/core"
import { NodeTransport } from "@effect-glowmarkt/core/node"
import { RunStore, StatusAudit } from "@effect-glowmarkt/runner"
import { Announcement, Simulator } from "@effect-glowmarkt/simulator"
import { Effect, Exit } from "effect"

const packageName = "@oven/bun-linux-x64-baseline"
const cache = join(import.meta.dirname, "../../node_modules/.cache/bun")
const bun = join(cache, "node_modules", packageName, "bin/bun")

/** Installs Bun with a separate manifest, so that the project's is not changed. */
const install = () => {
  if (process.platform !== "linux" || process.arch !== "x64") throw new Error("This needs Linux on x64.")
  mkdirSync(cache, { recursive: true })
  execFileSync("npm", ["install", "--prefix", cache, "--no-audit", "--no-fund", "--loglevel=error", packageName])
}

/** Bun's part. */
const audit = Effect.gen(function* () {
  const { counts, total } = yield* StatusAudit.run()
  console.log(`Bun ${process.versions["bun"]}: audited ${total} accounts, ${counts.undetermined} undetermined`)
  const exit = yield* Effect.exit(Effect.scoped(NodeTransport.make()))
  if (Exit.isSuccess(exit) || !String(exit.cause).includes("Use FetchTransport")) {
    return yield* Effect.dieMessage(`NodeTransport does not refuse Bun: ${exit}`)
  }
}).pipe(Effect.provide([FetchAccounts.layerAdmin(AppKeys.layerConfig()), RunStore.layerMemory]))

/** On Node: starts this script again on Bun. */
const onBun = Effect.gen(function* () {
  if (!existsSync(bun)) install()
  const { appKeys, url } = yield* Announcement.make
  const env = { GLOWMARKT_BASE_URL: url, GLOWMARKT_APP_KEY: appKeys.key, GLOWMARKT_APP_SECRET: appKeys.secret }
  const child = spawn(bun, [import.meta.filename], { env, stdio: "inherit" })
  const [code]: Array<unknown> = yield* Effect.promise(() => once(child, "close"))
  process.exitCode = code === 0 ? 0 : 1
}).pipe(Effect.provide(Simulator.layer({ accounts: 300 })))

await (process.versions["bun"] === undefined ? Effect.runPromise(onBun) : Effect.runPromise(audit))
