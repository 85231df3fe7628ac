/** The types of `CsvInput`. */
import type * as Either from "effect/Either"
import type * as ParseResult from "effect/ParseResult"

/**
 * A valid row.
 *
 * `cells` has the original columns under the file's own names, so that a failed row can be written
 * out unchanged. Unknown columns are kept unless their name suggests a secret.
 *
 * @since 0.1.0
 * @category models
 */
export interface Row<A> {
  /** The line the row starts on, counting from 1. Absent if the row does not come from a file. */
  readonly line?: number
  readonly cells: Readonly<Record<string, string>>
  readonly value: A
}

/**
 * The expected columns of a file, see `CsvInput.define`.
 *
 * @since 0.1.0
 * @category models
 */
export interface Definition<A> {
  readonly columns: ReadonlyArray<Column>
  /** Decodes the cells of a row. */
  readonly decode: (cells: Readonly<Record<string, string>>) => Either.Either<A, ParseResult.ParseError>
  /** Encodes a value as cells. */
  readonly encode: (value: A) => Readonly<Record<string, string>>
  /** Returns the key of a row. Two rows must not have the same key. */
  readonly key: (value: A) => string
}

/**
 * A column of the file.
 *
 * @since 0.1.0
 * @category models
 */
export interface Column {
  readonly name: string
  readonly need: "required" | "optional"
  /** The value of a secret is never shown. */
  readonly content: "public" | "secret"
  /** What to enter, worded to follow "enter" in messages. */
  readonly expected: string
}
