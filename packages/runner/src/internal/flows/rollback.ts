/** Rolls back an all-or-nothing run in a separate run, which makes the added accounts inactive. */
import { AdminAccounts } from "@effect-glowmarkt/core/AdminAccounts"
import type { CallError, InvalidInput } from "@effect-glowmarkt/core/GlowmarktError"
import { AccountId, ApplicationId } from "@effect-glowmarkt/core/Identifier"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { Result, Row, Summary } from "../../ApplyResult.js"
import * as Converge from "../../Converge.js"
import type { Limits } from "../../Limits.js"
import * as Plan from "../../Plan.js"
import * as PlannedFlow from "../../PlannedFlow.js"
import {
  type Run,
  type RunId,
  type RunMismatch,
  type RunNotFound,
  type RunUnfinished,
  rollbackRunId
} from "../../Run.js"
import type { RunStore } from "../../RunStore.js"
import type { RunStoreError } from "../../RunStoreError.js"

const Added = Schema.Struct({ user: Schema.String, accountId: AccountId, applicationId: ApplicationId })

const Read = Schema.Struct({ inactive: Schema.Boolean })

const describe = ({ accountId }: typeof Added.Type) => `make ${accountId} inactive again`

const readAccount = ({ accountId, applicationId }: typeof Added.Type) =>
  Effect.map(Converge.getOwnState(accountId, applicationId), (seen) => ({ inactive: Converge.isInactive(seen) }))

const rollbackFlow = PlannedFlow.make({
  name: "onboardAccounts.undo",
  parameters: Schema.Struct({}),
  row: Added,
  key: ({ user }) => user,
  expected: { user: "the user", accountId: "the account that was added", applicationId: "its application" },
  state: Read,
  read: (added): Effect.Effect<typeof Read.Type, CallError | InvalidInput | Converge.Refused, AdminAccounts> =>
    Effect.catchTag(readAccount(added), "AccountNotFound", Converge.refuseMissing),
  isSatisfied: ({ inactive }) => inactive,
  write: ({ read, wanted }) =>
    Effect.flatMap(AdminAccounts, (admin) =>
      Converge.converge({
        before: read,
        read: readAccount(wanted),
        isSatisfied: ({ inactive }) => inactive,
        write: () => admin.remove(wanted.accountId),
        wanted: "the account inactive"
      })
    ),
  describe: (_, added) => describe(added)
})

const decodeAdded = Schema.decodeUnknownOption(Added)

const isAdded = (result: Result | undefined): result is Extract<Result, { readonly _tag: "Done" }> =>
  result?._tag === "Done" && result.change === "made"

/**
 * Plans to make inactive the accounts that the run added. It leaves out accounts that existed
 * before the plan (`Skipped`) and accounts that someone else has added since (`found`). Equal rows
 * give an equal plan, so that the rollback can be resumed like any other run.
 */
const planFor = (run: Pick<Run, "runId" | "startedAt">, target: Plan.Target, rows: ReadonlyArray<Row>): Plan.Plan => {
  const entries = rows.flatMap(
    ({ cells, key, result }): ReadonlyArray<Plan.Entry> =>
      Option.match(decodeAdded(isAdded(result) ? { ...result.read, user: key } : undefined), {
        onNone: () => [],
        onSome: (added) => [
          { key, will: describe(added), intent: { _tag: "Change", read: { inactive: false }, wanted: added }, cells }
        ]
      })
  )
  return {
    header: {
      plan: 1,
      id: run.runId,
      flow: rollbackFlow.name,
      createdAt: run.startedAt,
      target,
      parameters: {},
      counts: Plan.count(entries)
    },
    entries
  }
}

export interface Rollback {
  readonly runId: RunId
  readonly inactive: number
  readonly failed: number
}

export const rollBack = Effect.fnUntraced(function* (
  of: { readonly name: string },
  run: Pick<Run, "runId" | "startedAt">,
  target: Plan.Target,
  limits: Limits
): Effect.fn.Return<Rollback, CallError | RunMismatch | RunStoreError, AdminAccounts | RunStore> {
  const rows = yield* Effect.catchTag(Stream.runCollect(PlannedFlow.rows(of, run.runId)), "RunNotFound", Effect.die)
  const plan = planFor(run, target, Chunk.toReadonlyArray(rows))
  const runId = rollbackRunId(run.runId)
  return yield* PlannedFlow.apply(rollbackFlow, plan, { runId, ...limits }).pipe(
    Effect.map(toRollback),
    // These errors cannot occur, because the plan was just made here.
    Effect.catchTags({ InvalidPlan: Effect.die, PlanMismatch: Effect.die, PlanNeeded: Effect.die })
  )
})

const toRollback = ({ done, failed, runId, skipped }: Summary): Rollback => ({
  runId,
  inactive: done,
  failed: failed + skipped
})

/** Reads the finished rollback of a run, or `None` if it was not rolled back. */
export const findRollback = (
  runId: RunId
): Effect.Effect<Option.Option<Rollback>, RunMismatch | RunUnfinished | RunStoreError, RunStore> =>
  PlannedFlow.summary(rollbackFlow, rollbackRunId(runId)).pipe(
    Effect.map((summary) => Option.some(toRollback(summary))),
    Effect.catchTag("RunNotFound", () => Effect.succeedNone)
  )

const rolledBackResult: Result = {
  _tag: "Failed",
  kind: "RolledBack",
  message: "The account was added, then made inactive because not all users could be added.",
  mayHaveBeenApplied: false
}

const notRolledBackResult = (why: string): Result => ({
  _tag: "Failed",
  kind: "NotRolledBack",
  message: `The account was added and could not be made inactive: ${why}`,
  mayHaveBeenApplied: true
})

const reasonOf = (result: Result | undefined) =>
  result === undefined ? "the run did not reach it" : result._tag === "Failed" ? result.message : "it was skipped"

export const rows = (
  of: { readonly name: string },
  runId: RunId
): Stream.Stream<Row, RunMismatch | RunNotFound | RunStoreError, RunStore> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const rolledBack = yield* Stream.runCollect(PlannedFlow.rows(rollbackFlow, rollbackRunId(runId))).pipe(
        Effect.catchTag("RunNotFound", () => Effect.succeed(Chunk.empty<Row>()))
      )
      const results = new Map(
        Chunk.toReadonlyArray(rolledBack).map(({ key, outcome, result }): [string, Result] => [
          key,
          outcome === "done" ? rolledBackResult : notRolledBackResult(reasonOf(result))
        ])
      )
      return Stream.map(PlannedFlow.rows(of, runId), (row): Row => {
        const result = results.get(row.key)
        return result === undefined ? row : { ...row, outcome: "failed", result }
      })
    })
  )
