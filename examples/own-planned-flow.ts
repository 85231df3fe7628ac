/**
 * A planned flow of one's own: puts names into capitals. It is planned, applied and undone here; in
 * between, a plan can be a file that somebody approves.
 *
 *   GLOWMARKT_APP_KEY=… GLOWMARKT_APP_SECRET=… npx tsx examples/own-planned-flow.ts
 */
import { NodeHttpClient, NodeRuntime } from "@effect/platform-node"
import { AdminAccounts, AppKeys, GlowmarktClient, Identifier } from "@effect-glowmarkt/core"
import { Converge, CsvInput, PlannedFlow, RunReport, RunStore } from "@effect-glowmarkt/runner"
import { Chunk, Console, Effect, Either, Layer, Schema, Stream } from "effect"

const Wanted = Schema.Struct({ accountId: Identifier.AccountId, name: Schema.NonEmptyTrimmedString })

const flow = PlannedFlow.undoable(
  PlannedFlow.make({
    name: "capitals",
    parameters: Schema.Struct({}),
    row: Wanted,
    key: ({ accountId }) => accountId,
    expected: { accountId: "an account id", name: "its new name" },
    // All of it is compared when the plan is applied: an account that changed meanwhile is left alone.
    state: Schema.Struct({ name: Schema.String }),
    read: ({ accountId }) =>
      Effect.flatMap(AdminAccounts.AdminAccounts, (admin) => admin.get(accountId)).pipe(
        Effect.map(({ name = "" }) => ({ name })),
        Effect.catchTag("AccountNotFound", ({ message }) => new Converge.Refused({ reason: message }))
      ),
    isSatisfied: (read, wanted) => read.name === wanted.name,
    // Writes only if needed, and verifies.
    write: ({ wanted }) =>
      Effect.map(Converge.ensureName(wanted.accountId, wanted.name), ({ name = "" }) => ({ name })),
    describe: (read, { name }) => `set name to ${JSON.stringify(name)} (was ${JSON.stringify(read.name)})`
  }),
  ({ planned, wanted }) =>
    planned.name === "" ? Either.left("it had no name") : Either.right({ ...wanted, name: planned.name })
)

const program = Effect.gen(function* () {
  const admin = yield* AdminAccounts.AdminAccounts
  const some = yield* Stream.runCollect(Stream.take(Stream.filterMap(admin.stream, Either.getRight), 5))
  const wanted = Chunk.toReadonlyArray(some).flatMap(({ accountId, name }) =>
    name === undefined ? [] : [{ accountId, name: name.trim().toUpperCase() }]
  )
  const rows = CsvInput.rowsOf(flow.input, wanted)

  const plan = yield* PlannedFlow.plan(flow, { rows, parameters: {} })
  for (const { key, will } of plan.entries) yield* Console.log(`${key}: ${will}`)

  const { done, runId, total } = yield* PlannedFlow.apply(flow, plan)
  yield* Console.log(`${done} of ${total} are in capitals`)
  const failed = RunReport.failedCsv(PlannedFlow.rows(flow, runId))
  yield* Console.log(yield* Stream.mkString(Stream.decodeText(failed)))

  const undone = yield* PlannedFlow.apply(flow, yield* PlannedFlow.undo(flow, runId))
  yield* Console.log(`${undone.done} of ${undone.total} are as they were`)
})

const Accounts = AdminAccounts.layer.pipe(
  Layer.provide(AppKeys.layerConfig()),
  Layer.provide(GlowmarktClient.layerConfig()),
  Layer.provide(NodeHttpClient.layerUndici)
)

program.pipe(Effect.provide([Accounts, RunStore.layerMemory]), NodeRuntime.runMain)
