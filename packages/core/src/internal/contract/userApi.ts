/**
 * The contract of the operations of users on their own accounts.
 *
 * @since 0.1.0
 */
import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as Schema from "effect/Schema"
import { AccountStatus } from "../../Account.js"
import { Email, Secret, Validity } from "../../AccountInput.js"
import * as Security from "../../Security.js"
import * as WireError from "../../WireError.js"
import * as endpoint from "./endpoint.js"

/**
 * `GET /account/status`
 *
 * @since 0.1.0
 * @category models
 */
export const getAccountStatusByUserToken = HttpApiEndpoint.get("getAccountStatusByUserToken", "/account/status")
  .addSuccess(AccountStatus)
  .addError(WireError.AccessDenied)
  .addError(WireError.AccountNotFound)
  .addError(WireError.ServerError)
  .annotateContext(
    endpoint.annotations({
      security: Security.user,
      repeat: "safe",
      summary: "Read the status of the user's account",
      operationId: "getAccountStatusbyUserToken"
    })
  )

/**
 * `POST /account/email`
 *
 * @since 0.1.0
 * @category models
 */
export const userChangeEmail = HttpApiEndpoint.post("userChangeEmail", "/account/email")
  .setPayload(Schema.Struct({ email: Email }))
  .addSuccess(Validity)
  .addError(WireError.IncorrectElements)
  .addError(WireError.AccessDenied)
  .addError(WireError.ServerError)
  .annotateContext(
    endpoint.annotations({
      security: Security.user,
      repeat: "idempotent",
      summary: "Change the user's e-mail address",
      operationId: "userChangeEmail"
    })
  )

/**
 * `POST /account/name`
 *
 * @since 0.1.0
 * @category models
 */
export const userChangeName = HttpApiEndpoint.post("userChangeName", "/account/name")
  .setPayload(Schema.Struct({ name: endpoint.trimmedName }))
  .addSuccess(Validity)
  .addError(WireError.IncorrectElements)
  .addError(WireError.AccessDenied)
  .addError(WireError.ServerError)
  .annotateContext(
    endpoint.annotations({
      security: Security.user,
      repeat: "idempotent",
      summary: "Change the user's name",
      operationId: "userChangeName"
    })
  )

/**
 * `POST /account/changepassword`
 *
 * @since 0.1.0
 * @category models
 */
export const userChangePassword = HttpApiEndpoint.post("userChangePassword", "/account/changepassword")
  .setPayload(Schema.Struct({ oldPassword: Secret, newPassword: Secret }))
  .addSuccess(Validity)
  .addError(WireError.WeakPassword)
  .addError(WireError.AccessDenied)
  .addError(WireError.ServerError)
  .annotateContext(
    endpoint.annotations({
      security: Security.user,
      // If the response is lost, the old password may no longer be valid.
      repeat: "once",
      summary: "Change the user's password",
      operationId: "userChangePassWord"
    })
  )

/**
 * `POST /account/{accountId}/mobileapptoken`
 *
 * @since 0.1.0
 * @category models
 */
export const addMobileAppToken = HttpApiEndpoint.post("addMobileAppToken", "/account/:accountId/mobileapptoken")
  .setPath(endpoint.accountPath)
  .setPayload(Schema.Struct({ newToken: Secret }))
  .addSuccess(Validity)
  .addError(WireError.AccessDenied)
  .addError(WireError.AccountNotFound)
  .addError(WireError.ServerError)
  .annotateContext(
    endpoint.annotations({
      security: Security.user,
      // The provider does not document what happens to a duplicate.
      repeat: "once",
      summary: "Add a mobile app token to the user's account",
      operationId: "addMobileAppToken"
    })
  )

/**
 * `PUT /account/{accountId}/mobileapptoken`: removes a token, although the method is PUT.
 *
 * @since 0.1.0
 * @category models
 */
export const removeMobileAppToken = HttpApiEndpoint.put("removeMobileAppToken", "/account/:accountId/mobileapptoken")
  .setPath(endpoint.accountPath)
  .setPayload(Schema.Struct({ removeToken: Secret }))
  .addSuccess(Validity)
  .addError(WireError.AccessDenied)
  .addError(WireError.AccountNotFound)
  .addError(WireError.ServerError)
  .annotateContext(
    endpoint.annotations({
      security: Security.user,
      repeat: "idempotent",
      summary: "Remove a mobile app token from the user's account",
      operationId: "removeMobileAppToken"
    })
  )
