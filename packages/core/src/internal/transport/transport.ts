import type * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import type * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type * as responseBody from "./responseBody.js"

export interface Request {
  readonly method: HttpClientRequest.HttpClientRequest["method"]
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** The body as JSON, if there is one. */
  readonly body: string | undefined
  /** The time limit, from sending the request to reading the last byte of the response. */
  readonly timeoutMillis: number
  readonly maxBodyBytes: number
}

/** A response with its whole body. */
export interface Response {
  readonly status: number
  readonly retryAfter: string | undefined
  /** The `Date` header: a `Retry-After` date is relative to the server's clock. */
  readonly date: string | undefined
  readonly contentType: string | undefined
  readonly body: Either.Either<string, responseBody.Unreadable>
}

/** A response whose body has not been read yet. */
export interface StreamingResponse {
  readonly status: number
  /** Pulls the next chunks, or `None` at the end. Closing the scope cancels the rest. */
  readonly pull: Effect.Effect<
    Effect.Effect<Chunk.Chunk<Uint8Array>, Option.Option<TransportFailure | TimedOut>>,
    never,
    Scope.Scope
  >
  /** Reads the whole body, instead of pulling it. */
  readonly readAll: Effect.Effect<Response, TransportFailure | TimedOut>
}

/**
 * The request got no response, or the response broke off. The client's own error is left out: it
 * contains the request with its credentials.
 */
export interface TransportFailure {
  readonly _tag: "TransportFailure"
  readonly code: string
  /** The proxy that failed, without its credentials. */
  readonly proxy?: string
  /** `unsent` when the request provably never reached the server. */
  readonly phase: "unsent" | "sent"
}

/** The request's deadline passed. */
export interface TimedOut {
  readonly _tag: "TimedOut"
  /** Has the same meaning as in {@link TransportFailure}. */
  readonly phase: "unsent" | "sent"
}

export const timedOut: Record<TimedOut["phase"], TimedOut> = {
  unsent: { _tag: "TimedOut", phase: "unsent" },
  sent: { _tag: "TimedOut", phase: "sent" }
}

// Matches characters that are neither printable Latin-1 nor a space or tab.
const notInHeaders = /[^\t\x20-\x7e\x80-\xff]/

/**
 * Returns whether every client can send these headers. Clients disagree on other characters: some
 * fail, some throw.
 */
export const canBeSent = (headers: Request["headers"]): boolean =>
  !Object.values(headers).some((value) => notInHeaders.test(value))

/** The client refuses to send this request, and would refuse it every time. */
export const invalidRequest: TransportFailure = { _tag: "TransportFailure", code: "INVALID_REQUEST", phase: "unsent" }

/** The client tried to follow a redirect to another origin and was stopped. */
export interface Redirected {
  readonly _tag: "Redirected"
}

/** Why a request has no response. */
export type Failure = TransportFailure | TimedOut | Redirected

/** A request that is sent when `response` runs. */
export interface PendingRequest<A> {
  readonly response: Effect.Effect<A, Failure>
  /** Closes the connection. Cancels the request. It must be run if `response` is interrupted. */
  readonly cancel: Effect.Effect<void>
}

/** Sends requests. Retries, the circuit breaker, metrics and spans belong to `call/`. */
export interface Transport {
  /** Whether the client may read the fiber's context, such as its current span, while it sends. */
  readonly readsContext: boolean
  readonly send: (request: Request) => PendingRequest<Response>
  /**
   * Sends a request and returns once the headers have arrived. Interruption closes the connection.
   */
  readonly stream: (request: Request) => Effect.Effect<StreamingResponse, Failure>
}

const attached = Symbol.for("@effect-glowmarkt/core/transport")

interface Attached {
  readonly [attached]: Transport
}

const isAttached = (client: object): client is Attached => attached in client

/** Returns the transport attached to a client, or `undefined` if it has none. */
export const attachedTo = (client: HttpClient.HttpClient): Transport | undefined =>
  isAttached(client) ? client[attached] : undefined

/**
 * Attaches a transport that skips the platform's request and response objects. `mapRequest` and the
 * other combinators return a new client without it, so a program's own middleware always runs.
 */
export const attach = (client: HttpClient.HttpClient, transport: Transport): HttpClient.HttpClient =>
  Object.assign(client, { [attached]: transport })

/** Fails with a timeout when the request's remaining time is over. */
export const withinDeadline = <A, E>(
  request: Request,
  startedMillis: number,
  self: Effect.Effect<A, E>
): Effect.Effect<A, E | TimedOut> =>
  Effect.flatMap(Clock.currentTimeMillis, (now) =>
    Effect.timeoutFail(self, {
      duration: Duration.millis(Math.max(0, request.timeoutMillis - (now - startedMillis))),
      onTimeout: () => timedOut.sent
    })
  )
