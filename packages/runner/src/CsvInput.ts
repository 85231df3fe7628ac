/**
 * Reading what people hand in: CSV as spreadsheets and databases write it.
 *
 * Everything is read before anything is done with it, and everything that is wrong with any row is
 * said at once: with line, column, value and what to do.
 *
 * @since 0.1.0
 */
import { quote } from "@effect-glowmarkt/core/VisibleText"
import * as Arr from "effect/Array"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"
import * as Stream from "effect/Stream"
import * as csvDecode from "./internal/csv/csvDecode.js"
import * as internal from "./internal/csv/csvValidate.js"
import { truncateList } from "./internal/csv/truncateList.js"

/**
 * One thing that is wrong with one cell, one row or the whole file. `value` is absent
 * where there is none and where it may be a secret.
 *
 * @since 0.1.0
 * @category models
 */
export class Problem extends Schema.Class<Problem>("@effect-glowmarkt/runner/CsvInput/Problem")({
  line: Schema.Int,
  column: Schema.optionalWith(Schema.String, { exact: true }),
  value: Schema.optionalWith(Schema.String, { exact: true }),
  problem: Schema.String,
  remedy: Schema.String
}) {
  get message(): string {
    const where = this.column === undefined ? `line ${this.line}` : `line ${this.line}, ${this.column}`
    const value = this.value === undefined ? "" : ` ${quote(this.value)}`
    return `${where}:${value} ${this.problem}; ${this.remedy}`
  }
}

/**
 * The file cannot be used as it is. `problems` are all of them, in the order of the lines.
 *
 * @since 0.1.0
 * @category errors
 */
export class InvalidCsv extends Schema.TaggedError<InvalidCsv>("@effect-glowmarkt/runner/InvalidCsv")("InvalidCsv", {
  problems: Schema.NonEmptyArray(Problem)
}) {
  override get message() {
    const count = this.problems.length === 1 ? "1 problem" : `${this.problems.length} problems`
    return `The CSV has ${count}. Nothing was sent.\n${truncateList(this.problems.map((problem) => problem.message))}`
  }
}

/**
 * A row that was understood.
 *
 * `cells` are the original columns by the names the file gives them, so that a row that fails later can be handed
 * back as it came. Columns the reader does not know are kept unless their name sounds like a secret.
 *
 * @since 0.1.0
 * @category models
 */
export interface Row<A> {
  /** The line it begins on, from 1; absent where a row comes from somewhere else. */
  readonly line?: number
  readonly cells: Readonly<Record<string, string>>
  readonly value: A
}

/**
 * A row that cannot be used, with all that is wrong with it. `cells` are those of the file, but nothing that may be a secret.
 *
 * @since 0.1.0
 * @category models
 */
export interface InvalidRow {
  readonly line: number
  readonly cells: Readonly<Record<string, string>>
  readonly problems: ReadonlyArray<Problem>
}

/**
 * What was read. With `invalid: "skip"` there may be problems beside the rows: all of them in `problems`, and by row in `invalid`.
 *
 * @since 0.1.0
 * @category models
 */
export interface Input<A> {
  readonly rows: ReadonlyArray<Row<A>>
  readonly problems: ReadonlyArray<Problem>
  readonly invalid: ReadonlyArray<InvalidRow>
}

/**
 * What a file should have, see {@link define}.
 *
 * @since 0.1.0
 * @category models
 */
export interface Definition<A> {
  readonly columns: ReadonlyArray<Column>
  readonly decode: (cells: Readonly<Record<string, string>>) => Either.Either<A, ParseResult.ParseError>
  readonly encode: (value: A) => Readonly<Record<string, string>>
  readonly key: (value: A) => string
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Column {
  readonly name: string
  readonly need: "required" | "optional"
  /** A secret's value is never shown. */
  readonly content: "public" | "secret"
  /** What belongs there, after "write". */
  readonly expected: string
}

/**
 * Describes the rows of a file: a struct of fields that are read from text, one a column.
 *
 * A column is found by its name in any case, with spaces, dots, dashes or underscores (`Account ID` is `accountId`); an empty
 * cell is an absent field. Two rows of one `key` are a problem of the file.
 *
 * @example
 * ```ts
 * import { CsvInput } from "@effect-glowmarkt/runner"
 * import { Identifier } from "@effect-glowmarkt/core"
 * import { Schema } from "effect"
 *
 * const names = CsvInput.define({
 *   row: Schema.Struct({ accountId: Identifier.AccountId, name: Schema.NonEmptyString }),
 *   key: ({ accountId }) => accountId,
 *   expected: { accountId: "the id of an account", name: "its new name" }
 * })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const define = <A, I extends object>(options: {
  readonly row: Schema.Schema<A, I>
  readonly key: (value: NoInfer<A>) => string
  readonly expected: { readonly [K in keyof NoInfer<I>]-?: string }
  readonly secret?: ReadonlyArray<keyof NoInfer<I>>
}): Definition<A> => {
  const expected = new Map<PropertyKey, string>(Object.entries<string>(options.expected))
  const secret = new Set<PropertyKey>(options.secret ?? [])
  const encode: (value: A) => object = Schema.encodeSync(options.row)
  return {
    columns: AST.getPropertySignatures(AST.encodedAST(options.row.ast)).map(({ isOptional, name }) => ({
      name: String(name),
      need: isOptional ? "optional" : "required",
      content: secret.has(name) ? "secret" : "public",
      expected: expected.get(name) ?? "a value"
    })),
    decode: Schema.decodeUnknownEither(options.row, { errors: "all" }),
    encode: (value) =>
      Object.fromEntries(
        Object.entries(encode(value)).flatMap(([name, cell]: readonly [string, unknown]) =>
          cell === undefined || cell === null ? [] : [[name, String(cell)]]
        )
      ),
    key: options.key
  }
}

/**
 * Rows made in code, with the cells they would have in a file, so that those that fail can be handed back.
 *
 * @example
 * ```ts
 * import { CsvInput, RenameAccounts } from "@effect-glowmarkt/runner"
 * import type { Identifier } from "@effect-glowmarkt/core"
 *
 * const flats = (accountIds: ReadonlyArray<Identifier.AccountId>) =>
 *   CsvInput.rowsOf(
 *     RenameAccounts.flow.input,
 *     accountIds.map((accountId, i) => ({ accountId, name: `Flat ${i + 1}` }))
 *   )
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const rowsOf = <A>(definition: Definition<A>, values: Iterable<NoInfer<A>>): ReadonlyArray<Row<A>> =>
  Array.from(values, (value) => ({ value, cells: definition.encode(value) }))

/**
 * What becomes of a file some of whose rows are wrong: `refuse` it as a whole, or `skip` those rows. What concerns the whole
 * file (its encoding, its header, broken quotes) cannot be skipped.
 *
 * @since 0.1.0
 * @category models
 */
export type Invalid = "refuse" | "skip"

/**
 * Reads a whole file. UTF-8 and UTF-16, with or without a byte order mark; comma, semicolon, tab or bar, or what a first line
 * `sep=` names; any line breaks; quotes; blank lines; an apostrophe before what a spreadsheet would calculate is taken away again.
 *
 * @since 0.1.0
 * @category reading
 */
export const parse = <A>(
  definition: Definition<A>,
  bytes: Uint8Array,
  options: { readonly invalid?: Invalid | undefined } = {}
): Either.Either<Input<A>, InvalidCsv> => {
  const { cells, problems, rows, standing } = Either.match(csvDecode.text(bytes), {
    onLeft: (damage) => internal.broken<A>([damage]),
    onRight: (text) => internal.read(definition, csvDecode.records(text, internal.knows(definition.columns)))
  })
  const all = problems.map((problem) => new Problem(problem))
  if (Arr.isNonEmptyReadonlyArray(all) && (standing === "broken" || options.invalid !== "skip")) {
    return Either.left(new InvalidCsv({ problems: all }))
  }
  const invalid = Object.values(Arr.groupBy(all, ({ line }) => String(line))).map((problems): InvalidRow => {
    const { line } = problems[0]
    return { line, cells: cells.get(line) ?? {}, problems }
  })
  return Either.right({ rows, problems: all, invalid })
}

/**
 * {@link parse} for bytes as they come: a file, standard input.
 *
 * @example
 * ```ts
 * import { CsvInput, RenameAccounts } from "@effect-glowmarkt/runner"
 * import { FileSystem } from "@effect/platform"
 * import { Effect } from "effect"
 *
 * const input = Effect.flatMap(FileSystem.FileSystem, (fs) =>
 *   CsvInput.read(RenameAccounts.flow.input, fs.stream("names.csv"), { invalid: "skip" })
 * )
 * ```
 *
 * @since 0.1.0
 * @category reading
 */
export const read = <A, E, R>(
  definition: Definition<A>,
  bytes: Stream.Stream<Uint8Array, E, R>,
  options: { readonly invalid?: Invalid | undefined } = {}
): Effect.Effect<Input<A>, E | InvalidCsv, R> =>
  Effect.flatMap(Stream.runCollect(bytes), (chunks) =>
    parse(definition, Buffer.concat(Chunk.toReadonlyArray(chunks)), options)
  )
