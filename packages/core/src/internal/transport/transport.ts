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

/** How a request ended. */
export type Outcome = Either.Either<Answer, Broken | TimedOut>

/** Sends, and calls back once with how it ended; what it gives back cancels it, and then it does not call. */
export type Start = (request: Request, ended: (outcome: Outcome) => void) => () => void

/** What the pipeline needs of a transport. */
export interface Transport {
  /** The same as `send`, where a transport can do without a fiber. */
  readonly start: Start | undefined
  readonly send: (request: Request) => Effect.Effect<Answer, Problem>
  readonly open: (request: Request) => Effect.Effect<Opened, Problem>
}

const direct = Symbol.for("@effect-glowmarkt/core/transport")

/** What a transport can do without the platform's request and response objects. */
export interface ShortCut {
  readonly start: Start
  readonly open: Transport["open"]
}

interface Direct {
  readonly [direct]: ShortCut
}

const isDirect = (client: object): client is Direct => direct in client

/** The short cut of a client that has one. */
export const shortCutOf = (client: HttpClient.HttpClient): Transport | undefined => {
  if (!isDirect(client)) return undefined
  const { open, start } = client[direct]
  return { start, open, send: (request) => Effect.async((resume) => Effect.sync(start(request, resume))) }
}

/**
 * An `HttpClient` with a short cut: whoever knows of it sends without the
 * platform's request and response objects. Wrapped in anything (`mapRequest`, …)
 * the client loses it, so nothing that a program puts around it is passed over.
 */
export const withShortCut = (client: HttpClient.HttpClient, shortCut: ShortCut): HttpClient.HttpClient =>
  Object.assign(client, { [direct]: shortCut })

/** Ends in time, or as timed out. */
export const inTime = <A, E>({ timeoutMillis }: Request, self: Effect.Effect<A, E>): Effect.Effect<A, E | TimedOut> =>
  Effect.timeoutFail(self, { duration: Duration.millis(timeoutMillis), onTimeout: () => timedOut.sent })

/** The same for what began earlier. */
export const inRestOfTime = <A, E>(
  request: Request,
  startedMillis: number,
  self: Effect.Effect<A, E>
): Effect.Effect<A, E | TimedOut> =>
  Effect.flatMap(Clock.currentTimeMillis, (now) =>
    inTime({ ...request, timeoutMillis: Math.max(0, request.timeoutMillis - (now - startedMillis)) }, self)
  )
