/** Decodes and checks the lines of a plan. */
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import { contradictions, type Entry, InvalidPlan, type Plan } from "../../Plan.js"
import type { PlannedFlow, StepError } from "./plannedFlow.js"

type Tag = "Change" | "Nothing"

export const intentTag = <P extends object, W, Read, E extends StepError, R>(
  flow: PlannedFlow<P, W, Read, E, R>,
  read: Read,
  wanted: W
): Tag => (flow.isSatisfied(read, wanted) ? "Nothing" : "Change")

export const describeIntent = <P extends object, W, Read, E extends StepError, R>(
  flow: PlannedFlow<P, W, Read, E, R>,
  tag: Tag,
  read: Read,
  wanted: W
): string => (tag === "Change" ? flow.describe(read, wanted) : "nothing: already so")

/** An intent that the run must act on. */
export type ActionableIntent = Extract<Entry["intent"], { readonly wanted: unknown }>

export const isActionable = (intent: Entry["intent"]): intent is ActionableIntent =>
  intent._tag === "Change" || intent._tag === "Nothing"

/** Decodes the intent of an entry into the flow's types. */
export const decodeStates = <P extends object, W, Read, E extends StepError, R>(
  flow: PlannedFlow<P, W, Read, E, R>,
  intent: ActionableIntent
) => Either.all({ read: flow.state.decode(intent.read), wanted: flow.wanted.decode(intent.wanted) })

/** Returns the first parse error, in one line. */
const firstIssue = (error: ParseResult.ParseError): string =>
  ParseResult.ArrayFormatter.formatErrorSync(error)
    .slice(0, 1)
    .map(({ message, path }) => `${path.join(".")}: ${message.split("\n")[0]}`)
    .join("")

const entryProblem = <P extends object, W, Read, E extends StepError, R>(
  flow: PlannedFlow<P, W, Read, E, R>,
  { intent, key, will }: Entry
): string | undefined => {
  if (!isActionable(intent)) {
    return undefined
  }
  const states = decodeStates(flow, intent)
  if (Either.isLeft(states)) {
    return `its states cannot be read: ${firstIssue(states.left)}`
  }
  const { read, wanted } = states.right
  if (flow.input.key(wanted) !== key) {
    return `the line is for ${key}, but its change is for ${flow.input.key(wanted)}`
  }
  // Checks the tag as well as the words, because people consent to the number of entries with each
  // tag.
  const tag = intentTag(flow, read, wanted)
  const words = describeIntent(flow, tag, read, wanted)
  const isSame =
    will === words || (tag === "Change" && flow.earlierDescriptions.some((describe) => will === describe(read, wanted)))
  return tag !== intent._tag || !isSame
    ? `the line says “${will}” (${intent._tag}), but it would ${words} (${tag})`
    : undefined
}

/** Checks that every line can be decoded and is consistent. Returns the parameters. */
export const checkEntries = Effect.fnUntraced(function* <P extends object, W, Read, E extends StepError, R>(
  flow: PlannedFlow<P, W, Read, E, R>,
  plan: Plan
): Effect.fn.Return<P, InvalidPlan> {
  const { entries, header } = plan
  const problems = entries.flatMap((entry, i) => {
    const problem = entryProblem(flow, entry)
    return problem === undefined ? [] : [{ line: i + 2, problem }]
  })
  const parameters = flow.parameters.decode(header.parameters)
  const all = [
    ...(Either.isLeft(parameters)
      ? [{ line: 1, problem: `the parameters cannot be read: ${firstIssue(parameters.left)}` }]
      : []),
    ...contradictions(plan),
    ...problems
  ]
  if (Arr.isNonEmptyReadonlyArray(all)) {
    return yield* new InvalidPlan({ problems: all })
  }
  // Leaves out every `Left`, because its problem is already in the list.
  return Either.getOrThrow(parameters)
})
