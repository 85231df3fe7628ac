/** Runs that apply a plan. */
import * as Codec from "@effect-glowmarkt/core/Codec"
import type { CallError } from "@effect-glowmarkt/core/GlowmarktError"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Stream from "effect/Stream"
import { PlanMismatch, PlanNeeded, Result, type Row, Summary } from "../../ApplyResult.js"
import * as Flow from "../../Flow.js"
import { Journal, type JournalService } from "../../Journal.js"
import type { FinalOutcome, Outcome } from "../../Outcome.js"
import * as Plan from "../../Plan.js"
import { Run, type RunId, type RunMismatch, type RunNotFound, RunUnfinished } from "../../Run.js"
import { RunStore, type RunStoreService } from "../../RunStore.js"
import type { RunStoreError } from "../../RunStoreError.js"
import type { RunContext } from "../../Step.js"
import { execute, listWithProgress } from "../run/executeRun.js"
import { damagedParameters, existingRun, openRun } from "../run/openRun.js"
import { decodeRows } from "../run/runRows.js"
import { serialize } from "../run/serialize.js"
import { probe, step } from "./applyEntry.js"
import { checkEntries, isActionable } from "./planEntry.js"
import type { ApplyOptions, PlannedFlow, ResumeOptions, StepError } from "./plannedFlow.js"
import { decodeParameters, loadParameters, RunParameters } from "./runParameters.js"
import * as targetMismatch from "./targetMismatch.js"

const outcomes: Record<Result["_tag"], FinalOutcome> = { Done: "done", Skipped: "skipped", Failed: "failed" }

const noPlan: RunParameters = {
  plan: "",
  counts: { change: 0, nothing: 0, skip: 0, invalid: 0 },
  target: {},
  parameters: {}
}

/**
 * Returns the journal of one subject. A run must not continue without it, so a step whose note
 * cannot be stored dies, and `work.ts` fails the run.
 */
const journalOf = (store: RunStoreService, runId: RunId, subject: string): JournalService => ({
  note: (note) => Effect.orDie(store.note(runId, subject, note)),
  notes: Effect.orDie(store.notes(runId, subject))
})

/**
 * Makes the flow that applies plans. Its subjects are the entries of a plan, which `apply` and
 * `list` store.
 */
export const toFlow = <P extends object, W, Read, E extends StepError, R>(
  flow: PlannedFlow<P, W, Read, E, R>
): Flow.Flow<RunParameters, Plan.Entry, Result, PlanNeeded | CallError, R | RunStore> => {
  // Safe: the parameters were checked before the run started.
  const parametersOf = ({ parameters }: RunContext<RunParameters>) =>
    Either.getOrThrow(flow.parameters.decode(parameters.parameters))
  // The type arguments are explicit, because otherwise the compiler takes a transient failure for
  // one of the flow's own errors.
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
    R | RunStore,
    CallError
  >({
    name: flow.name,
    parameters: RunParameters,
    defaults: noPlan,
    subject: Plan.Entry,
    result: Result,
    subjects: ({ runId }) => Stream.fail(new PlanNeeded({ runId })),
    step: (entry, run) =>
      Effect.flatMap(RunStore, (store) =>
        Effect.provideService(
          step(targetMismatch.refuseOtherApplication(flow, run.parameters.target), parametersOf(run), entry),
          Journal,
          journalOf(store, run.runId, entry.key)
        )
      ),
    retriedBy: "run",
    outcome: ({ _tag }) => outcomes[_tag],
    requests: ({ intent }) => (isActionable(intent) ? undefined : 0),
    read: (entry, run) => probe(flow, parametersOf(run), entry)
  })
}

export const summary = Effect.fn("PlannedFlow.summary")(function* (
  flow: { readonly name: string },
  runId: RunId
): Effect.fn.Return<Summary, RunMismatch | RunNotFound | RunUnfinished | RunStoreError, RunStore> {
  const run = yield* Effect.flatMap(RunStore, (store) => store.get(runId))
  const { finishedAt, startedAt, total = 0 } = run
  if (finishedAt === undefined) return yield* RunUnfinished.of(run)
  const counts: Record<Outcome, number> = { done: 0, skipped: 0, failed: 0, unprocessed: 0 }
  yield* Stream.runForEach(
    decodeRows(flow, runId, ({ outcome }) => Either.right(outcome)),
    (outcome) =>
      Effect.sync(() => {
        counts[outcome]++
      })
  )
  const { plan } = yield* decodeParameters(run)
  return new Summary({ runId, flow: flow.name, plan, startedAt, finishedAt, total, ...counts })
})

/** Returns the summary of a run that has just been finished. */
const summaryOf = (flow: { readonly name: string }, { runId }: Run) =>
  Effect.catchTags(summary(flow, runId), { RunNotFound: Effect.die, RunUnfinished: Effect.die })

/** Checks that the plan is for this flow and server, and that every line is consistent. */
const checkPlan = Effect.fnUntraced(function* <P extends object, W, Read, E extends StepError, R>(
  flow: PlannedFlow<P, W, Read, E, R>,
  plan: Plan.Plan,
  target: Plan.Target
) {
  const { header } = plan
  const differences = [
    ...(header.flow === flow.name ? [] : [{ field: "flow", planned: header.flow, found: flow.name }]),
    ...targetMismatch.differences(header.target, target)
  ]
  if (Arr.isNonEmptyReadonlyArray(differences)) {
    return yield* new PlanMismatch({ differences })
  }
  yield* checkEntries(flow, plan)
  const { counts, id, parameters } = header
  return { plan: id, counts, target: header.target, parameters } satisfies RunParameters
})

export const list = Effect.fn("PlannedFlow.list")(function* <P extends object, W, Read, E extends StepError, R>(
  flow: PlannedFlow<P, W, Read, E, R>,
  plan: Plan.Plan,
  { runId, target = {}, ...limits }: ApplyOptions = {}
): Effect.fn.Return<Run, Plan.InvalidPlan | PlanMismatch | RunMismatch | RunStoreError, RunStore> {
  const parameters = yield* checkPlan(flow, plan, target)
  const planned = toFlow(flow)
  const opened = yield* openRun(planned, { runId, parameters })
  const total = yield* listWithProgress(planned, opened, Stream.fromIterable(plan.entries), limits)
  return new Run({ ...opened.run, total })
})

export const apply = Effect.fn("PlannedFlow.apply")(function* <P extends object, W, Read, E extends StepError, R>(
  flow: PlannedFlow<P, W, Read, E, R>,
  plan: Plan.Plan,
  { runId, target = {}, ...limits }: ApplyOptions = {}
): Effect.fn.Return<
  Summary,
  Plan.InvalidPlan | PlanMismatch | PlanNeeded | CallError | RunMismatch | RunStoreError,
  R | RunStore
> {
  const parameters = yield* checkPlan(flow, plan, target)
  const planned = toFlow(flow)
  const run = yield* openRun(planned, { runId, parameters }).pipe(
    Effect.flatMap((opened) => execute(planned, opened, Stream.fromIterable(plan.entries), limits)),
    serialize(runId)
  )
  return yield* summaryOf(flow, run)
})

export const resume = Effect.fn("PlannedFlow.resume")(function* <P extends object, W, Read, E extends StepError, R>(
  flow: PlannedFlow<P, W, Read, E, R>,
  runId: RunId,
  { target = {}, ...limits }: ResumeOptions = {}
): Effect.fn.Return<Summary, PlanNeeded | CallError | RunNotFound | RunMismatch | RunStoreError, R | RunStore> {
  const { parameters } = yield* loadParameters(flow, runId, target)
  yield* Effect.catchAll(flow.parameters.decode(parameters), (cause) => damagedParameters(runId, cause))
  const planned = toFlow(flow)
  const run = yield* existingRun(planned, runId).pipe(
    Effect.flatMap((opened) => execute(planned, opened, planned.subjects(opened.context), limits)),
    serialize(runId)
  )
  return yield* summaryOf(flow, run)
})

const decodeEntry = Codec.decoder(Plan.Entry)

const decodeResult = Codec.decoder(Result)

export const rows = (
  flow: { readonly name: string },
  runId: RunId
): Stream.Stream<Row, RunMismatch | RunNotFound | RunStoreError, RunStore> =>
  decodeRows(flow, runId, ({ outcome, result, subject }) =>
    Either.flatMap(decodeEntry(subject), ({ cells, key, line, will }) => {
      const row = { key, will, cells, outcome, ...(line === undefined ? {} : { line }) }
      return outcome === "unprocessed"
        ? Either.right<Row>(row)
        : Either.map(decodeResult(result), (result): Row => ({ ...row, result }))
    })
  )
