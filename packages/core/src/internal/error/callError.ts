/**
 * Errors that any operation can fail with. `GlowmarktError` exports them and adds the errors of
 * specific operations.
 */
import type * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as errorFields from "./errorFields.js"
import {
  credentialAdvice,
  operationAdvice,
  quoted,
  repeated,
  rounded,
  sentence,
  timeoutMessage
} from "./errorMessages.js"
import { isTlsFailure, isUntrustedIssuer } from "./tlsCode.js"

/**
 * The kind of credentials used. `session` means signed in with a user name and password.
 *
 * @since 0.1.0
 * @category models
 */
export const Caller = errorFields.Caller

/**
 * @since 0.1.0
 * @category models
 */
export type Caller = typeof Caller.Type

const never = Option.none<Duration.Duration>()

const retryAfter = Schema.optionalWith(Schema.DurationFromMillis, { as: "Option" })

/**
 * The credentials were refused: status 401 or 403.
 *
 * @since 0.1.0
 * @category errors
 */
export class AccessDenied extends Schema.TaggedError<AccessDenied>()("AccessDenied", {
  ...errorFields.responseFields,
  caller: Caller
}) {
  readonly method: string = errorFields.methodOf(this)
  readonly isTransient = false
  readonly mayHaveBeenApplied: boolean = this.appliedBefore
  readonly retryAfter = never

  override get message(): string {
    const also = this.stage === "call" ? (operationAdvice[this.operation] ?? "") : ""
    return sentence(
      this,
      `access denied (${this.status}) with ${this.caller}.${quoted(this)} ${credentialAdvice[this.caller]}${also}`
    )
  }
}

/**
 * The request was refused: any other status from 400 to 499. A 404 from an operation without an
 * account id usually means a wrong base URL.
 *
 * @since 0.1.0
 * @category errors
 */
export class BadRequest extends Schema.TaggedError<BadRequest>()("BadRequest", {
  ...errorFields.responseFields,
  /** The `Retry-After` header, for the statuses that ask for a retry (408 and 425). */
  retryAfter
}) {
  readonly method: string = errorFields.methodOf(this)
  /** True for 408 and 425, which ask for a retry. */
  readonly isTransient: boolean = this.status === 408 || this.status === 425
  readonly mayHaveBeenApplied: boolean = this.appliedBefore || (this.stage === "call" && this.status === 408)

  override get message(): string {
    const hint = this.status === 404 ? " Check the base URL: it must end with the API version, as in …/api/v0-1." : ""
    return sentence(
      this,
      `Glowmarkt refused the request (${this.status})${repeated(this.attempts, "requests")}.${quoted(this)}${hint}`
    )
  }
}

/**
 * Too many requests: status 429. The request was not carried out.
 *
 * @since 0.1.0
 * @category errors
 */
export class RateLimited extends Schema.TaggedError<RateLimited>()("RateLimited", {
  ...errorFields.responseFields,
  /** The `Retry-After` header. */
  retryAfter
}) {
  readonly method: string = errorFields.methodOf(this)
  readonly isTransient = true
  readonly mayHaveBeenApplied: boolean = this.appliedBefore

  override get message(): string {
    const wait = Option.match(this.retryAfter, {
      onNone: () => "",
      onSome: (duration) => ` Retry after ${rounded(duration)}.`
    })
    return sentence(
      this,
      `Glowmarkt is limiting requests (429)${repeated(this.attempts, "requests")}.${quoted(this)}${wait} Send fewer requests at a time.`
    )
  }
}

// The 5xx statuses after which a retry would fail in the same way: not implemented, HTTP version
// not supported, variant also negotiates, not extended and network authentication required.
const permanent: ReadonlySet<number> = new Set([501, 505, 506, 510, 511])

/**
 * The provider, or a proxy in front of it, failed: status 500 to 599.
 *
 * @since 0.1.0
 * @category errors
 */
export class ServerError extends Schema.TaggedError<ServerError>()("ServerError", {
  ...errorFields.responseFields,
  /** The `Retry-After` header. */
  retryAfter
}) {
  readonly method: string = errorFields.methodOf(this)
  /** False for a permanent status such as 501. */
  readonly isTransient: boolean = !permanent.has(this.status)
  readonly mayHaveBeenApplied: boolean = this.appliedBefore || this.stage === "call"

  override get message(): string {
    return sentence(this, `Glowmarkt failed (${this.status})${repeated(this.attempts, "requests")}.${quoted(this)}`)
  }
}

/**
 * The response does not match the contract. `reason` is one of:
 *
 * - `NotJson`: HTML, plain text or no body.
 * - `NotText`: a body that is not UTF-8.
 * - `Truncated`: JSON that breaks off.
 * - `Shape`: JSON in which a required field is missing or invalid.
 * - `Mismatch`: a response about another account or application than the requested one.
 * - `Redirect`: a status 3xx. Redirects are not followed.
 * - `TooLarge`: a body longer than `maxBodyBytes`.
 *
 * @since 0.1.0
 * @category errors
 */
export class InvalidResponse extends Schema.TaggedError<InvalidResponse>()("InvalidResponse", {
  ...errorFields.responseFields,
  reason: Schema.Literal("NotJson", "NotText", "Truncated", "Shape", "Mismatch", "Redirect", "TooLarge"),
  /** One line that names the field and what was expected. */
  problem: Schema.String
}) {
  readonly method: string = errorFields.methodOf(this)
  /** True for `Truncated`, which a lost connection causes. */
  readonly isTransient: boolean = this.reason === "Truncated"
  readonly mayHaveBeenApplied: boolean = this.appliedBefore || (this.stage === "call" && this.reason !== "Redirect")
  readonly retryAfter = never

  override get message(): string {
    return sentence(this, `unexpected response (${this.status}): ${this.problem}.${quoted(this)}`)
  }
}

/**
 * The connection could not be made, or was lost before the response was complete.
 *
 * @since 0.1.0
 * @category errors
 */
export class TransportError extends Schema.TaggedError<TransportError>()("TransportError", {
  ...errorFields.fields,
  /** `unsent` if the request certainly did not reach the server, `sent` if it may have. */
  phase: Schema.Literal("unsent", "sent"),
  /**
   * The system's code if there is one (`ECONNREFUSED`, `ENOTFOUND`, …), `PROXY_` followed by the
   * status or code of a proxy's failure, `CIRCUIT_OPEN`, or `CORS_OR_NETWORK` in browsers, which
   * cannot distinguish the two.
   */
  code: Schema.String,
  /** Scheme, host and port of the server. */
  origin: Schema.String,
  /** The proxy that failed, without its credentials. */
  proxy: Schema.optionalWith(Schema.String, { exact: true }),
  /** How long the circuit breaker stays open. */
  retryAfter: retryAfter.pipe(Schema.withConstructorDefault(() => never))
}) {
  readonly method: string = errorFields.methodOf(this)
  /** False for an invalid request, a rejected certificate and a proxy that refuses (4xx). */
  readonly isTransient: boolean = !isTlsFailure(this.code) && !/INVALID|PROXY_4/i.test(this.code)
  readonly mayHaveBeenApplied: boolean = this.appliedBefore || (this.stage === "call" && this.phase === "sent")

  override get message(): string {
    if (this.code === "CIRCUIT_OPEN") {
      const pause = Option.match(this.retryAfter, { onNone: () => "a while", onSome: rounded })
      return sentence(
        this,
        `not sent: the circuit breaker is open for ${pause} after repeated failures of ${this.origin}.`
      )
    }
    if (this.code === "INVALID_REQUEST") {
      return sentence(
        this,
        `not sent: a header value (key, token or application id) contains characters that headers cannot carry.`
      )
    }
    if (this.code === "CORS_OR_NETWORK") {
      return sentence(
        this,
        `no response from ${this.origin}. The browser does not say whether the server cannot be reached or does not allow requests from this page (CORS); its console does. If it is CORS, call the API from a server of your own.`
      )
    }
    if (this.proxy !== undefined) {
      const [, reason = ""] = this.code.split("PROXY_")
      const failed = /^(?:\d{3}|CLOSED)$/.test(reason) ? "refused the connection" : "cannot be reached"
      return sentence(
        this,
        `the proxy ${this.proxy} on the way to ${this.origin} ${failed} (${reason}). Check the variables HTTPS_PROXY, HTTP_PROXY and NO_PROXY.`
      )
    }
    if (isUntrustedIssuer(this.code)) {
      return sentence(
        this,
        `the certificate of ${this.origin} was issued by an untrusted authority (${this.code}). If the authority is your own, set NODE_EXTRA_CA_CERTS to its certificate file.`
      )
    }
    return this.phase === "unsent"
      ? sentence(this, `cannot reach ${this.origin} (${this.code}). Check the address and the network.`)
      : sentence(this, `the connection to ${this.origin} was lost before a response arrived (${this.code}).`)
  }
}

/**
 * A time limit passed before the response was complete.
 *
 * @since 0.1.0
 * @category errors
 */
export class RequestTimeout extends Schema.TaggedError<RequestTimeout>()("RequestTimeout", {
  ...errorFields.fields,
  /** Has the same meaning as in {@link TransportError}: `unsent` if there was no connection yet. */
  phase: Schema.Literal("unsent", "sent"),
  /** What the call was waiting for: the response, the client's own rate limit or a token. */
  waitedFor: Schema.optionalWith(Schema.Literal("response", "rateLimit", "token"), { default: () => "response" }),
  /**
   * The timeout of one attempt. For a rate limit or token: the time that was left for all attempts.
   */
  limit: Schema.DurationFromMillis
}) {
  readonly method: string = errorFields.methodOf(this)
  readonly isTransient = true
  readonly mayHaveBeenApplied: boolean = this.appliedBefore || (this.stage === "call" && this.phase === "sent")
  readonly retryAfter = never

  override get message(): string {
    return sentence(this, `${timeoutMessage[this.waitedFor](rounded(this.limit), this.attempts)}.`)
  }
}

/**
 * Every error that any operation can fail with.
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
