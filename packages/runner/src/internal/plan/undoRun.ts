/** Plans to undo a run from its recorded results. */
import * as Codec from "@effect-glowmarkt/core/Codec"
import * as Chunk from "effect/Chunk"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Stream from "effect/Stream"
import { Result } from "../../ApplyResult.js"
import { count, Entry, type Plan } from "../../Plan.js"
import { makeRunId, type RunId, type RunMismatch, type RunNotFound, RunUnfinished } from "../../Run.js"
import { RunStore, type StoredRow } from "../../RunStore.js"
import type { RunStoreError } from "../../RunStoreError.js"
import { toRecord } from "../run/openRun.js"
import { decodeRows } from "../run/runRows.js"
import { decodeStates, describeIntent, intentTag, isActionable } from "./planEntry.js"
import type { StepError, Undoable } from "./plannedFlow.js"
import { loadParameters } from "./runParameters.js"

const decodeEntry = Codec.decoder(Entry)

const decodeResult = Codec.decoder(Result)

const skipEntry = (entry: Entry, reason: string): Entry => ({
  ...entry,
  will: `skip: ${reason}`,
  intent: { _tag: "Skip", reason }
})

/** Returns no entry for a subject that the run did not change. */
const undoEntry = <P extends object, W, Read, E extends StepError, R>(
  flow: Undoable<P, W, Read, E, R>,
  entry: Entry,
  result: Result
): ReadonlyArray<Entry> => {
  if (result._tag === "Failed" && result.mayHaveBeenApplied) {
    return [skipEntry(entry, "the change failed but may have been made anyway; check it manually")]
  }
  if (result._tag !== "Done" || result.change === "found" || !isActionable(entry.intent)) return []
  const change = Either.all({ states: decodeStates(flow, entry.intent), after: flow.state.decode(result.read) })
  if (Either.isLeft(change)) return [skipEntry(entry, `the run's record cannot be read: ${change.left.message}`)]
  const { after, states } = change.right
  const back = Either.flatMap(flow.revert({ wanted: states.wanted, planned: states.read, read: after }), (wanted) =>
    Either.try({
      try: () => ({ wanted, encoded: toRecord(flow.wanted.encode(wanted)) }),
      catch: () => "the previous value cannot be written"
    })
  )
  if (Either.isLeft(back)) return [skipEntry(entry, back.left)]
  const { encoded, wanted } = back.right
  const tag = intentTag(flow, after, wanted)
  return [
    {
      ...entry,
      will: describeIntent(flow, tag, after, wanted),
      intent: { _tag: tag, read: toRecord(flow.state.encode(after)), wanted: encoded }
    }
  ]
}

export const undo = Effect.fn("PlannedFlow.undo")(function* <P extends object, W, Read, E extends StepError, R>(
  flow: Undoable<P, W, Read, E, R>,
  runId: RunId
): Effect.fn.Return<Plan, RunNotFound | RunMismatch | RunUnfinished | RunStoreError, RunStore> {
  const { parameters, target } = yield* loadParameters(flow, runId, {})
  const run = yield* Effect.flatMap(RunStore, (store) => store.get(runId))
  if (run.finishedAt === undefined) return yield* RunUnfinished.of(run)
  const row = ({ outcome, result, subject }: StoredRow) =>
    outcome === "unprocessed"
      ? Either.right([])
      : Either.zipWith(decodeEntry(subject), decodeResult(result), (entry, result) => undoEntry(flow, entry, result))
  const entries = Chunk.toReadonlyArray(yield* Stream.runCollect(decodeRows(flow, runId, row))).flat()
  return {
    header: {
      plan: 1,
      id: yield* makeRunId(flow.name),
      flow: flow.name,
      createdAt: yield* DateTime.now,
      target,
      parameters,
      counts: count(entries)
    },
    entries
  }
})
