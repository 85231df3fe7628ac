/** Applies one line of a plan. */
import { type CallError, explanation } from "@effect-glowmarkt/core/GlowmarktError"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { Result } from "../../ApplyResult.js"
import { Refused } from "../../Converge.js"
import * as Journal from "../../Journal.js"
import type { Entry } from "../../Plan.js"
import { TransientFailure } from "../../Step.js"
import { shareSessions } from "../../UserSessions.js"
import { toRecord } from "../run/openRun.js"
import { unretried } from "../scheduler/unretried.js"
import { isCallError, mayHaveWritten } from "./callError.js"
import { decodeStates, isActionable } from "./planEntry.js"
import type { PlannedFlow, StepError } from "./plannedFlow.js"

type Differences = NonNullable<Extract<Result, { readonly _tag: "Skipped" }>["differences"]>

export const differences = (
  planned: Readonly<Record<string, unknown>>,
  found: Readonly<Record<string, unknown>>
): ReadonlyArray<Differences[number]> =>
  Arr.dedupe([...Object.keys(planned), ...Object.keys(found)])
    .filter((field) => JSON.stringify(planned[field]) !== JSON.stringify(found[field]))
    .map((field) => ({ field, planned: planned[field] ?? null, found: found[field] ?? null }))

const missed = (reason: string): Result => ({ _tag: "Skipped", reason, end: "missed" })

const unchanged: Result = { _tag: "Skipped", reason: "nothing to do: already so", end: "reached" }

const drifted = (differences: Differences): Result => {
  const changes = differences.map(
    ({ field, found, planned }) => `${field} was ${JSON.stringify(planned)}, now ${JSON.stringify(found)}`
  )
  return {
    _tag: "Skipped",
    reason: `changed since the plan was made: ${changes.join("; ")}`,
    end: "missed",
    differences
  }
}

/**
 * Returns the result for an error. A refusal before any write means that the subject was skipped.
 */
const failed = (error: StepError, mayHaveBeenApplied: boolean): Result =>
  error instanceof Refused && !mayHaveBeenApplied
    ? missed(error.reason)
    : { _tag: "Failed", kind: error._tag, message: explanation(error), mayHaveBeenApplied }

/**
 * Fails with a failed call, so that the run decides whether to retry it. Any other error becomes
 * the subject's result.
 */
const settle = (
  error: StepError,
  mayHaveBeenApplied: boolean
): Effect.Effect<Result, TransientFailure<Result, CallError>> => {
  const failure = isCallError(error) ? error : error.failure
  const result = failed(error, mayHaveBeenApplied)
  return failure === undefined ? Effect.succeed(result) : Effect.fail(new TransientFailure(failure, result, failure))
}

/**
 * Handles an error of a read. A read does not write, so only an earlier attempt can have written.
 */
const onReadError = (error: StepError) =>
  Effect.flatMap(Journal.writeStatus, (standing) => settle(error, standing === "written"))

/**
 * Handles an error of a write. For a failed call, the journal knows whether it may have been sent;
 * other errors say so themselves.
 */
const onWriteError = (error: StepError) =>
  Effect.flatMap(Journal.writeStatus, (standing) =>
    settle(
      error,
      error instanceof Refused
        ? standing === "written"
        : (mayHaveWritten(error, standing) ?? error.mayHaveBeenApplied ?? false)
    )
  )

export const step = <P extends object, W, Read, E extends StepError, R>(
  flow: PlannedFlow<P, W, Read, E, R>,
  parameters: P,
  { intent }: Entry
): Effect.Effect<Result, TransientFailure<Result, CallError>, R> => {
  if (!isActionable(intent)) {
    return Effect.succeed(missed(intent.reason))
  }
  const states = decodeStates(flow, intent)
  if (Either.isLeft(states)) {
    return Effect.succeed<Result>({
      _tag: "Failed",
      kind: "InvalidPlan",
      message: `the recorded plan cannot be read: ${states.left.message}`,
      mayHaveBeenApplied: false
    })
  }
  const { read: planned, wanted } = states.right

  // Without a journal entry, the subject was already in the wanted state. A change that the
  // provider cannot show counts as sent, not as made.
  const done = (read: Read) =>
    Effect.map(
      Journal.writeStatus,
      (standing): Result => ({
        _tag: "Done",
        read: toRecord(flow.state.encode(read)),
        change: standing !== "written" ? "found" : flow.isSatisfied(read, wanted) ? "made" : "sent"
      })
    )

  const applyTo = (read: Read): Effect.Effect<Result, TransientFailure<Result, CallError>, R> => {
    if (flow.isSatisfied(read, wanted)) {
      return intent._tag === "Nothing" ? Effect.succeed(unchanged) : done(read)
    }
    const drift = differences(intent.read, toRecord(flow.state.encode(read)))
    if (intent._tag === "Nothing") {
      // The people who approved the plan saw that it does not change this subject.
      const reason = "the plan has nothing to change here, but now a change is needed. Make a new plan"
      return Effect.succeed(Arr.isNonEmptyReadonlyArray(drift) ? drifted(drift) : missed(reason))
    }
    return Arr.isNonEmptyReadonlyArray(drift) && !flow.isPartial({ wanted, read, planned })
      ? Effect.succeed(drifted(drift))
      : Effect.matchEffect(flow.write({ wanted, read, planned }, parameters), {
          onSuccess: done,
          onFailure: onWriteError
        })
  }

  return Effect.matchEffect(flow.read(wanted, parameters), { onSuccess: applyTo, onFailure: onReadError }).pipe(
    shareSessions,
    unretried
  )
}

/** Reads a subject only to see whether the provider responds. Errors of the subject are ignored. */
export const probe = <P extends object, W, Read, E extends StepError, R>(
  flow: PlannedFlow<P, W, Read, E, R>,
  parameters: P,
  { intent }: Entry
): Effect.Effect<void, TransientFailure<void, CallError>, R> => {
  const states = isActionable(intent) ? decodeStates(flow, intent) : undefined
  return states === undefined || Either.isLeft(states)
    ? Effect.void
    : Effect.matchEffect(flow.read(states.right.wanted, parameters), {
        onSuccess: () => Effect.void,
        onFailure: (error: StepError) =>
          isCallError(error) ? Effect.fail(new TransientFailure(error, undefined, error)) : Effect.void
      })
}
