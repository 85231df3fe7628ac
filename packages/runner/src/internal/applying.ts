/** The run that applies a plan. */
import type { WorkflowEngine } from "@effect/workflow/WorkflowEngine"
import type { CallError } from "@effect-glowmarkt/core/GlowmarktError"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { PlanMismatch, PlanNeeded, Result, type Row, Summary } from "../Applied.js"
import * as Flow from "../Flow.js"
import { Journal } from "../Journal.js"
import type { Outcome, Settled } from "../Outcome.js"
import * as Plan from "../Plan.js"
import type { ApplyOptions, PlannedFlow, Trouble } from "../PlannedFlow.js"
import { type RunId, RunMismatch, type RunNotFound } from "../Run.js"
import { RunStore } from "../RunStore.js"
import { RunStoreError } from "../RunStoreError.js"
import { step } from "./applyingStep.js"
import { checked } from "./entry.js"
import * as journaling from "./journaling.js"
import { decoded } from "./rows.js"
import { mark } from "./unretried.js"

/** What is recorded of a run: the plan's header without what does not matter to the work. */
const RunParameters = Schema.Struct({
  plan: Schema.String,
  counts: Plan.Counts,
  parameters: Schema.Record({ key: Schema.String, value: Schema.Unknown })
})

type RunParameters = typeof RunParameters.Type

const outcomes: Record<Result["_tag"], Settled> = { Done: "done", Skipped: "skipped", Failed: "failed" }

const runnable = <P extends object, W, Read, E extends Trouble, R>(
  flow: PlannedFlow<P, W, Read, E, R>,
  defaults: RunParameters,
  parameters: P,
  journalOf: journaling.JournalOf,
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
    outcome: ({ _tag }) => outcomes[_tag]
  })
}

const targetDifferences = (
  planned: Plan.Target,
  here: Plan.Target
): ReadonlyArray<PlanMismatch["differences"][number]> =>
  (["origin", "applicationId"] as const).flatMap((field) =>
    planned[field] !== undefined && here[field] !== undefined && planned[field] !== here[field]
      ? [{ field, planned: planned[field], found: here[field] }]
      : []
  )

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
    const { plan } = yield* Effect.mapError(recordedOf(run.parameters), (cause) => damaged(store.file, runId, cause))
    const { finishedAt, startedAt, total = 0 } = run
    return finishedAt === undefined
      ? yield* Effect.dieMessage(`the run ${runId} was returned unfinished`)
      : new Summary({ runId, flow: flow.name, plan, startedAt, finishedAt, total, ...counts })
  })

const recordedOf = Schema.decodeUnknown(RunParameters)

const damaged = (file: string, runId: RunId, cause: unknown) =>
  new RunStoreError({ reason: "damaged", file, detail: `the parameters of run ${runId} cannot be read`, cause })

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
    ...targetDifferences(header.target, target)
  ]
  if (Arr.isNonEmptyReadonlyArray(differences)) {
    return yield* new PlanMismatch({ differences })
  }
  const parameters = yield* checked(flow, plan)
  const given: RunParameters = { plan: header.id, counts: header.counts, parameters: header.parameters }
  const run = yield* journaling.during((journalOf) =>
    Flow.run(
      runnable(flow, given, parameters, journalOf, () => Stream.fromIterable(plan.entries)),
      { ...pace, runId, parameters: given }
    )
  )
  // It was found just now.
  return yield* Effect.catchTag(summary(flow, run.runId), "RunNotFound", Effect.die)
})

export const recorded = Effect.fnUntraced(function* (flow: { readonly name: string }, runId: RunId) {
  const store = yield* RunStore
  const run = yield* store.get(runId)
  if (run.flow !== flow.name) {
    const differences = [{ name: "flow", recorded: run.flow, given: flow.name }] as const
    return yield* new RunMismatch({ runId, differences })
  }
  return yield* Effect.mapError(recordedOf(run.parameters), (cause) => damaged(store.file, runId, cause))
})

export const resume = Effect.fn("PlannedFlow.resume")(function* <P extends object, W, Read, E extends Trouble, R>(
  flow: PlannedFlow<P, W, Read, E, R>,
  runId: RunId,
  pace: Flow.Pace = {}
): Effect.fn.Return<
  Summary,
  PlanNeeded | CallError | RunNotFound | RunMismatch | RunStoreError,
  R | WorkflowEngine | RunStore
> {
  const store = yield* RunStore
  const given = yield* recorded(flow, runId)
  const parameters = yield* Effect.mapError(flow.parameters.decode(given.parameters), (cause) =>
    damaged(store.file, runId, cause)
  )
  yield* journaling.during((journalOf) =>
    Flow.run(
      runnable(flow, given, parameters, journalOf, (runId) => Stream.fail(new PlanNeeded({ runId }))),
      { ...pace, runId }
    )
  )
  return yield* summary(flow, runId)
})

const decodeEntry = Schema.decodeUnknownEither(Plan.Entry)

const decodeResult = Schema.decodeUnknownEither(Result)

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
