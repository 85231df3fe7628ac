/** One audit in a process of its own. */
import { createHash } from "node:crypto"
import { AdminAccounts, AppKeys, GlowmarktClient } from "@effect-glowmarkt/core"
import * as NodeTransport from "@effect-glowmarkt/core/NodeTransport"
import { AuditRow, Engine, Progress, Run, StatusAudit } from "@effect-glowmarkt/runner"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { type Said, Told } from "./protocol.js"

const told = Schema.decodeUnknownSync(Schema.parseJson(Told))(process.argv[2])

const say = (said: Said) => {
  process.send?.(said)
}

const accounts = AdminAccounts.layer.pipe(
  Layer.provide(AppKeys.layer({ key: told.key, secret: Redacted.make(told.secret) })),
  Layer.provide(GlowmarktClient.layer({ baseUrl: told.url })),
  Layer.provide(NodeTransport.layer())
)

let retries = 0
let listing = 0

const peak = () => process.resourceUsage().maxRSS / 1024

/** What is left after a collection of garbage, which the parent has made possible. */
const live = () => {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed / 2 ** 20
}

const follow = (event: Progress.Event) => {
  if (event._tag === "Waiting") say({ said: "waits", reason: event.reason })
  if (event._tag === "Resumed") say({ said: "goesOn", waitedMillis: Duration.toMillis(event.waited) })
  if (event._tag === "SubjectsListed") listing = peak()
  if (event._tag === "Advanced") retries = event.retries
}

const encode = Schema.encodeSync(AuditRow.AuditRow)

const digest = (runId: Run.RunId) =>
  Stream.runFold(StatusAudit.rows(runId), createHash("sha256"), (hash, row) =>
    hash.update(JSON.stringify(encode(row)))
  ).pipe(Effect.map((hash) => hash.digest("hex")))

say({ said: "begins" })

Effect.gen(function* () {
  const runId = Run.RunId.make(told.runId)
  const { errors, total } = yield* StatusAudit.run({
    runId,
    concurrency: told.concurrency === 0 ? "auto" : told.concurrency,
    rate: { limit: told.perSecond === 0 ? 1e6 : told.perSecond, interval: "1 second" }
  })
  const memory = { listing, peak: peak(), live: live() }
  say({ said: "ends", total, errors, digest: yield* digest(runId), retries, memory })
}).pipe(
  Progress.observe(Stream.runForEach((event) => Effect.sync(() => follow(event)))),
  Effect.provide(Layer.merge(accounts, Engine.sqlite(told.store))),
  Effect.catchAllCause((cause) => Effect.sync(() => say({ said: "fails", message: String(Cause.squash(cause)) }))),
  Effect.ensuring(Effect.sync(() => process.disconnect?.())),
  Effect.runFork
)
