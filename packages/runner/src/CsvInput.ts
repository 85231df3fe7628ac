/**
 * Reads CSV input as spreadsheets and databases write it.
 *
 * The whole file is read before anything is done with it, and all problems are reported at once,
 * each with line, column, value and remedy.
 *
 * @since 0.1.0
 */
import { quote } from "@effect-glowmarkt/core/VisibleText"
import * as Arr from "effect/Array"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"
import * as Stream from "effect/Stream"
import * as csvDecode from "./internal/csv/csvDecode.js"
import type { Definition, Row } from "./internal/csv/csvInput.js"
import * as internal from "./internal/csv/csvValidate.js"
import { truncateList } from "./internal/text/truncateList.js"

export type { Column, Definition, Row } from "./internal/csv/csvInput.js"

/**
 * A problem with a cell, a row or the whole file. `value` is absent if the problem has no value or
 * the value may be a secret.
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
    const column = this.column === undefined ? "" : ` ${this.column}`
    const value = this.value === undefined ? "" : ` ${quote(this.value)}`
    return `line ${this.line}:${column}${value} ${this.problem}; ${this.remedy}`
  }
}

/**
 * The file cannot be used. `problems` lists all reasons in the order of their lines.
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
 * An invalid row and its problems. `cells` leaves out anything that may be a secret.
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
 * The rows of a file. With `invalid: "skip"`, `problems` has every problem and `invalid` groups
 * them by row.
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
 * Defines the rows of a file as a struct with a field per column, decoded from text.
 *
 * Column names match regardless of case, spaces, dots, dashes and underscores (`Account ID` is
 * `accountId`). An empty cell is an absent field. Two rows with the same `key` are a problem.
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
 *   expected: { accountId: "an account id", name: "its new name" }
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
 * Makes rows in code, with the cells they would have in a file, so that failed rows can be written
 * out.
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
 * What to do with invalid rows: `refuse` the whole file, or `skip` them. Problems of the whole file
 * (encoding, header, broken quotes) cannot be skipped.
 *
 * @since 0.1.0
 * @category models
 */
export type Invalid = "refuse" | "skip"

/**
 * Parses a whole file. Accepts UTF-8 and UTF-16, with or without a byte order mark; comma,
 * semicolon, tab or pipe (`|`), or the delimiter named in a first line `sep=`; any line breaks;
 * quotes; and blank lines. Removes the apostrophe that protects a cell from being read as a
 * formula.
 *
 * @example
 * ```ts
 * import { CsvInput, RenameAccounts } from "@effect-glowmarkt/runner"
 *
 * const bytes = new TextEncoder().encode("accountId,name\nffe4f42e-7c1a-4ea3-9ec8-087d4a1071e6,Flat 3\n")
 * const input = CsvInput.parse(RenameAccounts.flow.input, bytes)
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const parse = <A>(
  definition: Definition<A>,
  bytes: Uint8Array,
  options: { readonly invalid?: Invalid | undefined } = {}
): Either.Either<Input<A>, InvalidCsv> => {
  const { cells, problems, rows, state } = Either.match(csvDecode.text(bytes), {
    onLeft: (damage) => internal.unreadable<A>([damage]),
    onRight: (text) => internal.read(definition, csvDecode.records(text, internal.isKnownColumn(definition.columns)))
  })
  const all = problems.map((problem) => new Problem(problem))
  if (Arr.isNonEmptyReadonlyArray(all) && (state === "broken" || options.invalid !== "skip")) {
    return Either.left(new InvalidCsv({ problems: all }))
  }
  const invalid = Object.values(Arr.groupBy(all, ({ line }) => String(line))).map((problems): InvalidRow => {
    const { line } = problems[0]
    return { line, cells: cells.get(line) ?? {}, problems }
  })
  return Either.right({ rows, problems: all, invalid })
}

/**
 * Reads and parses a stream of bytes, such as a file or standard input, as {@link parse} does.
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
 * @category constructors
 */
export const read = <A, E, R>(
  definition: Definition<A>,
  bytes: Stream.Stream<Uint8Array, E, R>,
  options: { readonly invalid?: Invalid | undefined } = {}
): Effect.Effect<Input<A>, E | InvalidCsv, R> =>
  Effect.flatMap(Stream.runCollect(bytes), (chunks) =>
    parse(definition, Buffer.concat(Chunk.toReadonlyArray(chunks)), options)
  )
