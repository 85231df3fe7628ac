/** A worker process: one audit, or planning and applying renames. */
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
import { type Memory, type WorkerMessage, WorkerOptions } from "./protocol.js"

const options = Schema.decodeUnknownSync(Schema.parseJson(WorkerOptions))(process.argv[2])

const send = (message: WorkerMessage) => {
  process.send?.(message)
}

const accounts = AdminAccounts.layer.pipe(
  Layer.provide(AppKeys.layer({ key: options.key, secret: Redacted.make(options.secret) })),
  Layer.provide(GlowmarktClient.layer({ baseUrl: options.url })),
  Layer.provide(NodeTransport.layer())
)

let retries = 0
let listing = 0

const megabytes = (bytes: number) => bytes / 2 ** 20

const peak = () => process.resourceUsage().maxRSS / 1024

/** Memory after a garbage collection; the parent starts Node with `--expose-gc`. */
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
  if (event._tag === "OutageWaiting") send({ event: "waiting", reason: event.reason })
  if (event._tag === "OutageEnded") send({ event: "resumed", waitedMillis: Duration.toMillis(event.waited) })
  if (event._tag === "SubjectsListed") listing = peak()
  if (event._tag === "Advanced") retries = event.retries
}

const digest = <A, E, R>(rows: Stream.Stream<A, E, R>, text: (row: A) => string) =>
  Stream.runFold(rows, createHash("sha256"), (hash, row) => hash.update(text(row))).pipe(
    Effect.map((hash) => hash.digest("hex"))
  )

const encode = Schema.encodeSync(AuditRow.AuditRow)

const runId = Run.RunId.make(options.runId)

const pace = {
  runId,
  ...(options.concurrency === undefined ? {} : { concurrency: options.concurrency }),
  ...(options.rate === undefined ? {} : { rate: options.rate })
}

const audit = Effect.gen(function* () {
  const { errors, total } = yield* StatusAudit.run(pace)
  const used = memory()
  const failed = Object.values(errors).reduce((sum, n) => sum + n, 0)
  const all = yield* digest(StatusAudit.rows(runId), (row) => JSON.stringify(encode(row)))
  send({ event: "finished", total, failed, digest: all, retries, memory: used })
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
    send({ event: "applying" })
    const { done, total } = yield* PlannedFlow.apply(RenameAccounts.flow, plan, pace)
    const used = memory()
    const all = yield* digest(PlannedFlow.rows(RenameAccounts.flow, runId), (row) => JSON.stringify(row))
    send({ event: "finished", total, failed: total - done, digest: all, retries, memory: used })
  })

send({ event: "started" })

Effect.suspend(() => (options.work.flow === "statusAudit" ? audit : rename(options.work.rows))).pipe(
  Progress.observe(Stream.runForEach((event) => Effect.sync(() => follow(event)))),
  Effect.provide(Layer.merge(accounts, SqliteRunStore.layer(options.store))),
  Effect.catchAllCause((cause) => Effect.sync(() => send({ event: "failed", message: String(Cause.squash(cause)) }))),
  Effect.ensuring(Effect.sync(() => process.disconnect?.())),
  Effect.runFork
)
