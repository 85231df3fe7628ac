/**
 * A custom planned flow: changes names to upper case. This program plans, applies and undoes it. In
 * practice, the plan is saved to a file and reviewed before it is applied.
 *
 *   GLOWMARKT_APP_KEY=… GLOWMARKT_APP_SECRET=… npx tsx examples/own-planned-flow.ts
 */
import { NodeRuntime } from "@effect/platform-node"
import { AdminAccounts, AppKeys, Identifier } from "@effect-glowmarkt/core"
import { NodeAccounts } from "@effect-glowmarkt/core/node"
import { Converge, CsvInput, PlannedFlow, RunReport, RunStore } from "@effect-glowmarkt/runner"
import { Chunk, Console, Effect, Either, Schema, Stream } from "effect"

const Wanted = Schema.Struct({ accountId: Identifier.AccountId, name: Schema.NonEmptyTrimmedString })

const flow = PlannedFlow.undoable(
  PlannedFlow.make({
    name: "capitals",
    parameters: Schema.Struct({}),
    row: Wanted,
    key: ({ accountId }) => accountId,
    expected: { accountId: "an account id", name: "its new name" },
    // Applying compares this state with the plan and skips accounts that have changed since.
    state: Schema.Struct({ name: Schema.String }),
    read: ({ accountId }) =>
      Effect.flatMap(AdminAccounts.AdminAccounts, (admin) => admin.get(accountId)).pipe(
        Effect.map(({ name = "" }) => ({ name })),
        Effect.catchTag("AccountNotFound", Converge.refuseMissing)
      ),
    isSatisfied: (read, wanted) => read.name === wanted.name,
    // Writes only if needed and verifies the result.
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
  yield* Console.log(`${done} of ${total} are in upper case`)
  const failed = RunReport.failedCsv(PlannedFlow.rows(flow, runId))
  yield* Console.log(yield* Stream.mkString(Stream.decodeText(failed)))

  const undone = yield* PlannedFlow.apply(flow, yield* PlannedFlow.undo(flow, runId))
  yield* Console.log(`${undone.done} of ${undone.total} are restored`)
})

program.pipe(
  Effect.provide([NodeAccounts.layerAdmin(AppKeys.layerConfig()), RunStore.layerMemory]),
  NodeRuntime.runMain
)
