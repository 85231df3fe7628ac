/**
 * The ids of accounts, applications, users and directories, each with its own branded type. No
 * valid account id can change the route of a request.
 *
 * @since 0.1.0
 */
import type * as Config from "effect/Config"
import * as Schema from "effect/Schema"
import { quote } from "./VisibleText.js"

// An id equal to one of these would match a different route, such as `/account/status`.
const routes = new Set(["status", "email", "name", "changepassword"])

// Values that are not text may be too large to print.
const quoted = (value: unknown) => (typeof value === "string" ? quote(value) : "this")

const segment = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/**
 * Returns whether an id is a UUID, in any case.
 *
 * @example
 * ```ts
 * import { Identifier } from "@effect-glowmarkt/core"
 *
 * Identifier.isUuid("ffe4f42e-7c1a-4ea3-9ec8-087d4a1071e6") // true
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const isUuid = (id: string): boolean => uuid.test(id)

/**
 * Normalizes an id as the provider does: UUIDs become lower case, other ids stay as they are.
 *
 * @example
 * ```ts
 * import { Identifier } from "@effect-glowmarkt/core"
 *
 * Identifier.canonical("FFE4F42E-7C1A-4EA3-9EC8-087D4A1071E6") // "ffe4f42e-7c1a-4ea3-9ec8-087d4a1071e6"
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const canonical = (id: string): string => (isUuid(id) ? id.toLowerCase() : id)

/**
 * Returns whether two ids are the same, ignoring the case of UUIDs.
 *
 * @example
 * ```ts
 * import { Identifier } from "@effect-glowmarkt/core"
 *
 * Identifier.isSame("FFE4F42E-7C1A-4EA3-9EC8-087D4A1071E6", "ffe4f42e-7c1a-4ea3-9ec8-087d4a1071e6") // true
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const isSame = (a: string, b: string): boolean => a === b || canonical(a) === canonical(b)

/**
 * The id of an account, a UUID in practice.
 *
 * Accepts 1 to 128 letters, digits, `-` and `_`, starting with a letter or digit, except the names
 * of the API's own routes. `../x`, `a/b`, `%2e%2e`, `status` and the empty string are refused
 * before anything is sent.
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

// Visible ASCII. A line break would start another header.
const headerSafe = Schema.String.pipe(
  Schema.filter((id) => /^[\x21-\x7e]+$/.test(id), {
    message: (issue) => `${quoted(issue.actual)} is not an application id: expected a UUID`,
    arbitrary: () => (fc) => fc.uuid(),
    jsonSchema: { pattern: "^[\\x21-\\x7e]+$" }
  })
)

/**
 * The id of an application, sent in the header `applicationId`. A UUID in practice; this schema
 * accepts any visible ASCII.
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
 * The id of an application as users type it: a UUID, in any case and with spaces around it.
 *
 * @since 0.1.0
 * @category schemas
 */
export const ApplicationIdInput: Schema.Schema<ApplicationId, string> = /* @__PURE__ */ Schema.transform(
  Schema.Trim,
  /* @__PURE__ */ ApplicationId.pipe(/* @__PURE__ */ Schema.filter((id) => isUuid(id))),
  { strict: true, decode: canonical, encode: (id) => id }
).annotations({
  message: (issue) => ({ message: `${quoted(issue.actual)} is not an application id: expected a UUID`, override: true })
})

/**
 * Reads `GLOWMARKT_APPLICATION_ID`.
 *
 * @example
 * ```ts
 * import { Identifier } from "@effect-glowmarkt/core"
 * import { Effect } from "effect"
 *
 * const program = Effect.flatMap(Identifier.applicationIdConfig, (applicationId) => Effect.log(applicationId))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const applicationIdConfig: Config.Config<ApplicationId> = /* @__PURE__ */ Schema.Config(
  "GLOWMARKT_APPLICATION_ID",
  ApplicationIdInput
)

/**
 * The id of a user. A user may have accounts in several applications.
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
 * The id of a directory, which stores user names and passwords.
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
