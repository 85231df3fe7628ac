/** The run that applies a plan. */
import type { WorkflowEngine } from "@effect/workflow/WorkflowEngine"
import * as Codec from "@effect-glowmarkt/core/Codec"
import type { CallError } from "@effect-glowmarkt/core/GlowmarktError"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Stream from "effect/Stream"
import { PlanMismatch, PlanNeeded, Result, type Row, Summary } from "../../ApplyResult.js"
import * as Flow from "../../Flow.js"
import { Journal } from "../../Journal.js"
import type { Outcome, Settled } from "../../Outcome.js"
import * as Plan from "../../Plan.js"
import type { ApplyOptions, PlannedFlow, ResumeOptions, Trouble } from "../../PlannedFlow.js"
import type { RunId, RunMismatch, RunNotFound } from "../../Run.js"
import { RunStore } from "../../RunStore.js"
import type { RunStoreError } from "../../RunStoreError.js"
import { decoded } from "../run/runRows.js"
import { mark } from "../scheduler/unretried.js"
import { glance, step } from "./applyEntry.js"
import * as journal from "./journal.js"
import { checked, isMeant } from "./planEntry.js"
import { damaged, parametersOf, RunParameters, recorded } from "./runParameters.js"
import * as targetMismatch from "./targetMismatch.js"

const outcomes: Record<Result["_tag"], Settled> = { Done: "done", Skipped: "skipped", Failed: "failed" }

const runnable = <P extends object, W, Read, E extends Trouble, R>(
  flow: PlannedFlow<P, W, Read, E, R>,
  defaults: RunParameters,
  parameters: P,
  journalOf: journal.JournalOf,
  entries: (runId: RunId) => Stream.Stream<Plan.Entry, PlanNeeded>
): Flow.Flow<RunParameters, Plan.Entry, Result, PlanNeeded | CallError, R> => {
  // In full, or the compiler takes a setback for an error of the flow's own.
  return Flow.make<
    RunParameters,
    typeof RunParameters.Encoded,
    Plan.Entry,
    typeof Plan.Entry.Encoded,
    Result,
    typeof Result.Encoded,
    PlanNeeded,
    never,
    never,
    R,
    CallError
  >({
    name: flow.name,
    parameters: RunParameters,
    defaults,
    subject: Plan.Entry,
    result: Result,
    subjects: ({ runId }) => entries(runId),
    step: mark((entry, { runId }) =>
      Effect.provideService(step(flow, parameters, entry), Journal, journalOf(runId, entry.key))
    ),
    outcome: ({ _tag }) => outcomes[_tag],
    requests: ({ intent }) => (isMeant(intent) ? undefined : 0),
    read: (entry) => glance(flow, parameters, entry)
  })
}

const summary = (flow: { readonly name: string }, runId: RunId) =>
  Effect.gen(function* () {
    const store = yield* RunStore
    const run = yield* store.get(runId)
    const counts: Record<Outcome, number> = { done: 0, skipped: 0, failed: 0, unprocessed: 0 }
    yield* Stream.runForEach(
      decoded(flow, runId, ({ outcome }) => Either.right(outcome)),
      (outcome) =>
        Effect.sync(() => {
          counts[outcome]++
        })
    )
    const { plan } = yield* parametersOf(run)
    const { finishedAt, startedAt, total = 0 } = run
    return finishedAt === undefined
      ? yield* Effect.dieMessage(`the run ${runId} was returned unfinished`)
      : new Summary({ runId, flow: flow.name, plan, startedAt, finishedAt, total, ...counts })
  })

export const apply = Effect.fn("PlannedFlow.apply")(function* <P extends object, W, Read, E extends Trouble, R>(
  flow: PlannedFlow<P, W, Read, E, R>,
  plan: Plan.Plan,
  { runId, target = {}, ...pace }: ApplyOptions = {}
): Effect.fn.Return<
  Summary,
  Plan.InvalidPlan | PlanMismatch | PlanNeeded | CallError | RunMismatch | RunStoreError,
  R | WorkflowEngine | RunStore
> {
  const { header } = plan
  const differences = [
    ...(header.flow === flow.name ? [] : [{ field: "flow", planned: header.flow, found: flow.name }]),
    ...targetMismatch.differences(header.target, target).map(({ field, given, known }) => ({
      field,
      planned: known,
      found: given
    }))
  ]
  if (Arr.isNonEmptyReadonlyArray(differences)) {
    return yield* new PlanMismatch({ differences })
  }
  const parameters = yield* checked(flow, plan)
  const given: RunParameters = {
    plan: header.id,
    counts: header.counts,
    target: header.target,
    parameters: header.parameters
  }
  const run = yield* journal.during((journalOf) =>
    Flow.run(
      runnable(targetMismatch.within(flow, header.target), given, parameters, journalOf, () =>
        Stream.fromIterable(plan.entries)
      ),
      { ...pace, runId, parameters: given }
    )
  )
  // It was found just now.
  return yield* Effect.catchTag(summary(flow, run.runId), "RunNotFound", Effect.die)
})

export const resume = Effect.fn("PlannedFlow.resume")(function* <P extends object, W, Read, E extends Trouble, R>(
  flow: PlannedFlow<P, W, Read, E, R>,
  runId: RunId,
  { target = {}, ...pace }: ResumeOptions = {}
): Effect.fn.Return<
  Summary,
  PlanNeeded | CallError | RunNotFound | RunMismatch | RunStoreError,
  R | WorkflowEngine | RunStore
> {
  const given = yield* recorded(flow, runId, target)
  const parameters = yield* Effect.catchAll(flow.parameters.decode(given.parameters), (cause) => damaged(runId, cause))
  yield* journal.during((journalOf) =>
    Flow.run(
      runnable(targetMismatch.within(flow, given.target), given, parameters, journalOf, (runId) =>
        Stream.fail(new PlanNeeded({ runId }))
      ),
      { ...pace, runId }
    )
  )
  return yield* summary(flow, runId)
})

const decodeEntry = Codec.decoder(Plan.Entry)

const decodeResult = Codec.decoder(Result)

export const rows = (
  flow: { readonly name: string },
  runId: RunId
): Stream.Stream<Row, RunMismatch | RunNotFound | RunStoreError, RunStore> =>
  decoded(flow, runId, ({ outcome, result, subject }) =>
    Either.flatMap(decodeEntry(subject), ({ cells, key, line, will }) => {
      const row = { key, will, cells, outcome, ...(line === undefined ? {} : { line }) }
      return outcome === "unprocessed"
        ? Either.right<Row>(row)
        : Either.map(decodeResult(result), (result): Row => ({ ...row, result }))
    })
  )
