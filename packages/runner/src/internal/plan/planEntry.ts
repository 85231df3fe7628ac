/** Lines of a plan: what they mean to their flow, and whether they contradict themselves. */
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { contradictions, type Entry, InvalidPlan, type Plan } from "../../Plan.js"
import type { PlannedFlow, Trouble } from "../../PlannedFlow.js"

export const toRecord = Schema.decodeUnknownSync(Schema.Record({ key: Schema.String, value: Schema.Unknown }))

type Tag = "Change" | "Nothing"

export const tagOf = <P extends object, W, Read, E extends Trouble, R>(
  flow: PlannedFlow<P, W, Read, E, R>,
  read: Read,
  wanted: W
): Tag => (flow.isSatisfied(read, wanted) ? "Nothing" : "Change")

export const inWords = <P extends object, W, Read, E extends Trouble, R>(
  flow: PlannedFlow<P, W, Read, E, R>,
  tag: Tag,
  read: Read,
  wanted: W
): string => (tag === "Change" ? flow.describe(read, wanted) : "nothing: already so")

/** What a run has to do something about. */
export type Meant = Extract<Entry["intent"], { readonly wanted: unknown }>

export const isMeant = (intent: Entry["intent"]): intent is Meant =>
  intent._tag === "Change" || intent._tag === "Nothing"

/** The intent of an entry in the flow's own types. */
export const understood = <P extends object, W, Read, E extends Trouble, R>(
  flow: PlannedFlow<P, W, Read, E, R>,
  intent: Meant
) => Either.all({ read: flow.state.decode(intent.read), wanted: flow.wanted.decode(intent.wanted) })

/** One line of what is wrong, and where. */
const inShort = (error: ParseResult.ParseError): string =>
  ParseResult.ArrayFormatter.formatErrorSync(error)
    .slice(0, 1)
    .map(({ message, path }) => `${path.join(".")}: ${message.split("\n")[0]}`)
    .join("")

const problemOf = <P extends object, W, Read, E extends Trouble, R>(
  flow: PlannedFlow<P, W, Read, E, R>,
  { intent, key, will }: Entry
): string | undefined => {
  if (!isMeant(intent)) {
    return undefined
  }
  const known = understood(flow, intent)
  if (Either.isLeft(known)) {
    return `what was read or is wanted cannot be understood: ${inShort(known.left)}`
  }
  const { read, wanted } = known.right
  if (flow.input.key(wanted) !== key) {
    return `it is about ${key}, but the change is of ${flow.input.key(wanted)}`
  }
  // The tags are what consent is given for.
  const tag = tagOf(flow, read, wanted)
  const words = inWords(flow, tag, read, wanted)
  return tag !== intent._tag || words !== will
    ? `it says “${will}” (${intent._tag}), but would ${words} (${tag})`
    : undefined
}

/** That all lines can be understood, and say what they do; gives the parameters. */
export const checked = Effect.fnUntraced(function* <P extends object, W, Read, E extends Trouble, R>(
  flow: PlannedFlow<P, W, Read, E, R>,
  plan: Plan
): Effect.fn.Return<P, InvalidPlan> {
  const { entries, header } = plan
  const problems = entries.flatMap((entry, i) => {
    const problem = problemOf(flow, entry)
    return problem === undefined ? [] : [{ line: i + 2, problem }]
  })
  const parameters = flow.parameters.decode(header.parameters)
  const all = [
    ...(Either.isLeft(parameters)
      ? [{ line: 1, problem: `the parameters cannot be understood: ${inShort(parameters.left)}` }]
      : []),
    ...contradictions(plan),
    ...problems
  ]
  if (Arr.isNonEmptyReadonlyArray(all)) {
    return yield* new InvalidPlan({ problems: all })
  }
  // The left one is among the problems.
  return Either.getOrThrow(parameters)
})
