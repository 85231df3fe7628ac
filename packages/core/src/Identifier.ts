/**
 * Identifiers, branded: an account id is never taken for a user id, and no
 * account id can turn one route into another.
 *
 * @since 0.1.0
 */
import type * as Config from "effect/Config"
import * as Schema from "effect/Schema"
import { quote } from "./VisibleText.js"

// `/account/status`, `/account/email` … are routes of their own: an id of that
// name would reach them instead of an account.
const routes = new Set(["status", "email", "name", "changepassword"])

// Whatever is no text may be too deep to be written out.
const quoted = (value: unknown) => (typeof value === "string" ? quote(value) : "this")

const segment = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/**
 * Whether an id is a UUID, in any case.
 *
 * @since 0.1.0
 * @category combinators
 */
export const isUuid = (id: string): boolean => uuid.test(id)

/**
 * An id in the spelling the provider uses: a UUID in lower case. Any other id stays as it is.
 *
 * @since 0.1.0
 * @category combinators
 */
export const canonical = (id: string): string => (isUuid(id) ? id.toLowerCase() : id)

/**
 * Whether two ids are the same: the case of a UUID does not matter.
 *
 * @since 0.1.0
 * @category combinators
 */
export const isSame = (a: string, b: string): boolean => a === b || canonical(a) === canonical(b)

/**
 * The id of an account: what the provider's paths call `{accountId}`, a UUID
 * in practice.
 *
 * Accepts letters, digits, `-` and `_` (1 to 128 characters, the first a letter
 * or digit), and none of the words that are routes of the API themselves. So
 * `../x`, `a/b`, `%2e%2e`, `status` and the empty string are refused before
 * anything is sent.
 *
 * @example
 * ```ts
 * import { Identifier } from "@effect-glowmarkt/core"
 *
 * const id = Identifier.AccountId.make("ffe4f42e-7c1a-4ea3-9ec8-087d4a1071e6")
 * ```
 *
 * @since 0.1.0
 * @category schemas
 */
export const AccountId = Schema.String.pipe(
  Schema.filter((id) => segment.test(id) && !routes.has(id.toLowerCase()), {
    identifier: "AccountId",
    description: "The id of an account",
    examples: ["ffe4f42e-7c1a-4ea3-9ec8-087d4a1071e6"],
    message: (issue) =>
      `${quoted(issue.actual)} is not an account id: expected a UUID (letters, digits, "-" or "_"), and not one of ${[...routes].join(", ")}`,
    arbitrary: () => (fc) => fc.uuid(),
    jsonSchema: { pattern: segment.source }
  }),
  Schema.brand("AccountId")
)

/**
 * @since 0.1.0
 * @category models
 */
export type AccountId = typeof AccountId.Type

// What may stand in a header: a value with a line break would be a second header.
const headerSafe = Schema.String.pipe(
  Schema.filter((id) => /^[\x21-\x7e]+$/.test(id), {
    message: (issue) => `${quoted(issue.actual)} is not an application id: expected a UUID`,
    arbitrary: () => (fc) => fc.uuid(),
    jsonSchema: { pattern: "^[\\x21-\\x7e]+$" }
  })
)

/**
 * The id of an application, sent in the header `applicationId`: a UUID in
 * practice, any visible ASCII here.
 *
 * @since 0.1.0
 * @category schemas
 */
export const ApplicationId = headerSafe.pipe(Schema.brand("ApplicationId"))

/**
 * @since 0.1.0
 * @category models
 */
export type ApplicationId = typeof ApplicationId.Type

/**
 * The id of an application as people write it: a UUID, in any case and with blanks around it. A slip
 * of the pen is found before anything is sent.
 *
 * @since 0.1.0
 * @category schemas
 */
export const ApplicationIdInput: Schema.Schema<ApplicationId, string> = Schema.transform(
  Schema.Trim,
  ApplicationId.pipe(Schema.filter((id) => isUuid(id))),
  { strict: true, decode: canonical, encode: (id) => id }
).annotations({
  message: (issue) => ({ message: `${quoted(issue.actual)} is not an application id: expected a UUID`, override: true })
})

/**
 * The variable `GLOWMARKT_APPLICATION_ID`.
 *
 * @since 0.1.0
 * @category constructors
 */
export const applicationIdConfig: Config.Config<ApplicationId> = Schema.Config(
  "GLOWMARKT_APPLICATION_ID",
  ApplicationIdInput
)

/**
 * The id of a user, who may own accounts of several applications.
 *
 * @since 0.1.0
 * @category schemas
 */
export const UserId = Schema.String.pipe(Schema.brand("UserId"))

/**
 * @since 0.1.0
 * @category models
 */
export type UserId = typeof UserId.Type

/**
 * The id of a directory: the place where a user's name and password are known.
 *
 * @since 0.1.0
 * @category schemas
 */
export const DirectoryId = Schema.NonEmptyString.pipe(Schema.brand("DirectoryId"))

/**
 * @since 0.1.0
 * @category models
 */
export type DirectoryId = typeof DirectoryId.Type
