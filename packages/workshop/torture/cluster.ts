/** Runs on several workers over PostgreSQL. Name the parts to measure; all by default. */
import * as Effect from "effect/Effect"
import { startServer } from "../postgres.js"
import type { Part } from "./cluster/environment.js"
import { killAudit, pooler } from "./cluster/kill.js"
import { rate, throttled } from "./cluster/rate.js"
import { freeze, killRename } from "./cluster/rename.js"
import { restart, start } from "./cluster/restart.js"
import { scale, speed } from "./cluster/scale.js"
import type { Scenario } from "./scenario.js"

const parts: Record<string, Part> = {
  scale,
  statusAudit: killAudit,
  renameAccounts: killRename,
  freeze,
  restart,
  start,
  rate,
  throttled,
  speed,
  pooler
}

const server = Effect.acquireRelease(
  Effect.flatMap(
    Effect.promise(() => startServer()),
    (server) => (server === undefined ? Effect.dieMessage("needs PostgreSQL") : Effect.succeed(server))
  ),
  (server) => Effect.sync(server.remove)
)

export const cluster: Scenario = (choice) =>
  Effect.scoped(
    Effect.flatMap(server, (server) =>
      Effect.forEach(
        Object.entries(parts).filter(([name]) => choice.flows.length === 0 || choice.flows.includes(name)),
        ([, part]) => part(server, choice)
      )
    )
  )
