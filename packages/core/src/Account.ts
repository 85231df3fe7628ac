/**
 * Accounts as the API describes them.
 *
 * The provider's definition requires every field, but live responses omit some. Here only the id is
 * required, and undocumented fields are ignored. The client drops `null` and empty fields before it
 * decodes.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { AccountId, ApplicationId, DirectoryId, UserId } from "./Identifier.js"
import { optional } from "./internal/contract/endpoint.js"

/**
 * The status of an account. `active` and `inactive` are documented. Any other word is accepted and
 * has its own brand, so that a `switch` over the type stays exhaustive.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Status = Schema.Union(
  Schema.Literal("active", "inactive"),
  Schema.String.pipe(Schema.brand("UndocumentedStatus"))
)

/**
 * @since 0.1.0
 * @category models
 */
export type Status = typeof Status.Type

/**
 * An account, as returned by `GET /account`, `GET /account/{accountId}` and
 * `PUT /account/{accountId}`.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Account = Schema.Struct({
  accountId: AccountId,
  applicationId: optional(ApplicationId),
  userId: optional(UserId),
  directoryId: optional(DirectoryId),
  name: optional(Schema.String),
  username: optional(Schema.String),
  email: optional(Schema.String),
  status: optional(Status),
  active: optional(Schema.Boolean),
  createdAt: optional(Schema.DateTimeUtc),
  updatedAt: optional(Schema.DateTimeUtc)
}).annotations({ identifier: "Account" })

/**
 * @since 0.1.0
 * @category models
 */
export interface Account extends Schema.Schema.Type<typeof Account> {}

/**
 * When the token of an account's external directory was issued and when it expires. Accounts
 * without an external directory have neither.
 *
 * @since 0.1.0
 * @category schemas
 */
export const DirectoryToken = Schema.Struct({
  tokenIssueDate: optional(Schema.DateTimeUtc),
  tokenExpiryDate: optional(Schema.DateTimeUtc)
})

/**
 * The current status of one account, as returned by `GET /account/{accountId}/status` and
 * `GET /account/status`. A response with neither `status` nor `active` is invalid.
 *
 * @since 0.1.0
 * @category schemas
 */
export const AccountStatus = Schema.Struct({
  status: optional(Status),
  active: optional(Schema.Boolean),
  accountId: optional(AccountId),
  applicationId: optional(ApplicationId),
  directoryId: optional(DirectoryId),
  createdAt: optional(Schema.DateTimeUtc),
  updatedAt: optional(Schema.DateTimeUtc),
  directory: optional(Schema.Struct({ data: optional(DirectoryToken) }))
}).pipe(
  Schema.filter(({ active, status }) => status !== undefined || active !== undefined, {
    identifier: "AccountStatus",
    message: () => `expected "status" or "active", found neither`
  })
)

/**
 * @since 0.1.0
 * @category models
 */
export interface AccountStatus extends Schema.Schema.Type<typeof AccountStatus> {}

/**
 * Returns whether the account is active. A documented `status` takes precedence over `active`.
 * Returns `undefined` if the account has neither.
 *
 * @example
 * ```ts
 * import { Account } from "@effect-glowmarkt/core"
 *
 * Account.isActive({ status: "inactive", active: true }) // false
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const isActive = ({ active, status }: Pick<AccountStatus, "status" | "active">): boolean | undefined =>
  status === "active" ? true : status === "inactive" ? false : active

/**
 * The response of `POST /account`.
 *
 * @since 0.1.0
 * @category schemas
 */
export const AddedAccount = Schema.Struct({
  accountId: AccountId,
  applicationId: optional(ApplicationId),
  userId: optional(UserId),
  // "OK": the outcome of the call, not the status of the account.
  status: optional(Schema.String)
}).annotations({ identifier: "AddedAccount" })

/**
 * @since 0.1.0
 * @category models
 */
export interface AddedAccount extends Schema.Schema.Type<typeof AddedAccount> {}

/**
 * The response of `DELETE /account/{accountId}`, which makes an account `inactive`. Accounts are
 * never erased.
 *
 * @since 0.1.0
 * @category schemas
 */
export const DeletedAccount = Schema.Struct({
  valid: optional(Schema.Boolean),
  accountId: optional(AccountId),
  userId: optional(UserId),
  status: optional(Status)
}).annotations({ identifier: "DeletedAccount" })

/**
 * @since 0.1.0
 * @category models
 */
export interface DeletedAccount extends Schema.Schema.Type<typeof DeletedAccount> {}
