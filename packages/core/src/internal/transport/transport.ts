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

/** One request as it is sent. */
export interface Request {
  readonly method: HttpClientRequest.HttpClientRequest["method"]
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** JSON, or nothing. */
  readonly body: string | undefined
  /** What it may take, answer included. */
  readonly timeoutMillis: number
  readonly maxBodyBytes: number
}

/** An answer that was read whole. */
export interface Answer {
  readonly status: number
  readonly retryAfter: string | undefined
  /** Of the server's clock; it only matters with the former. */
  readonly date: string | undefined
  readonly contentType: string | undefined
  readonly body: Either.Either<string, responseBody.Unreadable>
}

/** An answer whose body is still to come. */
export interface Opened {
  readonly status: number
  /** The next pieces, or nothing when that was all. The rest is given up when the scope closes. */
  readonly pull: Effect.Effect<
    Effect.Effect<Chunk.Chunk<Uint8Array>, Option.Option<Broken | TimedOut>>,
    never,
    Scope.Scope
  >
  /** Reads it whole, instead. */
  readonly whole: Effect.Effect<Answer, Broken | TimedOut>
}

/** No answer, or not all of it. Nothing of the client's own error: it holds the request, and with it the credentials. */
export interface Broken {
  readonly _tag: "Broken"
  readonly code: string
  /** The proxy that failed, without its credentials. */
  readonly proxy?: string
  /** `unsent` when the request provably never reached the server. */
  readonly phase: "unsent" | "sent"
}

/** No answer in time. */
export interface TimedOut {
  readonly _tag: "TimedOut"
  /** As for {@link Broken}. */
  readonly phase: "unsent" | "sent"
}

export const timedOut: Record<TimedOut["phase"], TimedOut> = {
  unsent: { _tag: "TimedOut", phase: "unsent" },
  sent: { _tag: "TimedOut", phase: "sent" }
}

/** A request that cannot be sent, now or later. */
export const unsendable: Broken = { _tag: "Broken", code: "INVALID_REQUEST", phase: "unsent" }

/** A client that follows redirects was about to go to another origin, and did not. */
export interface Redirected {
  readonly _tag: "Redirected"
}

/** Why there is no answer. */
export type Problem = Broken | TimedOut | Redirected

/** A request on its way once `answer` runs. */
export interface Sending<A> {
  readonly answer: Effect.Effect<A, Problem>
  /** To be run if `answer` is interrupted: closes the connection. */
  readonly cancel: Effect.Effect<void>
}

/** How an answer arrives. Retry, circuit breaker, metrics and spans are not a transport's business. */
export interface Transport {
  /** Whether code of the program's own runs in it, which may look at its fiber's context. */
  readonly readsContext: boolean
  readonly send: (request: Request) => Sending<Answer>
  /** The same for a body that is taken as it arrives. Gives itself up when it is interrupted. */
  readonly open: (request: Request) => Effect.Effect<Opened, Problem>
}

const direct = Symbol.for("@effect-glowmarkt/core/transport")

interface Direct {
  readonly [direct]: Transport
}

const isDirect = (client: object): client is Direct => direct in client

/** The short cut of a client that has one. */
export const shortCutOf = (client: HttpClient.HttpClient): Transport | undefined =>
  isDirect(client) ? client[direct] : undefined

/**
 * An `HttpClient` with a short cut around the platform's request and response objects. Wrapped in
 * anything (`mapRequest`, …) the client loses it, so that nothing a program puts around it is
 * passed over.
 */
export const withShortCut = (client: HttpClient.HttpClient, shortCut: Transport): HttpClient.HttpClient =>
  Object.assign(client, { [direct]: shortCut })

/** Ends in what is left of the request's time, or as timed out. */
export const inRestOfTime = <A, E>(
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
