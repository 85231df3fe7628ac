/**
 * The contract of the sign-in operations: obtaining, checking, renewing and revoking a user's
 * token.
 *
 * @since 0.1.0
 */
import * as HttpApi from "@effect/platform/HttpApi"
import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as OpenApi from "@effect/platform/OpenApi"
import * as Schema from "effect/Schema"
import { Secret, Username, Validity } from "./AccountInput.js"
import { AccountId, ApplicationId, DirectoryId } from "./Identifier.js"
import * as endpoint from "./internal/contract/endpoint.js"
import * as Security from "./Security.js"
import * as WireError from "./WireError.js"

/**
 * Input of signing in. Set `directoryId` only if the same user name exists in several directories.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Login = Schema.Struct({
  username: Username,
  password: Secret,
  directoryId: Schema.optionalWith(DirectoryId, { exact: true })
}).annotations({ identifier: "Login" })

/**
 * An issued token: visible ASCII, as headers require.
 *
 * @since 0.1.0
 * @category schemas
 */
export const IssuedToken = Schema.Redacted(
  Schema.String.pipe(
    Schema.pattern(/^[\x21-\x7e]+$/, {
      message: () => "not a token: expected visible ASCII",
      arbitrary: () => (fc) => fc.uuid()
    })
  )
)

/**
 * A token and its expiry, `exp`, in seconds since 1970.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Token = Schema.Struct({
  valid: endpoint.optional(Schema.Boolean),
  token: IssuedToken,
  exp: Schema.Int
}).annotations({ identifier: "Token" })

/**
 * @since 0.1.0
 * @category models
 */
export interface Token extends Schema.Schema.Type<typeof Token> {}

/**
 * The response of signing in: a token and the account it belongs to.
 *
 * @since 0.1.0
 * @category schemas
 */
export const SignedIn = Schema.Struct({
  ...Token.fields,
  accountId: endpoint.optional(AccountId),
  applicationId: endpoint.optional(ApplicationId),
  name: endpoint.optional(Schema.String)
}).annotations({ identifier: "SignedIn" })

/**
 * @since 0.1.0
 * @category models
 */
export interface SignedIn extends Schema.Schema.Type<typeof SignedIn> {}

/**
 * The response of a token check.
 *
 * @since 0.1.0
 * @category schemas
 */
export const CheckedToken = Schema.Struct({
  valid: endpoint.optional(Schema.Boolean),
  exp: endpoint.optional(Schema.Int),
  accountId: endpoint.optional(AccountId),
  applicationId: endpoint.optional(ApplicationId)
}).annotations({ identifier: "CheckedToken" })

/**
 * @since 0.1.0
 * @category models
 */
export interface CheckedToken extends Schema.Schema.Type<typeof CheckedToken> {}

/**
 * `POST /auth`
 *
 * @since 0.1.0
 * @category models
 */
export const usernameLogin = HttpApiEndpoint.post("usernameLogin", "/auth")
  .setPayload(Login)
  .addSuccess(SignedIn)
  .addError(WireError.MissingElements)
  .addError(WireError.AccessDenied)
  .addError(WireError.ServerError)
  .annotateContext(
    endpoint.annotations({
      security: Security.application,
      // Signing in twice is harmless: the user gets a second token.
      repeat: "idempotent",
      summary: "Sign in with user name and password",
      operationId: "usernamelogin"
    })
  )

/**
 * `GET /auth`
 *
 * @since 0.1.0
 * @category models
 */
export const tokenCheck = HttpApiEndpoint.get("tokenCheck", "/auth")
  .addSuccess(CheckedToken)
  .addError(WireError.MissingElements)
  .addError(WireError.AccessDenied)
  .addError(WireError.ServerError)
  .annotateContext(
    endpoint.annotations({
      security: Security.user,
      repeat: "safe",
      summary: "Check a token",
      operationId: "tokencheck"
    })
  )

/**
 * `GET /auth/newToken`: issues another token. The old one keeps its own expiry.
 *
 * @since 0.1.0
 * @category models
 */
export const newToken = HttpApiEndpoint.get("newToken", "/auth/newToken")
  .addSuccess(Token)
  .addError(WireError.MissingElements)
  .addError(WireError.AccessDenied)
  .addError(WireError.ServerError)
  .annotateContext(
    endpoint.annotations({
      security: Security.user,
      repeat: "safe",
      summary: "Issue another token",
      operationId: "newToken"
    })
  )

/**
 * `DELETE /auth/deleteToken`: revokes the token the call is made with.
 *
 * @since 0.1.0
 * @category models
 */
export const deleteToken = HttpApiEndpoint.del("deleteToken", "/auth/deleteToken")
  .addSuccess(Validity)
  .addError(WireError.AccessDenied)
  .addError(WireError.ServerError)
  .annotateContext(
    endpoint.annotations({
      security: Security.user,
      // A retry after a successful revocation is refused, because the token is no longer valid.
      repeat: "once",
      summary: "Revoke the token used for this call",
      operationId: "deleteToken"
    })
  )

/**
 * `POST /devauth`: signs a developer in. It is known from the code of other clients. It is not in
 * the provider's definition, so it is in no group.
 *
 * @since 0.1.0
 * @category models
 */
export const developerLogin = HttpApiEndpoint.post("developerLogin", "/devauth")
  .setPayload(Schema.Struct({ username: Username, password: Secret }))
  .addSuccess(
    Schema.Struct({
      valid: endpoint.optional(Schema.Boolean),
      token: IssuedToken,
      exp: endpoint.optional(Schema.Int)
    }).annotations({ identifier: "DeveloperToken" })
  )
  .addError(WireError.MissingElements)
  .addError(WireError.AccessDenied)
  .addError(WireError.ServerError)
  .annotateContext(
    endpoint.annotations({
      security: [],
      repeat: "idempotent",
      summary: "Sign in as a developer",
      operationId: "devauth"
    })
  )

/**
 * @since 0.1.0
 * @category models
 */
export class AuthGroup extends HttpApiGroup.make("auth")
  .add(usernameLogin)
  .add(tokenCheck)
  .add(newToken)
  .add(deleteToken)
  .annotate(OpenApi.Description, "Signing in") {}

/**
 * The four sign-in operations.
 *
 * @since 0.1.0
 * @category models
 */
export class AuthApi extends HttpApi.make("Auth").add(AuthGroup) {}
