/**
 * Errors that any operation can fail with. Programs import them from `GlowmarktError`, which
 * adds the errors of specific operations.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as errorFields from "./internal/error/errorFields.js"
import {
  credentialAdvice,
  late,
  operationAdvice,
  quoted,
  repeated,
  rounded,
  sentence
} from "./internal/error/errorMessages.js"

/**
 * How the caller identified itself. `session` is a user signed in by name and
 * password.
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
  ...errorFields.answerFields,
  caller: Caller
}) {
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
 * Any other status from 400 to 499: the provider refuses the request as it is.
 * A 404 where no account is named usually means a wrong base URL.
 *
 * @since 0.1.0
 * @category errors
 */
export class BadRequest extends Schema.TaggedError<BadRequest>()("BadRequest", {
  ...errorFields.answerFields,
  /** What the header `Retry-After` asks for, where a repeat is asked for (408, 425). */
  retryAfter
}) {
  /** 408 and 425 ask for a repeat; the others will say the same again. */
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
  ...errorFields.answerFields,
  /** What the header `Retry-After` asks for. */
  retryAfter
}) {
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

// Not implemented, HTTP version not supported, variant also negotiates, not extended, network
// authentication required: the same request gets the same answer.
const permanent: ReadonlySet<number> = new Set([501, 505, 506, 510, 511])

/**
 * The provider, or a proxy in front of it, failed: status 500 to 599.
 *
 * @since 0.1.0
 * @category errors
 */
export class ServerError extends Schema.TaggedError<ServerError>()("ServerError", {
  ...errorFields.answerFields,
  /** What the header `Retry-After` asks for. */
  retryAfter
}) {
  /** False for a status that repeating does not change, such as 501. */
  readonly isTransient: boolean = !permanent.has(this.status)
  readonly mayHaveBeenApplied: boolean = this.appliedBefore || this.stage === "call"

  override get message(): string {
    return sentence(this, `Glowmarkt failed (${this.status})${repeated(this.attempts, "requests")}.${quoted(this)}`)
  }
}

/**
 * The answer is not what the contract says.
 *
 * `reason` is `NotJson` (HTML, plain text, no body), `NotText` (not UTF-8), `Truncated` (JSON that
 * breaks off), `Shape` (JSON without something that is relied on), `Mismatch`
 * (it names another account or application than the one asked for), `Redirect` (3xx, not followed) or `TooLarge`.
 *
 * @since 0.1.0
 * @category errors
 */
export class InvalidResponse extends Schema.TaggedError<InvalidResponse>()("InvalidResponse", {
  ...errorFields.answerFields,
  reason: Schema.Literal("NotJson", "NotText", "Truncated", "Shape", "Mismatch", "Redirect", "TooLarge"),
  /** What is wrong with it, in one line. */
  problem: Schema.String
}) {
  /** A cut answer is an accident of the connection; the others will come again. */
  readonly isTransient: boolean = this.reason === "Truncated"
  readonly mayHaveBeenApplied: boolean = this.appliedBefore || (this.stage === "call" && this.reason !== "Redirect")
  readonly retryAfter = never

  override get message(): string {
    return sentence(this, `unexpected response (${this.status}): ${this.problem}.${quoted(this)}`)
  }
}

// What Node says of a certificate whose issuer it does not know, such as a company's own authority.
const untrustedIssuer = /SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/

/**
 * No answer: the connection could not be made, or broke.
 *
 * @since 0.1.0
 * @category errors
 */
export class TransportError extends Schema.TaggedError<TransportError>()("TransportError", {
  ...errorFields.fields,
  /**
   * How far it got: `unsent` when the request provably never reached the
   * server, `sent` when it may have.
   */
  phase: Schema.Literal("unsent", "sent"),
  /** The system's code where there is one (`ECONNREFUSED`, `ENOTFOUND`, …), `PROXY_` and the status or code of a proxy's failure, or `CIRCUIT_OPEN`. */
  code: Schema.String,
  /** The origin that was called: scheme, host and port. */
  origin: Schema.String,
  /** The proxy that failed, without its credentials. */
  proxy: Schema.optionalWith(Schema.String, { exact: true }),
  /** How long the circuit breaker will keep requests back. */
  retryAfter: retryAfter.pipe(Schema.withConstructorDefault(() => never))
}) {
  /** What cannot be sent, a certificate that is not accepted, and a proxy that refuses will be no better the next time. */
  readonly isTransient: boolean = !/CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO_VERIFY|INVALID|PROXY_4/i.test(this.code)
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
    if (this.proxy !== undefined) {
      const [, reason = ""] = this.code.split("PROXY_")
      const failed = /^(?:\d{3}|CLOSED)$/.test(reason) ? "refused the connection" : "cannot be reached"
      return sentence(
        this,
        `the proxy ${this.proxy} on the way to ${this.origin} ${failed} (${reason}). Check the variables HTTPS_PROXY, HTTP_PROXY and NO_PROXY.`
      )
    }
    if (untrustedIssuer.test(this.code)) {
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
 * No answer in time.
 *
 * @since 0.1.0
 * @category errors
 */
export class RequestTimeout extends Schema.TaggedError<RequestTimeout>()("RequestTimeout", {
  ...errorFields.fields,
  /** As for {@link TransportError}: `unsent` when the time was over before there was a connection. */
  phase: Schema.Literal("unsent", "sent"),
  /** What did not come in time: an answer, or this call's turn by the client's own rate limit, or its token. */
  waitedFor: Schema.optionalWith(Schema.Literal("answer", "turn", "token"), { default: () => "answer" }),
  /** The time that one attempt was given; for a turn or a token, the rest of the time for all attempts. */
  limit: Schema.DurationFromMillis
}) {
  readonly isTransient = true
  readonly mayHaveBeenApplied: boolean = this.appliedBefore || (this.stage === "call" && this.phase === "sent")
  readonly retryAfter = never

  override get message(): string {
    return sentence(this, `${late[this.waitedFor](rounded(this.limit), this.attempts)}.`)
  }
}

/**
 * The errors that any operation can fail with.
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
