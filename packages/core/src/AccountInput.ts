/**
 * What account operations take, and the answer that is no more than yes or no.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { optional } from "./internal/contract/optional.js"

// What these schemas say of a refused value must not repeat it: errors stand in logs and traces.

/**
 * A password or a token, on its way to the provider.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Secret = Schema.Redacted(Schema.NonEmptyString).annotations({
  message: () => ({ message: "expected a Redacted secret of at least one character", override: true })
})

/**
 * The name with which a user signs in.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Username = Schema.NonEmptyString.annotations({
  message: () => ({ message: "not a user name: expected at least one character", override: true })
})

/**
 * An e-mail address, as far as it can be told without sending to it: something
 * on both sides of one `@`, and no blanks.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Email = Schema.String.pipe(
  Schema.pattern(/^[^\s@]+@[^\s@]+$/, {
    identifier: "Email",
    message: () => ({ message: "not an e-mail address: expected someone@example.com", override: true })
  })
)

/**
 * The outcome of the operations that answer `{"valid": …}`. `false` is a refusal.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Validity = Schema.Struct({
  valid: optional(Schema.Boolean)
}).annotations({ identifier: "Validity" })
