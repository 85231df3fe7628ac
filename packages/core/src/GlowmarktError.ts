/**
 * What a call can fail with: a small closed family.
 *
 * Every member names the operation and says, in `message`, what happened and
 * what to do. Whether trying again makes sense, and whether the provider may
 * have carried the operation out, is answered by the error itself
 * (`isTransient`, `mayHaveBeenApplied`, `retryAfter`), so that nobody has to
 * list tags again.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

/**
 * How the caller identified itself. `session` is a user signed in by name and
 * password.
 *
 * @since 0.1.0
 * @category models
 */
export const Caller = Schema.Literal("appKeys", "orgAppKeys", "devUserToken", "userToken", "session", "nobody")

/**
 * @since 0.1.0
 * @category models
 */
export type Caller = typeof Caller.Type

const call = {
  /** The operation, by its name in the contract: `getAccountStatusById`. */
  operation: Schema.String,
  /** How many requests were sent for this call, this one included. */
  attempts: Schema.Int,
  /** Time from the start of the call to this failure, all attempts included. */
  elapsed: Schema.DurationFromMillis,
  /** Whether an earlier attempt of the same call may have been carried out. */
  appliedBefore: Schema.optionalWith(Schema.Boolean, { default: () => false })
}

const answer = {
  ...call,
  /** The HTTP status. */
  status: Schema.Int,
  /** The beginning of the answer's body, without secrets and personal data. Empty if there was none. */
  excerpt: Schema.String
}

/** That it was sent once is no news; and whoever repeats it himself would be told what is not so. */
const repeated = (attempts: number, unit: string) => (attempts > 1 ? `, after ${attempts} ${unit}` : "")

/** What is left of a budget is no round number, and nobody counts its milliseconds. */
const rounded = (limit: Duration.Duration) => {
  const seconds = Math.round(Duration.toSeconds(limit))
  return Duration.format(seconds < 1 ? limit : Duration.seconds(seconds))
}

const quoted = (excerpt: string) => (excerpt === "" ? "" : ` It said “${excerpt}”.`)

const never = Option.none<Duration.Duration>()

const credentialAdvice: Record<Caller, string> = {
  appKeys: "Check the application's key and secret.",
  orgAppKeys: "Check the organisation's key and secret, and the application id they speak for.",
  devUserToken: "Check that the developer token has not ended, and the application id it speaks for.",
  userToken: "Check that the user token has not ended or been revoked, and the application id it was issued for.",
  session:
    "Check user name, password and application id. If they are right, sign in once on the web site: the provider refuses sign-in until its current terms are accepted there.",
  nobody: "This operation takes no credentials; the server in between may want some."
}

/** What a refusal of these operations may also be about, although the credentials are good. */
const operationAdvice: Readonly<Record<string, string>> = {
  userChangePassword: " It may be the old password that is wrong.",
  addMobileAppToken: " It may be an account of somebody else: only that of the token's owner can be changed.",
  removeMobileAppToken: " It may be an account of somebody else: only that of the token's owner can be changed."
}

/**
 * The credentials were refused: status 401 or 403.
 *
 * @since 0.1.0
 * @category errors
 */
export class AccessDenied extends Schema.TaggedError<AccessDenied>()("AccessDenied", { ...answer, caller: Caller }) {
  readonly isTransient = false
  readonly mayHaveBeenApplied: boolean = this.appliedBefore
  readonly retryAfter = never

  override get message(): string {
    return `${this.operation}: access denied (${this.status}) with ${this.caller}. ${credentialAdvice[this.caller]}${operationAdvice[this.operation] ?? ""}`
  }
}

/**
 * Something the provider requires was not in the request: status 400, "missing elements".
 *
 * @since 0.1.0
 * @category errors
 */
export class MissingElements extends Schema.TaggedError<MissingElements>()("MissingElements", {
  ...answer,
  /** The missing elements, where the provider names them. */
  elements: Schema.Array(Schema.String)
}) {
  readonly isTransient = false
  readonly mayHaveBeenApplied: boolean = this.appliedBefore
  readonly retryAfter = never

  override get message(): string {
    const named = this.elements.length === 0 ? "" : `: ${this.elements.join(", ")}`
    return `${this.operation}: the provider misses elements of the request${named} (${this.status}). Check the values that were sent.`
  }
}

/**
 * Something in the request is not acceptable to the provider: status 400, "incorrect elements".
 *
 * @since 0.1.0
 * @category errors
 */
export class IncorrectElements extends Schema.TaggedError<IncorrectElements>()("IncorrectElements", answer) {
  readonly isTransient = false
  readonly mayHaveBeenApplied: boolean = this.appliedBefore
  readonly retryAfter = never

  override get message(): string {
    return `${this.operation}: the provider does not accept the values sent (${this.status}).${quoted(this.excerpt)}`
  }
}

/**
 * The new password is too weak for the provider: status 400, "weak new password".
 *
 * @since 0.1.0
 * @category errors
 */
export class WeakPassword extends Schema.TaggedError<WeakPassword>()("WeakPassword", answer) {
  readonly isTransient = false
  readonly mayHaveBeenApplied: boolean = this.appliedBefore
  readonly retryAfter = never

  override get message(): string {
    return `${this.operation}: the new password is too weak for the provider. Choose a longer one with letters, digits and signs.`
  }
}

/**
 * Any other status from 400 to 499: the provider refuses the request as it is.
 * A 404 where no account is named usually means a wrong base URL.
 *
 * @since 0.1.0
 * @category errors
 */
export class BadRequest extends Schema.TaggedError<BadRequest>()("BadRequest", {
  ...answer,
  /** What the header `Retry-After` asks for, where a repeat is asked for (408, 425). */
  retryAfter: Schema.optionalWith(Schema.DurationFromMillis, { as: "Option" })
}) {
  /** 408 and 425 ask for a repeat; the others will say the same again. */
  readonly isTransient: boolean = this.status === 408 || this.status === 425
  readonly mayHaveBeenApplied: boolean = this.appliedBefore || this.status === 408

  override get message(): string {
    const hint = this.status === 404 ? " Check the base URL: it must end in the API's version, as in …/api/v0-1." : ""
    return `${this.operation}: the provider refuses the request (${this.status}).${quoted(this.excerpt)}${hint}`
  }
}

/**
 * There is no such account for this caller: status 404.
 *
 * @since 0.1.0
 * @category errors
 */
export class AccountNotFound extends Schema.TaggedError<AccountNotFound>()("AccountNotFound", {
  ...answer,
  /** The account asked for; absent where the token decides. */
  accountId: Schema.optionalWith(Schema.String, { exact: true })
}) {
  readonly isTransient = false
  readonly mayHaveBeenApplied: boolean = this.appliedBefore
  readonly retryAfter = never

  override get message(): string {
    return this.accountId === undefined
      ? `${this.operation}: the application has no account of this user (${this.status}). Check that the user belongs to this application.`
      : `${this.operation}: the application has no account ${this.accountId} (${this.status}). Check the id, and that it belongs to this application.`
  }
}

/**
 * The provider answered 200 and `{"valid": false}`: it understood and declined.
 *
 * @since 0.1.0
 * @category errors
 */
export class Rejected extends Schema.TaggedError<Rejected>()("Rejected", answer) {
  readonly isTransient = false
  readonly mayHaveBeenApplied: boolean = this.appliedBefore
  readonly retryAfter = never

  override get message(): string {
    const hint =
      this.operation === "usernameLogin"
        ? credentialAdvice.session
        : "Check the values sent and the state of the account."
    return `${this.operation}: the provider declined ("valid": false) and gives no reason. ${hint}`
  }
}

/**
 * Too many requests: status 429. The request was not carried out.
 *
 * @since 0.1.0
 * @category errors
 */
export class RateLimited extends Schema.TaggedError<RateLimited>()("RateLimited", {
  ...answer,
  /** What the header `Retry-After` asks for. */
  retryAfter: Schema.optionalWith(Schema.DurationFromMillis, { as: "Option" })
}) {
  readonly isTransient = true
  readonly mayHaveBeenApplied: boolean = this.appliedBefore

  override get message(): string {
    const wait = Option.match(this.retryAfter, {
      onNone: () => "",
      onSome: (duration) => ` It asks to wait ${Duration.format(duration)}.`
    })
    return `${this.operation}: the provider is limiting requests (429)${repeated(this.attempts, "of ours")}.${wait} Send fewer at a time.`
  }
}

/**
 * The provider, or a proxy in front of it, failed: status 500 to 599.
 *
 * @since 0.1.0
 * @category errors
 */
export class ServerError extends Schema.TaggedError<ServerError>()("ServerError", {
  ...answer,
  /** What the header `Retry-After` asks for. */
  retryAfter: Schema.optionalWith(Schema.DurationFromMillis, { as: "Option" })
}) {
  readonly isTransient = true
  readonly mayHaveBeenApplied = true

  override get message(): string {
    return `${this.operation}: the provider failed (${this.status})${repeated(this.attempts, "requests")}.${quoted(this.excerpt)}`
  }
}

/**
 * The answer is not what the contract says.
 *
 * `reason` is `NotJson` (HTML, plain text, no body), `NotText` (not UTF-8), `Truncated` (JSON that
 * breaks off), `Shape` (JSON without something that is relied on), `Redirect`
 * (3xx, not followed) or `TooLarge`.
 *
 * @since 0.1.0
 * @category errors
 */
export class InvalidResponse extends Schema.TaggedError<InvalidResponse>()("InvalidResponse", {
  ...answer,
  reason: Schema.Literal("NotJson", "NotText", "Truncated", "Shape", "Redirect", "TooLarge"),
  /** What is wrong with it, in one line. */
  problem: Schema.String
}) {
  /** A cut answer is an accident of the connection; the others will come again. */
  readonly isTransient: boolean = this.reason === "Truncated"
  readonly mayHaveBeenApplied: boolean = this.appliedBefore || this.reason !== "Redirect"
  readonly retryAfter = never

  override get message(): string {
    return `${this.operation}: the answer (${this.status}) is not what the API promises: ${this.problem}.${quoted(this.excerpt)}`
  }
}

/**
 * No answer: the connection could not be made, or broke.
 *
 * @since 0.1.0
 * @category errors
 */
export class TransportError extends Schema.TaggedError<TransportError>()("TransportError", {
  ...call,
  /**
   * How far it got: `unsent` when the request provably never reached the
   * server, `sent` when it may have.
   */
  phase: Schema.Literal("unsent", "sent"),
  /** The system's code where there is one (`ECONNREFUSED`, `ENOTFOUND`, …), or `CIRCUIT_OPEN`. */
  code: Schema.String,
  /** The origin that was called: scheme, host and port. */
  origin: Schema.String
}) {
  /** What cannot be sent, and a certificate that is not accepted, will be no better the next time. */
  readonly isTransient: boolean = !/CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO_VERIFY|INVALID/i.test(this.code)
  readonly mayHaveBeenApplied: boolean = this.appliedBefore || this.phase === "sent"
  readonly retryAfter = never

  override get message(): string {
    if (this.code === "CIRCUIT_OPEN") {
      return `${this.operation}: not sent: ${this.origin} failed so often in a row that it is left alone for a while.`
    }
    if (this.code === "INVALID_REQUEST") {
      return `${this.operation}: cannot be sent: a header value (a key, a token, an application id) has characters that no header may have.`
    }
    return this.phase === "unsent"
      ? `${this.operation}: cannot reach ${this.origin} (${this.code}). Check the address and the network.`
      : `${this.operation}: the connection to ${this.origin} broke before an answer came (${this.code}).`
  }
}

/**
 * No answer in time.
 *
 * @since 0.1.0
 * @category errors
 */
export class RequestTimeout extends Schema.TaggedError<RequestTimeout>()("RequestTimeout", {
  ...call,
  /** As for {@link TransportError}: `unsent` when the time was over before there was a connection. */
  phase: Schema.Literal("unsent", "sent"),
  /** The time that one attempt was given. */
  limit: Schema.DurationFromMillis
}) {
  readonly isTransient = true
  readonly mayHaveBeenApplied: boolean = this.appliedBefore || this.phase === "sent"
  readonly retryAfter = never

  override get message(): string {
    return `${this.operation}: no answer within ${rounded(this.limit)}${repeated(this.attempts, "attempts")}.`
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
  /** What is wrong, naming the field, and the value unless it is a secret. */
  problem: Schema.String
}) {
  readonly isTransient = false
  readonly mayHaveBeenApplied = false
  readonly retryAfter = never

  override get message(): string {
    return `${this.operation}: not sent: ${this.problem}`
  }
}

/**
 * What any call can fail with, whatever the operation.
 *
 * @since 0.1.0
 * @category errors
 */
export type CallError =
  | AccessDenied
  | BadRequest
  | RateLimited
  | ServerError
  | InvalidResponse
  | TransportError
  | RequestTimeout

/**
 * The whole family.
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
 * The family as a schema, for journals and reports that outlive the process.
 *
 * @since 0.1.0
 * @category schemas
 */
export const GlowmarktError = Schema.Union(
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
