/**
 * A plan lists what a run would do, so that people can review and approve it first.
 *
 * A plan is a JSON Lines file: a header, then one line per subject in input order. Making a plan
 * writes nothing to the server. A plan never contains secrets, only references to them.
 *
 * @since 0.1.0
 */
import { ApplicationId } from "@effect-glowmarkt/core/Identifier"
import * as Arr from "effect/Array"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Struct from "effect/Struct"
import * as ndjson from "./internal/text/ndjson.js"
import { truncateList } from "./internal/text/truncateList.js"

const record = Schema.Record({ key: Schema.String, value: Schema.Unknown })

/**
 * The server and application a plan is for, as far as known. The origin is the scheme, host and
 * port of the base URL.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Target = Schema.Struct({
  origin: Schema.optionalWith(Schema.String, { exact: true }),
  applicationId: Schema.optionalWith(ApplicationId, { exact: true })
})

/**
 * The server and application a plan is for.
 *
 * @since 0.1.0
 * @category models
 */
export interface Target extends Schema.Schema.Type<typeof Target> {}

/**
 * The number of subjects to change, with nothing to do, and to skip, and the number of invalid
 * rows.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Counts = Schema.Struct({
  change: Schema.NonNegativeInt,
  nothing: Schema.NonNegativeInt,
  skip: Schema.NonNegativeInt,
  invalid: Schema.NonNegativeInt
})

/**
 * The counts of a plan.
 *
 * @since 0.1.0
 * @category models
 */
export interface Counts extends Schema.Schema.Type<typeof Counts> {}

/**
 * The first line. `plan` is the format version.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Header = Schema.Struct({
  plan: Schema.Literal(1),
  id: Schema.String,
  flow: Schema.String,
  createdAt: Schema.DateTimeUtc,
  target: Target,
  parameters: record,
  counts: Counts
})

/**
 * The first line of a plan.
 *
 * @since 0.1.0
 * @category models
 */
export interface Header extends Schema.Schema.Type<typeof Header> {}

/**
 * What to do with a subject: change it from the state that was read, do nothing because it is
 * already in the wanted state, or skip it. Invalid rows are included so that every row is accounted
 * for.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Intent = Schema.Union(
  Schema.TaggedStruct("Change", { read: record, wanted: record }),
  Schema.TaggedStruct("Nothing", { read: record, wanted: record }),
  Schema.TaggedStruct("Skip", { reason: Schema.String }),
  Schema.TaggedStruct("Invalid", { reason: Schema.String })
)

/**
 * What to do with a subject.
 *
 * @since 0.1.0
 * @category models
 */
export type Intent = typeof Intent.Type

/**
 * One line of a plan: the subject, the action in words and as data, and the input row it comes
 * from.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Entry = Schema.Struct({
  key: Schema.String,
  will: Schema.String,
  intent: Intent,
  line: Schema.optionalWith(Schema.Int, { exact: true }),
  cells: Schema.Record({ key: Schema.String, value: Schema.String })
})

/**
 * One line of a plan.
 *
 * @since 0.1.0
 * @category models
 */
export interface Entry extends Schema.Schema.Type<typeof Entry> {}

/**
 * A header and its entries.
 *
 * @since 0.1.0
 * @category models
 */
export interface Plan {
  readonly header: Header
  readonly entries: ReadonlyArray<Entry>
}

/**
 * The file is not a plan, is truncated, or was edited so that it contradicts itself. Each problem
 * names its line.
 *
 * @since 0.1.0
 * @category errors
 */
export class InvalidPlan extends Schema.TaggedError<InvalidPlan>("@effect-glowmarkt/runner/InvalidPlan")(
  "InvalidPlan",
  { problems: Schema.NonEmptyArray(Schema.Struct({ line: Schema.Int, problem: Schema.String })) }
) {
  override get message() {
    const problems = this.problems.map(({ line, problem }) => `line ${line}: ${problem}`)
    return `This plan cannot be applied. Make a new one.\n${truncateList(problems)}`
  }
}

/**
 * Counts the entries of a plan by intent.
 *
 * @example
 * ```ts
 * import { Plan } from "@effect-glowmarkt/runner"
 *
 * const changes = (plan: Plan.Plan) => Plan.count(plan.entries).change
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const count = (entries: ReadonlyArray<Entry>): Counts => {
  const counts = { change: 0, nothing: 0, skip: 0, invalid: 0 }
  const names = { Change: "change", Nothing: "nothing", Skip: "skip", Invalid: "invalid" } as const
  for (const { intent } of entries) {
    counts[names[intent._tag]]++
  }
  return counts
}

/**
 * A contradiction in a plan, and the line where it was found.
 *
 * @since 0.1.0
 * @category models
 */
export interface Contradiction {
  readonly line: number
  readonly problem: string
}

const countNames = { change: "to change", nothing: "with nothing to do", skip: "to skip", invalid: "invalid" } as const

const countProblems = ({ entries, header }: Plan): ReadonlyArray<Contradiction> => {
  const counted = count(entries)
  const wrong = Struct.keys(countNames).filter((name) => counted[name] !== header.counts[name])
  const text = (counts: Counts) => wrong.map((name) => `${counts[name]} ${countNames[name]}`).join(", ")
  return wrong.length === 0
    ? []
    : [{ line: 1, problem: `the header says ${text(header.counts)}, but the file has ${text(counted)}` }]
}

/**
 * Finds contradictions in a plan: wrong counts in the header, or two lines for one subject.
 *
 * @example
 * ```ts
 * import { Plan } from "@effect-glowmarkt/runner"
 *
 * const isConsistent = (plan: Plan.Plan) => Plan.contradictions(plan).length === 0
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const contradictions = (plan: Plan): ReadonlyArray<Contradiction> => {
  const lines = new Map<string, number>()
  const repeated: Array<Contradiction> = []
  for (const [i, { key }] of plan.entries.entries()) {
    const first = lines.get(key)
    if (first === undefined) {
      lines.set(key, i + 2)
    } else {
      repeated.push({ line: i + 2, problem: `${key} is already on line ${first}` })
    }
  }
  return [...countProblems(plan), ...repeated]
}

const encodeHeader = Schema.encodeSync(Schema.parseJson(Header))

const encodeEntry = Schema.encodeSync(Schema.parseJson(Entry))

/**
 * Encodes the plan as bytes, line by line.
 *
 * @example
 * ```ts
 * import { Plan } from "@effect-glowmarkt/runner"
 * import { FileSystem } from "@effect/platform"
 * import { Effect, Stream } from "effect"
 *
 * const save = (plan: Plan.Plan) =>
 *   Effect.flatMap(FileSystem.FileSystem, (fs) => Stream.run(Plan.encode(plan), fs.sink("plan.ndjson")))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const encode = ({ entries, header }: Plan): Stream.Stream<Uint8Array> =>
  Stream.make(encodeHeader(header)).pipe(
    Stream.concat(Stream.map(Stream.fromIterable(entries), (entry) => encodeEntry(entry))),
    Stream.map((line) => `${line}\n`),
    Stream.encodeText
  )

const decodeHeader = Schema.decodeUnknownEither(Header)

const decodeEntry = Schema.decodeUnknownEither(Entry)

const decodeVersion = Schema.decodeUnknownOption(Schema.Struct({ plan: Schema.Number }))

const headerProblem = (header: unknown): string =>
  Option.match(decodeVersion(header), {
    onNone: () => "not the header of a plan",
    onSome: ({ plan }) =>
      plan === 1
        ? "the header is incomplete"
        : `the plan has format version ${plan}, but this program reads version 1. Use the version that made it`
  })

/**
 * Decodes a plan and checks that it is complete.
 *
 * @example
 * ```ts
 * import { Plan } from "@effect-glowmarkt/runner"
 * import { FileSystem } from "@effect/platform"
 * import { Effect } from "effect"
 *
 * const load = Effect.flatMap(FileSystem.FileSystem, (fs) => Plan.decode(fs.stream("plan.ndjson")))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const decode = <E, R>(bytes: Stream.Stream<Uint8Array, E, R>): Effect.Effect<Plan, E | InvalidPlan, R> =>
  Effect.gen(function* () {
    const [first, ...rest] = yield* Effect.map(Stream.runCollect(ndjson.lines(bytes)), Chunk.toReadonlyArray)
    const json = Option.getOrUndefined(Option.flatMap(Option.fromNullable(first), ({ json }) => json))
    const header = decodeHeader(json)
    if (Either.isLeft(header)) {
      return yield* new InvalidPlan({ problems: [{ line: 1, problem: headerProblem(json) }] })
    }
    const entries: Array<Entry> = []
    const problems: Array<Contradiction> = []
    for (const { json, line } of rest) {
      const entry = decodeEntry(Option.getOrUndefined(json))
      if (Either.isRight(entry)) {
        entries.push(entry.right)
      } else {
        problems.push({ line, problem: "not a line of a plan" })
      }
    }
    const plan = { header: header.right, entries }
    // Contradictions are reported only if every line can be read, because an unreadable line would
    // shift their line numbers.
    const all = problems.length > 0 ? [...countProblems(plan), ...problems] : contradictions(plan)
    return Arr.isNonEmptyReadonlyArray(all) ? yield* new InvalidPlan({ problems: all }) : plan
  })
