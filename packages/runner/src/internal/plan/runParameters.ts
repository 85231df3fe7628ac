/**
 * The parameters of a run that applies a plan: the parts of the plan's header that the work depends
 * on.
 */
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { PlanRun } from "../../ApplyResult.js"
import * as Plan from "../../Plan.js"
import { type Run, type RunId, RunMismatch } from "../../Run.js"
import { RunStore } from "../../RunStore.js"
import { damagedParameters } from "../run/openRun.js"
import * as targetMismatch from "./targetMismatch.js"

export const RunParameters = Schema.Struct({
  plan: Schema.String,
  counts: Plan.Counts,
  target: Plan.Target,
  parameters: Schema.Record({ key: Schema.String, value: Schema.Unknown })
})

export type RunParameters = typeof RunParameters.Type

const decode = Schema.decodeUnknownEither(RunParameters)

export const decodeParameters = ({ parameters, runId }: Run) =>
  Either.match(decode(parameters), {
    onLeft: (cause) => damagedParameters(runId, cause),
    onRight: Effect.succeed
  })

/** Returns the parameters of a run after checking its flow and target. */
export const loadParameters = Effect.fnUntraced(function* (
  flow: { readonly name: string },
  runId: RunId,
  target: Plan.Target
) {
  const run = yield* Effect.flatMap(RunStore, (store) => store.get(runId))
  if (run.flow !== flow.name) {
    const differences = [{ name: "flow", stored: run.flow, requested: flow.name }] as const
    return yield* new RunMismatch({ runId, differences })
  }
  const parameters = yield* decodeParameters(run)
  const differences = targetMismatch
    .differences(parameters.target, target)
    .map(({ field, found, planned }) => ({ name: field, stored: planned, requested: found }))
  if (Arr.isNonEmptyReadonlyArray(differences)) {
    return yield* new RunMismatch({ runId, differences })
  }
  return parameters
})

const isChange = Schema.is(Schema.Struct({ intent: Schema.Struct({ _tag: Schema.Literal("Change") }) }))

/** Counts the changes of a run that have no result yet. */
export const remaining = (runId: RunId) =>
  Effect.flatMap(RunStore, (store) =>
    store.rows(runId).pipe(
      Stream.filter(({ outcome, subject }) => outcome === "unprocessed" && isChange(subject)),
      Stream.runCount
    )
  )

export const inspect = Effect.fnUntraced(function* (runId: RunId) {
  const run = yield* Effect.flatMap(RunStore, (store) => store.get(runId))
  const decoded = decode(run.parameters)
  if (Either.isLeft(decoded)) {
    return Option.none<PlanRun>()
  }
  const { flow, recorded, startedAt, total, finishedAt } = run
  return Option.some<PlanRun>({
    runId,
    flow,
    startedAt,
    ...decoded.right,
    recorded,
    // Before the plan is stored, nothing has been done.
    remaining: total === undefined ? decoded.right.counts.change : yield* remaining(runId),
    ...(finishedAt === undefined ? {} : { finishedAt })
  })
})
