/**
 * What is left to do of a plan: what consent is asked for.
 *
 * @since 0.1.0
 */
import { Plan, type Run, RunStore, RunStoreError } from "@effect-glowmarkt/runner"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { Wanted } from "./Consenting.js"
import type { SpelledFlow } from "./SpelledFlow.js"

type Header = Pick<Plan.Header, "counts" | "parameters">

const wanted = ({ deletes, deletions, subjects }: SpelledFlow, header: Header, changes: number): Wanted => {
  const left = deletions({ ...header, counts: { ...header.counts, change: changes } })
  return { subjects, changes, deletions: left, deletes: deletes(left) }
}

const decodeEntry = Schema.decodeUnknownOption(Plan.Entry)

const changesLeft = (runId: Run.RunId) =>
  Effect.flatMap(RunStore.RunStore, (store) =>
    Stream.runFold(store.rows(runId), 0, (sum, { outcome, subject }) =>
      outcome === "unprocessed" && Option.exists(decodeEntry(subject), ({ intent }) => intent._tag === "Change")
        ? sum + 1
        : sum
    )
  )

/**
 * Of a run that has begun, what it has not got to; of a new one, all of the plan.
 *
 * @since 0.1.0
 * @category reading
 */
export const ofPlan = Effect.fnUntraced(function* (flow: SpelledFlow, runId: Run.RunId, header: Header) {
  const store = yield* RunStore.RunStore
  const run = yield* Effect.option(store.get(runId))
  const begun = Option.exists(run, ({ total }) => total !== undefined)
  return wanted(flow, header, begun ? yield* changesLeft(runId) : header.counts.change)
})

const decodeHeader = Schema.decodeUnknown(
  Schema.Struct({ counts: Plan.Counts, parameters: Schema.Record({ key: Schema.String, value: Schema.Unknown }) })
)

/**
 * The same of a run alone.
 *
 * @since 0.1.0
 * @category reading
 */
export const ofRun = Effect.fnUntraced(function* (flow: SpelledFlow, { parameters, runId }: Run.Run) {
  const store = yield* RunStore.RunStore
  const header = yield* Effect.mapError(decodeHeader(parameters), (error) =>
    RunStoreError.fromUnknown(store.file, error)
  )
  return wanted(flow, header, yield* changesLeft(runId))
})
