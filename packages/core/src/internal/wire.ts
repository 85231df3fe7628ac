import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as Headers from "@effect/platform/Headers"
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as ClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import type * as Chunk from "effect/Chunk"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as body from "./body.js"

/** One request as it goes onto the wire. */
export interface Request {
  readonly method: HttpClientRequest.HttpClientRequest["method"]
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** JSON, or nothing. */
  readonly body: string | undefined
  /** What it may take, answer included. */
  readonly patienceMillis: number
  readonly maxBodyBytes: number
}

/** An answer that was read whole. */
export interface Answer {
  readonly status: number
  readonly retryAfter: string | undefined
  readonly contentType: string | undefined
  readonly body: Either.Either<string, body.Unreadable>
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

/** How a request ended. */
export type Outcome = Either.Either<Answer, Broken | TimedOut>

/** Sends, and calls back once with how it ended; what it gives back cancels it, and then it does not call. */
export type Start = (request: Request, ended: (outcome: Outcome) => void) => () => void

/** What the pipeline needs of a transport. */
export interface Wire {
  /** The same as `send`, where a transport can do without a fiber. */
  readonly start: Start | undefined
  readonly send: (request: Request) => Effect.Effect<Answer, Broken | TimedOut>
  readonly open: (request: Request) => Effect.Effect<Opened, Broken | TimedOut>
}

const direct = Symbol.for("@effect-glowmarkt/core/wire")

/** What a transport can do without the platform's request and response objects. */
export interface ShortCut {
  readonly start: Start
  readonly open: Wire["open"]
}

interface Direct {
  readonly [direct]: ShortCut
}

const isDirect = (client: object): client is Direct => direct in client

/**
 * An `HttpClient` with a short cut: whoever knows of it sends without the
 * platform's request and response objects. Wrapped in anything (`mapRequest`, …)
 * the client loses it, so nothing that a program puts around it is passed over.
 */
export const withShortCut = (client: HttpClient.HttpClient, shortCut: ShortCut): HttpClient.HttpClient =>
  Object.assign(client, { [direct]: shortCut })

/** Codes of failures that happen before a byte of the request is written. */
const beforeSending = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EAI_FAIL", "UND_ERR_CONNECT_TIMEOUT"])

// Who does not trust the server's certificate has told it nothing yet.
const refusedCertificate = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/

interface SystemFailure {
  readonly code: string
  readonly connecting: boolean
}

/**
 * Clients wrap the system's error differently: undici's `fetch` in a
 * `TypeError`, happy eyeballs in an `AggregateError`. The code is on whichever
 * has one, outermost first.
 */
const systemFailure = (cause: unknown, depth = 0): SystemFailure | undefined => {
  if (typeof cause !== "object" || cause === null || depth > 5) return undefined
  // A client of the program's own may call anything a code.
  if ("code" in cause && typeof cause.code === "string" && /^[A-Z][A-Z0-9_]{1,60}$/.test(cause.code)) {
    return { code: cause.code, connecting: "syscall" in cause && cause.syscall === "connect" }
  }
  if ("cause" in cause) {
    const inner = systemFailure(cause.cause, depth + 1)
    if (inner !== undefined) return inner
  }
  if ("errors" in cause && Array.isArray(cause.errors)) return systemFailure(cause.errors[0], depth + 1)
  return undefined
}

/** What a system's error says of a request, of which it is known whether it was under way at all. */
export const broken = (cause: unknown, otherwise: string): Broken => {
  const failure = systemFailure(cause)
  const code = failure?.code ?? otherwise
  const unsent = failure?.connecting === true || beforeSending.has(code) || refusedCertificate.test(code)
  return { _tag: "Broken", code, phase: unsent ? "unsent" : "sent" }
}

const fromClient = (error: HttpClientError.HttpClientError): Broken =>
  error._tag === "RequestError" && error.reason !== "Transport"
    ? { _tag: "Broken", code: error.reason, phase: "unsent" }
    : error._tag === "RequestError"
      ? broken(error.cause, error.reason)
      : { ...broken(error.cause, "connection broken"), phase: "sent" }

// What is neither visible Latin-1 nor a blank or a tab.
const notInHeaders = /[^\t\x20-\x7e\x80-\xff]/

// The platform does not know that the provider puts secrets into these.
const redactedNames = (names: ReadonlyArray<string | RegExp>) => [...names, "token", "applicationid"]

/** Ends in time, or as timed out. */
export const inTime = <A, E>({ patienceMillis }: Request, self: Effect.Effect<A, E>): Effect.Effect<A, E | TimedOut> =>
  Effect.timeoutFail(self, { duration: Duration.millis(patienceMillis), onTimeout: () => timedOut.sent })

/** Over any `HttpClient`. */
export const make = (client: HttpClient.HttpClient): Wire => {
  // Its spans would carry every header; ours carry none.
  const untraced = HttpClient.withTracerDisabledWhen(client, () => true)

  const exchange = <A>(
    request: Request,
    use: (response: HttpClientResponse.HttpClientResponse) => Effect.Effect<A, HttpClientError.HttpClientError>
  ): Effect.Effect<A, Broken | TimedOut> => {
    // Clients disagree on what becomes of it: a failure like that of a connection, or a defect.
    if (Object.values(request.headers).some((value) => notInHeaders.test(value))) return Effect.fail(unsendable)
    const httpRequest = ClientRequest.make(request.method)(request.url, {
      headers: request.headers,
      ...(request.body === undefined ? {} : { body: HttpBody.text(request.body, "application/json") })
    })
    return untraced.execute(httpRequest).pipe(
      Effect.flatMap(use),
      // `fetch` follows redirects unless told otherwise, and takes `token` along to wherever they lead.
      Effect.mapInputContext((context: Context.Context<never>) =>
        Context.add(context, FetchHttpClient.RequestInit, {
          ...Option.getOrUndefined(Context.getOption(context, FetchHttpClient.RequestInit)),
          redirect: "manual"
        })
      ),
      Effect.locallyWith(Headers.currentRedactedNames, redactedNames),
      Effect.mapError(fromClient),
      (exchanged) => inTime(request, exchanged)
    )
  }

  const read = (request: Request, response: HttpClientResponse.HttpClientResponse) =>
    Effect.map(
      body.read(response, request.maxBodyBytes),
      (text): Answer => ({
        status: response.status,
        retryAfter: response.headers["retry-after"],
        contentType: response.headers["content-type"],
        body: text
      })
    )

  if (isDirect(client)) {
    const { open, start } = client[direct]
    return { start, open, send: (request) => Effect.async((resume) => Effect.sync(start(request, resume))) }
  }

  return {
    start: undefined,
    send: (request) => exchange(request, (response) => read(request, response)),
    open: (request) =>
      exchange(request, (response) =>
        Effect.succeed({
          status: response.status,
          // However long all of it takes: for the next pieces no longer than for an answer.
          pull: Effect.map(Stream.toPull(Stream.mapError(response.stream, fromClient)), (pieces) =>
            Effect.timeoutFail(pieces, {
              duration: Duration.millis(request.patienceMillis),
              onTimeout: () => Option.some(timedOut.sent)
            })
          ),
          whole: inTime(request, Effect.mapError(read(request, response), fromClient))
        })
      )
  }
}
