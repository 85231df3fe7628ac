/**
 * The errors of a call, as a closed union.
 *
 * The `message` of every error begins with the method that was called, and says what happened and
 * what to do. `isTransient`, `mayHaveBeenApplied` and `retryAfter` classify an error, so that
 * programs do not have to list tags.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import {
  AccessDenied,
  BadRequest,
  type CallError,
  InvalidResponse,
  RateLimited,
  RequestTimeout,
  ServerError,
  TransportError
} from "./internal/error/callError.js"
import * as errorFields from "./internal/error/errorFields.js"
import { credentialAdvice, quoted, sentence, withoutMethod } from "./internal/error/errorMessages.js"

export * from "./internal/error/callError.js"
export { isTlsFailure, isUntrustedIssuer } from "./internal/error/tlsCode.js"

const never = Option.none<Duration.Duration>()

/**
 * The request lacks required fields: status 400, "missing elements".
 *
 * @since 0.1.0
 * @category errors
 */
export class MissingElements extends Schema.TaggedError<MissingElements>()("MissingElements", {
  ...errorFields.responseFields,
  /** The missing fields, if the provider names them. */
  elements: Schema.Array(Schema.String)
}) {
  readonly method: string = errorFields.methodOf(this)
  readonly isTransient = false
  readonly mayHaveBeenApplied: boolean = this.appliedBefore
  readonly retryAfter = never

  override get message(): string {
    const named = this.elements.length === 0 ? "" : `: ${this.elements.join(", ")}`
    return sentence(this, `Glowmarkt says required fields are missing${named} (${this.status}). Check the values sent.`)
  }
}

/**
 * The provider does not accept a value in the request: status 400, "incorrect elements".
 *
 * @since 0.1.0
 * @category errors
 */
export class IncorrectElements extends Schema.TaggedError<IncorrectElements>()(
  "IncorrectElements",
  errorFields.responseFields
) {
  readonly method: string = errorFields.methodOf(this)
  readonly isTransient = false
  readonly mayHaveBeenApplied: boolean = this.appliedBefore
  readonly retryAfter = never

  override get message(): string {
    return sentence(this, `Glowmarkt does not accept the values sent (${this.status}).${quoted(this)}`)
  }
}

/**
 * The new password is too weak for the provider: status 400, "weak new password".
 *
 * @since 0.1.0
 * @category errors
 */
export class WeakPassword extends Schema.TaggedError<WeakPassword>()("WeakPassword", errorFields.responseFields) {
  readonly method: string = errorFields.methodOf(this)
  readonly isTransient = false
  readonly mayHaveBeenApplied: boolean = this.appliedBefore
  readonly retryAfter = never

  override get message(): string {
    return sentence(
      this,
      "Glowmarkt says the new password is too weak. Choose a longer one with letters, digits and symbols."
    )
  }
}

/**
 * The account does not exist or belongs to another application: status 404.
 *
 * @since 0.1.0
 * @category errors
 */
export class AccountNotFound extends Schema.TaggedError<AccountNotFound>()("AccountNotFound", {
  ...errorFields.responseFields,
  /** The requested account. Absent if the account is the one that the user's token identifies. */
  accountId: Schema.optionalWith(Schema.String, { exact: true })
}) {
  readonly method: string = errorFields.methodOf(this)
  readonly isTransient = false
  readonly mayHaveBeenApplied: boolean = this.appliedBefore
  readonly retryAfter = never

  override get message(): string {
    const [which, check] =
      this.accountId === undefined
        ? ["for this user", "that the user belongs"]
        : [this.accountId, "the id, and that the account belongs"]
    return sentence(
      this,
      `the application has no account ${which} (${this.status}).${quoted(this)} Check ${check} to this application.`
    )
  }
}

/**
 * The provider declined the request: status 200 with `{"valid": false}`.
 *
 * @since 0.1.0
 * @category errors
 */
export class Rejected extends Schema.TaggedError<Rejected>()("Rejected", errorFields.responseFields) {
  readonly method: string = errorFields.methodOf(this)
  readonly isTransient = false
  readonly mayHaveBeenApplied: boolean = this.appliedBefore
  readonly retryAfter = never

  override get message(): string {
    const hint =
      this.operation === "usernameLogin"
        ? credentialAdvice.session
        : "Check the values sent and the status of the account."
    const reason = this.excerpt === "" ? " and gave no reason." : `.${quoted(this)}`
    return sentence(this, `Glowmarkt declined the request ("valid": false)${reason} ${hint}`)
  }
}

/**
 * The input was refused before anything was sent.
 *
 * @since 0.1.0
 * @category errors
 */
export class InvalidInput extends Schema.TaggedError<InvalidInput>()("InvalidInput", {
  operation: Schema.String,
  /**
   * Names the field and what was expected. It contains only the spaces and punctuation of the
   * value.
   */
  problem: Schema.String
}) {
  readonly method: string = errorFields.methodOf(this)
  readonly isTransient = false
  readonly mayHaveBeenApplied = false
  readonly retryAfter = never

  override get message(): string {
    return sentence(this, `not sent: ${this.problem}`)
  }
}

/**
 * Every error of the client. All members share four fields:
 *
 * - `method`: the method that was called, such as `admin.status` (`operation` has its name in the
 *   contract). For `admin.stream` it is `admin.list`, because both call the same operation.
 * - `isTransient`: whether the same call may succeed later.
 * - `mayHaveBeenApplied`: whether the provider may have carried the operation out.
 * - `retryAfter`: how long the server asked to wait, if it did.
 *
 * @since 0.1.0
 * @category errors
 */
export type GlowmarktError =
  | CallError
  | MissingElements
  | IncorrectElements
  | WeakPassword
  | AccountNotFound
  | Rejected
  | InvalidInput

/**
 * The union as a schema, for storing errors in journals and reports.
 *
 * @since 0.1.0
 * @category schemas
 */
export const GlowmarktError = /* @__PURE__ */ Schema.Union(
  AccessDenied,
  BadRequest,
  RateLimited,
  ServerError,
  InvalidResponse,
  TransportError,
  RequestTimeout,
  MissingElements,
  IncorrectElements,
  WeakPassword,
  AccountNotFound,
  Rejected,
  InvalidInput
)

/**
 * Returns whether a value is one of these errors.
 *
 * @example
 * ```ts
 * import { GlowmarktError } from "@effect-glowmarkt/core"
 *
 * const mayHaveBeenApplied = (error: unknown) =>
 *   GlowmarktError.isGlowmarktError(error) && error.mayHaveBeenApplied
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const isGlowmarktError: (value: unknown) => value is GlowmarktError = /* @__PURE__ */ Schema.is(GlowmarktError)

/**
 * Returns the message without the name of the method that was called, for people who do not know
 * the program's code. The message of any other error is not changed.
 *
 * @example
 * ```ts
 * import { GlowmarktError } from "@effect-glowmarkt/core"
 *
 * // message: "admin.status: Access denied (401) with appKeys. Check the application's key and secret."
 * // explanation: "Access denied (401) with appKeys. Check the application's key and secret."
 * const show = (error: GlowmarktError.GlowmarktError) => GlowmarktError.explanation(error)
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const explanation = (error: { readonly message: string }): string =>
  isGlowmarktError(error) ? withoutMethod(error) : error.message
