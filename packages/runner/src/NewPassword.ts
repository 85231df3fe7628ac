/**
 * Passwords nobody thought of.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"

const alphabets = ["ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghijkmnopqrstuvwxyz", "23456789", "!$%&*+-.:;?@_~"]

const everything = alphabets.join("")

const length = 24

/** Numbers from the incomplete last cycle are drawn anew: otherwise the first characters were likelier. */
const draw = (from: string): string => {
  const [number = 0] = globalThis.crypto.getRandomValues(new Uint32Array(1))
  return number < 2 ** 32 - (2 ** 32 % from.length) ? from.charAt(number % from.length) : draw(from)
}

/**
 * A new password: 24 characters (about 147 bits) of letters, digits and signs, of each at least one, without those that look like others.
 *
 * @since 0.1.0
 * @category generating
 */
export const generate: Effect.Effect<Redacted.Redacted> = Effect.sync(() => {
  const characters = Array.from({ length }, () => draw(everything))
  return characters.join("")
}).pipe(
  Effect.repeat({ until: (password) => alphabets.every((some) => [...password].some((char) => some.includes(char))) }),
  Effect.map(Redacted.make)
)
