/**
 * The inputs of the account operations and the `{"valid"}` response.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as Identifier from "./Identifier.js"
import { optional } from "./internal/contract/endpoint.js"
import { identifierProblem, placeholderProblem } from "./VisibleText.js"

// Messages must not repeat the refused value: errors end up in logs and traces.

/**
 * A password or token that is sent to the provider.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Secret = /* @__PURE__ */ Schema.Redacted(Schema.NonEmptyString).annotations({
  message: () => ({ message: "expected a Redacted secret of at least one character", override: true })
})

const refusal = (text: string) => identifierProblem(text) ?? placeholderProblem(text)

/**
 * The name with which a user signs in: at least one character, all of them visible. Spreadsheet
 * leftovers are refused: `#REF!`, `NULL`, a leading `mailto:` or a trailing comma.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Username = Schema.NonEmptyString.pipe(
  Schema.filter(
    (name) => refusal(name) ?? (/^mailto:|[,;]$/i.test(name) ? 'starts with "mailto:" or ends with a comma' : true)
  )
).annotations({
  message: ({ actual }) => ({
    message: `not a user name: ${(typeof actual === "string" && refusal(actual)) || 'expected at least one visible character, without "mailto:" or a trailing comma'}`,
    override: true
  })
})

const address = /^[^\s@,;:<>()"\\]+@[^\s@,;:<>()"\\.]+(\.[^\s@,;:<>()"\\.]+)*$/

/**
 * An e-mail address: visible characters on both sides of a single `@`, without `mailto:`, `<…>` or
 * a comma around it.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Email = /* @__PURE__ */ Schema.String.pipe(
  /* @__PURE__ */ Schema.filter((text) => address.test(text) && identifierProblem(text) === undefined, {
    identifier: "Email",
    message: ({ actual }) => ({
      message: `not an e-mail address: ${(typeof actual === "string" && identifierProblem(actual)) || "expected someone@example.com"}`,
      override: true
    })
  })
)

/**
 * The id of a user's directory: visible characters only.
 *
 * @since 0.1.0
 * @category schemas
 */
export const DirectoryId = Identifier.DirectoryId.pipe(
  Schema.filter((id) => refusal(id) === undefined, {
    message: ({ actual }) => ({
      message: `not a directory id: ${(typeof actual === "string" && refusal(actual)) || "expected a UUID"}`,
      override: true
    })
  })
)

/**
 * The response of operations that return no data. `false` means that the provider declined.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Validity = /* @__PURE__ */ Schema.Struct({
  valid: /* @__PURE__ */ optional(Schema.Boolean)
}).annotations({ identifier: "Validity" })
