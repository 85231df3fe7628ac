/** One audit, or one plan and its application, in a process of its own. */
import { createHash } from "node:crypto"
import { AdminAccounts, AppKeys, GlowmarktClient } from "@effect-glowmarkt/core"
import * as NodeTransport from "@effect-glowmarkt/core/NodeTransport"
import { AuditRow, PlannedFlow, Progress, RenameAccounts, Run, StatusAudit } from "@effect-glowmarkt/runner"
import * as SqliteRunStore from "@effect-glowmarkt/runner/SqliteRunStore"
import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { type Memory, type Said, Told } from "./protocol.js"

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

const megabytes = (bytes: number) => bytes / 2 ** 20

const peak = () => process.resourceUsage().maxRSS / 1024

/** What is left after a collection of garbage, which the parent has made possible. */
const memory = (): Memory => {
  const most = peak()
  const { external, heapTotal } = process.memoryUsage()
  globalThis.gc?.()
  return {
    live: megabytes(process.memoryUsage().heapUsed),
    heap: megabytes(heapTotal),
    external: megabytes(external),
    listing,
    peak: most
  }
}

const follow = (event: Progress.Event) => {
  if (event._tag === "Waiting") say({ said: "waits", reason: event.reason })
  if (event._tag === "Resumed") say({ said: "goesOn", waitedMillis: Duration.toMillis(event.waited) })
  if (event._tag === "SubjectsListed") listing = peak()
  if (event._tag === "Advanced") retries = event.retries
}

const digest = <A, E, R>(rows: Stream.Stream<A, E, R>, text: (row: A) => string) =>
  Stream.runFold(rows, createHash("sha256"), (hash, row) => hash.update(text(row))).pipe(
    Effect.map((hash) => hash.digest("hex"))
  )

const encode = Schema.encodeSync(AuditRow.AuditRow)

const runId = Run.RunId.make(told.runId)

const pace = {
  runId,
  ...(told.concurrency === undefined ? {} : { concurrency: told.concurrency }),
  ...(told.rate === undefined ? {} : { rate: told.rate })
}

const audit = Effect.gen(function* () {
  const { errors, total } = yield* StatusAudit.run(pace)
  const used = memory()
  const failed = Object.values(errors).reduce((sum, n) => sum + n, 0)
  const all = yield* digest(StatusAudit.rows(runId), (row) => JSON.stringify(encode(row)))
  say({ said: "ends", total, failed, digest: all, retries, memory: used })
})

const rename = (count: number) =>
  Effect.gen(function* () {
    const { stream } = yield* AdminAccounts.AdminAccounts
    const listed = yield* stream.pipe(Stream.filterMap(Either.getRight), Stream.take(count), Stream.runCollect)
    const rows = Chunk.toReadonlyArray(listed).map(({ accountId }, i) => ({
      line: i + 2,
      cells: { accountId },
      value: { accountId, name: `Renamed ${i}` }
    }))
    const plan = yield* PlannedFlow.plan(RenameAccounts.flow, { rows, parameters: {}, ...pace })
    say({ said: "applies" })
    const { done, total } = yield* PlannedFlow.apply(RenameAccounts.flow, plan, pace)
    const used = memory()
    const all = yield* digest(PlannedFlow.rows(RenameAccounts.flow, runId), (row) => JSON.stringify(row))
    say({ said: "ends", total, failed: total - done, digest: all, retries, memory: used })
  })

say({ said: "begins" })

Effect.suspend(() => (told.work.flow === "statusAudit" ? audit : rename(told.work.rows))).pipe(
  Progress.observe(Stream.runForEach((event) => Effect.sync(() => follow(event)))),
  Effect.provide(Layer.merge(accounts, SqliteRunStore.layer(told.store))),
  Effect.catchAllCause((cause) => Effect.sync(() => say({ said: "fails", message: String(Cause.squash(cause)) }))),
  Effect.ensuring(Effect.sync(() => process.disconnect?.())),
  Effect.runFork
)
