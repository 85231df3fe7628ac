/**
 * The contract of the 12 account operations: what each takes, gives and fails
 * with, who may call it, and whether it may be sent twice.
 *
 * From these values come the client, the simulator's routes, the OpenAPI
 * document and the conformance run. Names are the provider's operation ids,
 * except for the two mobile app token operations, which have none.
 *
 * @since 0.1.0
 */
import * as HttpApi from "@effect/platform/HttpApi"
import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as OpenApi from "@effect/platform/OpenApi"
import * as Schema from "effect/Schema"
import { Account, AccountStatus, AddedAccount, DeletedAccount } from "./Account.js"
import { AccountId, DirectoryId } from "./Identifier.js"
import { optional } from "./internal/optional.js"
import { rules } from "./internal/rules.js"
import * as Security from "./Security.js"
import * as WireError from "./WireError.js"

const accountPath = Schema.Struct({ accountId: AccountId })

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

const trimmedName = Schema.NonEmptyTrimmedString.annotations({
  message: () => ({
    message: "not a name: expected text with no blank at either end, at least one character",
    override: true
  })
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

/**
 * `GET /account`: every account of the application, the whole list at once.
 *
 * @since 0.1.0
 * @category endpoints
 */
export const getAccounts = HttpApiEndpoint.get("getAccounts", "/account")
  .addSuccess(Schema.Array(Account))
  .addError(WireError.AccessDenied)
  .addError(WireError.ServerError)
  .annotateContext(
    rules({
      security: Security.admin,
      repeat: "safe",
      summary: "List the accounts of an application",
      operationId: "getAccounts"
    })
  )

/**
 * `POST /account`: gives an existing user an account in the application.
 *
 * @since 0.1.0
 * @category endpoints
 */
export const addAccount = HttpApiEndpoint.post("addAccount", "/account")
  .setPayload(Schema.Struct({ username: Username, directoryId: DirectoryId }))
  .addSuccess(AddedAccount)
  .addError(WireError.MissingElements)
  .addError(WireError.AccessDenied)
  .addError(WireError.ServerError)
  .annotateContext(
    rules({
      security: Security.admin,
      repeat: "once",
      summary: "Add an account for an existing user",
      operationId: "addAccount"
    })
  )

/**
 * `GET /account/{accountId}`
 *
 * @since 0.1.0
 * @category endpoints
 */
export const getAccountById = HttpApiEndpoint.get("getAccountById", "/account/:accountId")
  .setPath(accountPath)
  .addSuccess(Account)
  .addError(WireError.AccessDenied)
  .addError(WireError.AccountNotFound)
  .addError(WireError.ServerError)
  .annotateContext(
    rules({
      security: Security.admin,
      repeat: "safe",
      summary: "Read an account",
      operationId: "getAccountbyId"
    })
  )

/**
 * `PUT /account/{accountId}`: sets the name, all that an administrator can change.
 *
 * 404 is not documented here; an id that does not exist can hardly be answered
 * otherwise, so it is expected.
 *
 * @since 0.1.0
 * @category endpoints
 */
export const updateAccount = HttpApiEndpoint.put("updateAccount", "/account/:accountId")
  .setPath(accountPath)
  .setPayload(Schema.Struct({ name: trimmedName }))
  .addSuccess(Account)
  .addError(WireError.MissingElements)
  .addError(WireError.AccessDenied)
  .addError(WireError.AccountNotFound)
  .addError(WireError.ServerError)
  .annotateContext(
    rules({
      security: Security.admin,
      repeat: "absolute",
      summary: "Rename an account",
      operationId: "updateAccount"
    })
  )

/**
 * `DELETE /account/{accountId}`: makes the account inactive. 404 as for
 * {@link updateAccount}.
 *
 * @since 0.1.0
 * @category endpoints
 */
export const deleteAccount = HttpApiEndpoint.del("deleteAccount", "/account/:accountId")
  .setPath(accountPath)
  .addSuccess(DeletedAccount)
  .addError(WireError.IncorrectElements)
  .addError(WireError.AccessDenied)
  .addError(WireError.AccountNotFound)
  .addError(WireError.ServerError)
  .annotateContext(
    rules({
      security: Security.deletion,
      // What a repeat answers is unknown.
      repeat: "once",
      summary: "Make an account inactive",
      operationId: "deleteAccount"
    })
  )

/**
 * `GET /account/{accountId}/status`
 *
 * @since 0.1.0
 * @category endpoints
 */
export const getAccountStatusById = HttpApiEndpoint.get("getAccountStatusById", "/account/:accountId/status")
  .setPath(accountPath)
  .addSuccess(AccountStatus)
  .addError(WireError.AccessDenied)
  .addError(WireError.AccountNotFound)
  .addError(WireError.ServerError)
  .annotateContext(
    rules({
      security: Security.admin,
      repeat: "safe",
      summary: "Read the status of an account",
      operationId: "getAccountStatusbyId"
    })
  )

/**
 * `GET /account/status`
 *
 * @since 0.1.0
 * @category endpoints
 */
export const getAccountStatusByUserToken = HttpApiEndpoint.get("getAccountStatusByUserToken", "/account/status")
  .addSuccess(AccountStatus)
  .addError(WireError.AccessDenied)
  .addError(WireError.AccountNotFound)
  .addError(WireError.ServerError)
  .annotateContext(
    rules({
      security: Security.user,
      repeat: "safe",
      summary: "Read the status of one's own account",
      operationId: "getAccountStatusbyUserToken"
    })
  )

/**
 * `POST /account/email`
 *
 * @since 0.1.0
 * @category endpoints
 */
export const userChangeEmail = HttpApiEndpoint.post("userChangeEmail", "/account/email")
  .setPayload(Schema.Struct({ email: Email }))
  .addSuccess(Validity)
  .addError(WireError.IncorrectElements)
  .addError(WireError.AccessDenied)
  .addError(WireError.ServerError)
  .annotateContext(
    rules({
      security: Security.user,
      repeat: "absolute",
      summary: "Change one's own e-mail address",
      operationId: "userChangeEmail"
    })
  )

/**
 * `POST /account/name`
 *
 * @since 0.1.0
 * @category endpoints
 */
export const userChangeName = HttpApiEndpoint.post("userChangeName", "/account/name")
  .setPayload(Schema.Struct({ name: trimmedName }))
  .addSuccess(Validity)
  .addError(WireError.IncorrectElements)
  .addError(WireError.AccessDenied)
  .addError(WireError.ServerError)
  .annotateContext(
    rules({
      security: Security.user,
      repeat: "absolute",
      summary: "Change one's own name",
      operationId: "userChangeName"
    })
  )

/**
 * `POST /account/changepassword`
 *
 * @since 0.1.0
 * @category endpoints
 */
export const userChangePassword = HttpApiEndpoint.post("userChangePassword", "/account/changepassword")
  .setPayload(Schema.Struct({ oldPassword: Secret, newPassword: Secret }))
  .addSuccess(Validity)
  .addError(WireError.WeakPassword)
  .addError(WireError.AccessDenied)
  .addError(WireError.ServerError)
  .annotateContext(
    rules({
      security: Security.user,
      // After a lost answer the old password may be wrong already.
      repeat: "once",
      summary: "Change one's own password",
      operationId: "userChangePassWord"
    })
  )

/**
 * `POST /account/{accountId}/mobileapptoken`
 *
 * @since 0.1.0
 * @category endpoints
 */
export const addMobileAppToken = HttpApiEndpoint.post("addMobileAppToken", "/account/:accountId/mobileapptoken")
  .setPath(accountPath)
  .setPayload(Schema.Struct({ newToken: Secret }))
  .addSuccess(Validity)
  .addError(WireError.AccessDenied)
  .addError(WireError.AccountNotFound)
  .addError(WireError.ServerError)
  .annotateContext(
    rules({
      security: Security.user,
      // What the provider does with a duplicate is unknown.
      repeat: "once",
      summary: "Add a mobile app token to one's own account",
      operationId: "addMobileAppToken"
    })
  )

/**
 * `PUT /account/{accountId}/mobileapptoken`: PUT *removes*.
 *
 * @since 0.1.0
 * @category endpoints
 */
export const removeMobileAppToken = HttpApiEndpoint.put("removeMobileAppToken", "/account/:accountId/mobileapptoken")
  .setPath(accountPath)
  .setPayload(Schema.Struct({ removeToken: Secret }))
  .addSuccess(Validity)
  .addError(WireError.AccessDenied)
  .addError(WireError.AccountNotFound)
  .addError(WireError.ServerError)
  .annotateContext(
    rules({
      security: Security.user,
      repeat: "absolute",
      summary: "Remove a mobile app token from one's own account",
      operationId: "removeMobileAppToken"
    })
  )

/**
 * The operations of administrators.
 *
 * @since 0.1.0
 * @category groups
 */
export class AdminGroup extends HttpApiGroup.make("admin")
  .add(getAccounts)
  .add(addAccount)
  .add(getAccountById)
  .add(updateAccount)
  .add(deleteAccount)
  .add(getAccountStatusById)
  .annotate(OpenApi.Description, "Administration of an application's accounts") {}

/**
 * The operations of a signed-in user on the account that owns the token.
 *
 * @since 0.1.0
 * @category groups
 */
export class UserGroup extends HttpApiGroup.make("user")
  .add(getAccountStatusByUserToken)
  .add(userChangeEmail)
  .add(userChangeName)
  .add(userChangePassword)
  .add(addMobileAppToken)
  .add(removeMobileAppToken)
  .annotate(OpenApi.Description, "A user's own account") {}

/**
 * All 12 account operations. Paths are relative to the base URL, which is part
 * of the client's configuration because white labels serve them elsewhere.
 *
 * @since 0.1.0
 * @category api
 */
export class AccountApi extends HttpApi.make("Account").add(AdminGroup).add(UserGroup) {}
