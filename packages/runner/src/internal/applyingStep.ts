/** What a run does with one line of a plan, and the check that all lines can be understood. */
import type * as GlowmarktError from "@effect-glowmarkt/core/GlowmarktError"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { Result } from "../Applied.js"
import { Refused } from "../Converge.js"
import { type Entry, InvalidPlan, type Plan } from "../Plan.js"
import type { PlannedFlow, Trouble } from "../PlannedFlow.js"
import { Setback } from "../Step.js"
import { isCallError } from "./callError.js"
import { inWords, toRecord } from "./planning.js"
import { unretried } from "./unretried.js"

/** The intent of an entry in the flow's own types; nothing for one that is skipped. */
const understood = <P extends object, W, Read, E extends Trouble, R>(
  flow: PlannedFlow<P, W, Read, E, R>,
  intent: Exclude<Entry["intent"], { readonly _tag: "Skip" }>
) => Either.all({ read: flow.read.decode(intent.read), wanted: flow.wanted.decode(intent.wanted) })

const problemOf = <P extends object, W, Read, E extends Trouble, R>(
  flow: PlannedFlow<P, W, Read, E, R>,
  { intent, key, will }: Entry
): string | undefined => {
  if (intent._tag === "Skip") {
    return undefined
  }
  const known = understood(flow, intent)
  if (Either.isLeft(known)) {
    return `what was read or is wanted cannot be understood: ${known.left.message}`
  }
  const { read, wanted } = known.right
  const words = inWords(flow, intent._tag, read, wanted)
  return flow.input.key(wanted) !== key
    ? `it is about ${key}, but the change is of ${flow.input.key(wanted)}`
    : words !== will
      ? `it says “${will}”, but would ${words}`
      : undefined
}

export const checked = Effect.fnUntraced(function* <P extends object, W, Read, E extends Trouble, R>(
  flow: PlannedFlow<P, W, Read, E, R>,
  { entries, header }: Plan
): Effect.fn.Return<P, InvalidPlan> {
  const problems = entries.flatMap((entry, i) => {
    const problem = problemOf(flow, entry)
    return problem === undefined ? [] : [{ line: i + 2, problem }]
  })
  const parameters = flow.parameters.decode(header.parameters)
  const all = Either.isLeft(parameters)
    ? [{ line: 1, problem: `the parameters cannot be understood: ${parameters.left.message}` }, ...problems]
    : problems
  if (Arr.isNonEmptyReadonlyArray(all)) {
    return yield* new InvalidPlan({ problems: all })
  }
  // The left one is among the problems.
  return Either.getOrThrow(parameters)
})

type Differences = NonNullable<Extract<Result, { readonly _tag: "Skipped" }>["differences"]>

export const differences = (
  planned: Readonly<Record<string, unknown>>,
  found: Readonly<Record<string, unknown>>
): ReadonlyArray<Differences[number]> =>
  Arr.dedupe([...Object.keys(planned), ...Object.keys(found)])
    .filter((field) => JSON.stringify(planned[field]) !== JSON.stringify(found[field]))
    .map((field) => ({ field, planned: planned[field] ?? null, found: found[field] ?? null }))

const skipped = (reason: string): Result => ({ _tag: "Skipped", reason })

const drifted = (differences: Differences): Result => {
  const said = differences.map(
    ({ field, found, planned }) => `${field} was ${JSON.stringify(planned)}, now ${JSON.stringify(found)}`
  )
  return { _tag: "Skipped", reason: `changed since the plan was made: ${said.join("; ")}`, differences }
}

const failed = (error: Trouble): Result =>
  error instanceof Refused
    ? skipped(error.reason)
    : {
        _tag: "Failed",
        kind: error._tag,
        message: error.message,
        mayHaveBeenApplied: error.mayHaveBeenApplied ?? false
      }

export const step = <P extends object, W, Read, E extends Trouble, R>(
  flow: PlannedFlow<P, W, Read, E, R>,
  parameters: P,
  { intent }: Entry
): Effect.Effect<Result, Setback<Result, GlowmarktError.CallError>, R> => {
  if (intent._tag === "Skip") {
    return Effect.succeed(skipped(intent.reason))
  }
  const known = understood(flow, intent)
  if (Either.isLeft(known)) {
    return Effect.succeed<Result>({
      _tag: "Failed",
      kind: "InvalidPlan",
      message: `the recorded plan cannot be understood: ${known.left.message}`,
      mayHaveBeenApplied: false
    })
  }
  const { read: planned, wanted } = known.right
  const done = (read: Read): Result => ({ _tag: "Done", read: toRecord(flow.read.encode(read)) })
  return flow.look(wanted, parameters).pipe(
    Effect.flatMap((read): Effect.Effect<Result, Trouble, R> => {
      if (flow.isReached(read, wanted)) {
        // Whether this run got there before it was cut off or somebody else did: the wanted end is there.
        return Effect.succeed(intent._tag === "Nothing" ? skipped("nothing to do: already so") : done(read))
      }
      const drift = differences(intent.read, toRecord(flow.read.encode(read)))
      return Arr.isNonEmptyReadonlyArray(drift) && !flow.isOnTheWay({ wanted, read, planned })
        ? Effect.succeed(drifted(drift))
        : Effect.map(flow.act({ wanted, read, planned }, parameters), done)
    }),
    // The run sees all subjects, and decides whether to call again: a step may run as often as it likes.
    unretried,
    Effect.catchAll((error: Trouble) => {
      const failure = isCallError(error) ? error : error.failure
      return failure === undefined
        ? Effect.succeed(failed(error))
        : Effect.fail(new Setback(failure, failed(error), failure))
    })
  )
}
