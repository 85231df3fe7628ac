/**
 * Decodes text from bytes of unknown origin without guessing: UTF-8, or UTF-16 with a byte order
 * mark.
 *
 * A lenient decoder would turn a password into a different one.
 *
 * @since 0.1.0
 */
import { conversionProblem } from "@effect-glowmarkt/core/VisibleText"
import * as Either from "effect/Either"

const encodings: ReadonlyArray<readonly [mark: ReadonlyArray<number>, label: string]> = [
  [[0xff, 0xfe], "utf-16le"],
  [[0xfe, 0xff], "utf-16be"]
]

/**
 * Describes how a text was decoded incorrectly, without repeating the text. Returns `undefined` if
 * it was decoded correctly. U+FFFD marks where a decoder gave up. NUL shows that UTF-16 was read as
 * UTF-8.
 *
 * @example
 * ```ts
 * import { StrictText } from "@effect-glowmarkt/runner"
 *
 * console.log(StrictText.decodingProblem("N\uFFFDw")) // has a character that was lost in conversion (U+FFFD)
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const decodingProblem = (text: string): string | undefined =>
  conversionProblem(text) ??
  (text.includes("\0") ? "has a NUL character: it is UTF-16 without a byte order mark, or not text" : undefined)

/**
 * Decodes the text, or explains what is wrong with the bytes. A byte order mark is removed.
 *
 * @example
 * ```ts
 * import { StrictText } from "@effect-glowmarkt/runner"
 *
 * const text = StrictText.decode(new Uint8Array([0x4e, 0xe4])) // left: not UTF-8
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const decode = (bytes: Uint8Array): Either.Either<string, string> => {
  const label = encodings.find(([mark]) => mark.every((byte, index) => bytes[index] === byte))?.[1] ?? "utf-8"
  return Either.try({
    try: () => new TextDecoder(label, { fatal: true }).decode(bytes),
    catch: () => `is not ${label.toUpperCase()}`
  }).pipe(
    Either.filterOrLeft(
      (text) => decodingProblem(text) === undefined,
      (text) => decodingProblem(text) ?? ""
    )
  )
}
