/**
 * The contract of the administrator operations.
 *
 * @since 0.1.0
 */
import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as Schema from "effect/Schema"
import { Account, AccountStatus, AddedAccount, DeletedAccount } from "../../Account.js"
import { DirectoryId, Username } from "../../AccountInput.js"
import * as Security from "../../Security.js"
import * as WireError from "../../WireError.js"
import * as endpoint from "./endpoint.js"

/**
 * `GET /account`: lists every account of the application in one response.
 *
 * @since 0.1.0
 * @category models
 */
export const getAccounts = HttpApiEndpoint.get("getAccounts", "/account")
  .addSuccess(Schema.Array(Account))
  .addError(WireError.AccessDenied)
  .addError(WireError.ServerError)
  .annotateContext(
    endpoint.annotations({
      security: Security.admin,
      repeat: "safe",
      summary: "List the accounts of an application",
      operationId: "getAccounts"
    })
  )

/**
 * `POST /account`: adds an account for an existing user.
 *
 * @since 0.1.0
 * @category models
 */
export const addAccount = HttpApiEndpoint.post("addAccount", "/account")
  .setPayload(Schema.Struct({ username: Username, directoryId: DirectoryId }))
  .addSuccess(AddedAccount)
  .addError(WireError.MissingElements)
  .addError(WireError.AccessDenied)
  .addError(WireError.ServerError)
  .annotateContext(
    endpoint.annotations({
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
 * @category models
 */
export const getAccountById = HttpApiEndpoint.get("getAccountById", "/account/:accountId")
  .setPath(endpoint.accountPath)
  .addSuccess(Account)
  .addError(WireError.AccessDenied)
  .addError(WireError.AccountNotFound)
  .addError(WireError.ServerError)
  .annotateContext(
    endpoint.annotations({
      security: Security.admin,
      repeat: "safe",
      summary: "Read an account",
      operationId: "getAccountbyId"
    })
  )

/**
 * `PUT /account/{accountId}`: sets the name, the only field that an administrator can change.
 *
 * The provider does not document 404 here. It is declared because it is the likely response for an
 * unknown id.
 *
 * @since 0.1.0
 * @category models
 */
export const updateAccount = HttpApiEndpoint.put("updateAccount", "/account/:accountId")
  .setPath(endpoint.accountPath)
  .setPayload(Schema.Struct({ name: endpoint.trimmedName }))
  .addSuccess(Account)
  .addError(WireError.MissingElements)
  .addError(WireError.AccessDenied)
  .addError(WireError.AccountNotFound)
  .addError(WireError.ServerError)
  .annotateContext(
    endpoint.annotations({
      security: Security.admin,
      repeat: "idempotent",
      summary: "Rename an account",
      operationId: "updateAccount"
    })
  )

/**
 * `DELETE /account/{accountId}`: makes the account inactive. Declares 404 for the same reason as
 * {@link updateAccount}.
 *
 * @since 0.1.0
 * @category models
 */
export const deleteAccount = HttpApiEndpoint.del("deleteAccount", "/account/:accountId")
  .setPath(endpoint.accountPath)
  .addSuccess(DeletedAccount)
  .addError(WireError.IncorrectElements)
  .addError(WireError.AccessDenied)
  .addError(WireError.AccountNotFound)
  .addError(WireError.ServerError)
  .annotateContext(
    endpoint.annotations({
      security: Security.deletion,
      // The provider does not document the response to a repeated request.
      repeat: "once",
      summary: "Make an account inactive",
      operationId: "deleteAccount"
    })
  )

/**
 * `GET /account/{accountId}/status`
 *
 * @since 0.1.0
 * @category models
 */
export const getAccountStatusById = HttpApiEndpoint.get("getAccountStatusById", "/account/:accountId/status")
  .setPath(endpoint.accountPath)
  .addSuccess(AccountStatus)
  .addError(WireError.AccessDenied)
  .addError(WireError.AccountNotFound)
  .addError(WireError.ServerError)
  .annotateContext(
    endpoint.annotations({
      security: Security.admin,
      repeat: "safe",
      summary: "Read the status of an account",
      operationId: "getAccountStatusbyId"
    })
  )
