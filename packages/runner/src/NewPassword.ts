/**
 * Generates passwords.
 * Generates passwords.
 *
 * @since 0.1.0
 */

import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"

const alphabets = ["ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghijkmnopqrstuvwxyz", "23456789", "!$%&*+-.:;?@_~"]

const allCharacters = alphabets.join("")

const length = 24

/**
 * Rejects random numbers above the last multiple of the number of characters, because they would
 * make the first characters more likely.
 */
const draw = (from: string): string => {
  const [number = 0] = globalThis.crypto.getRandomValues(new Uint32Array(1))
  return number < 2 ** 32 - (2 ** 32 % from.length) ? from.charAt(number % from.length) : draw(from)
}

/**
 * Generates a password of 24 characters (about 147 bits). It has at least one upper-case letter,
 * lower-case letter, digit and symbol, and no characters that look alike.
 *
 * @example
 * ```ts
 * import { NewPassword } from "@effect-glowmarkt/runner"
 * import { Effect } from "effect"
 *
 * const passwords = Effect.replicateEffect(NewPassword.generate, 10)
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const generate: Effect.Effect<Redacted.Redacted> = Effect.sync(() => {
  const characters = Array.from({ length }, () => draw(allCharacters))
  return characters.join("")
}).pipe(
  Effect.repeat({ until: (password) => alphabets.every((some) => [...password].some((char) => some.includes(char))) }),
  Effect.map(Redacted.make)
)
