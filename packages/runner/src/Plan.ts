/**
 * What a run would do, written down for people to read, compare and approve before it happens.
 *
 * A plan is a file of JSON lines: the header first, then a line a subject, in the order of the input. Making one writes
 * nothing to the server. It never contains a secret, only references to some.
 *
 * @since 0.1.0
 */
import { ApplicationId } from "@effect-glowmarkt/core/Identifier"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Struct from "effect/Struct"
import { truncateList } from "./internal/csv/truncateList.js"

const record = Schema.Record({ key: Schema.String, value: Schema.Unknown })

/**
 * Where a plan is for: what is known of it. The origin is scheme, host and port of the base URL.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Target = Schema.Struct({
  origin: Schema.optionalWith(Schema.String, { exact: true }),
  applicationId: Schema.optionalWith(ApplicationId, { exact: true })
})

/**
 * @since 0.1.0
 * @category models
 */
export interface Target extends Schema.Schema.Type<typeof Target> {}

/**
 * How many subjects will be changed, need no change, and will be left alone for a reason; and how many rows of the input could not be used.
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
 * @since 0.1.0
 * @category models
 */
export interface Counts extends Schema.Schema.Type<typeof Counts> {}

/**
 * The first line. `plan` is the version of the format.
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
 * @since 0.1.0
 * @category models
 */
export interface Header extends Schema.Schema.Type<typeof Header> {}

/**
 * What is meant for one subject: a change from what was read, nothing because it is so already, or leaving it alone. A row that could not
 * be used is in the plan, too, so that it is accounted for.
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
 * @since 0.1.0
 * @category models
 */
export type Intent = typeof Intent.Type

/**
 * A line of a plan: the subject, in words what will be done with it, the same for the machine, and where it comes from.
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
 * @since 0.1.0
 * @category models
 */
export interface Entry extends Schema.Schema.Type<typeof Entry> {}

/**
 * @since 0.1.0
 * @category models
 */
export interface Plan {
  readonly header: Header
  readonly entries: ReadonlyArray<Entry>
}

/**
 * The file is not a plan, was cut, or was edited by hand into something that contradicts itself. Each problem names its line.
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
 * A line that contradicts others.
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
  const said = (counts: Counts) => wrong.map((name) => `${counts[name]} ${countNames[name]}`).join(", ")
  return wrong.length === 0
    ? []
    : [{ line: 1, problem: `the header says ${said(header.counts)}, but the file has ${said(counted)}` }]
}

/**
 * Where a plan contradicts itself: the header counts something else than there is, or two lines are about one subject.
 *
 * @since 0.1.0
 * @category checking
 */
export const contradictions = (plan: Plan): ReadonlyArray<Contradiction> => {
  const lines = new Map<string, number>()
  const repeated: Array<Contradiction> = []
  for (const [i, { key }] of plan.entries.entries()) {
    const first = lines.get(key)
    if (first === undefined) {
      lines.set(key, i + 2)
    } else {
      repeated.push({ line: i + 2, problem: `${key} is on line ${first} already` })
    }
  }
  return [...countProblems(plan), ...repeated]
}

const encodeHeader = Schema.encodeSync(Schema.parseJson(Header))

const encodeEntry = Schema.encodeSync(Schema.parseJson(Entry))

/**
 * The plan as bytes, a line at a time.
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
 * @category files
 */
export const encode = ({ entries, header }: Plan): Stream.Stream<Uint8Array> =>
  Stream.make(encodeHeader(header)).pipe(
    Stream.concat(Stream.map(Stream.fromIterable(entries), (entry) => encodeEntry(entry))),
    Stream.map((line) => `${line}\n`),
    Stream.encodeText
  )

const decodeHeader = Schema.decodeEither(Schema.parseJson(Header))

const decodeEntry = Schema.decodeEither(Schema.parseJson(Entry))

const decodeVersion = Schema.decodeEither(Schema.parseJson(Schema.Struct({ plan: Schema.Number })))

const headerProblem = (line: string): string =>
  Either.match(decodeVersion(line), {
    onLeft: () => "this is not the header of a plan",
    onRight: ({ plan }) =>
      plan === 1
        ? "the header is not complete"
        : `the plan has version ${plan}, this program reads 1: use the version that made it`
  })

/**
 * Reads a plan, and checks that it is whole.
 *
 * @since 0.1.0
 * @category files
 */
export const decode = <E, R>(bytes: Stream.Stream<Uint8Array, E, R>): Effect.Effect<Plan, E | InvalidPlan, R> =>
  Effect.gen(function* () {
    const text = yield* Stream.mkString(Stream.decodeText(bytes))
    const [first = "", ...rest] = text.replace(/\n$/, "").split("\n")
    const header = decodeHeader(first)
    if (Either.isLeft(header)) {
      return yield* new InvalidPlan({ problems: [{ line: 1, problem: headerProblem(first) }] })
    }
    const entries: Array<Entry> = []
    const problems: Array<Contradiction> = []
    for (const [i, line] of rest.entries()) {
      const entry = decodeEntry(line)
      if (Either.isRight(entry)) {
        entries.push(entry.right)
      } else {
        problems.push({ line: i + 2, problem: "this is not a line of a plan" })
      }
    }
    const plan = { header: header.right, entries }
    // Lines have other numbers where some could not be read.
    const all = problems.length > 0 ? [...countProblems(plan), ...problems] : contradictions(plan)
    return Arr.isNonEmptyReadonlyArray(all) ? yield* new InvalidPlan({ problems: all }) : plan
  })
