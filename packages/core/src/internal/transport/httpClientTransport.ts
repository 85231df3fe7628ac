import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as Headers from "@effect/platform/Headers"
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as ClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as responseBody from "./responseBody.js"
import * as transport from "./transport.js"
import { brokenBody, transportCause } from "./transportCause.js"

const fromClient = (error: HttpClientError.HttpClientError): transport.Broken =>
  error._tag === "RequestError" && error.reason !== "Transport"
    ? { _tag: "Broken", code: error.reason, phase: "unsent" }
    : error._tag === "RequestError"
      ? transportCause(error.cause, error.reason)
      : brokenBody(error.cause)

const isStatus = (error: HttpClientError.HttpClientError): error is HttpClientError.ResponseError =>
  error._tag === "ResponseError" && error.reason === "StatusCode"

// What is neither visible Latin-1 nor a blank or a tab.
const notInHeaders = /[^\t\x20-\x7e\x80-\xff]/

// The platform does not know that the provider puts secrets into these.
const redactedNames = (names: ReadonlyArray<string | RegExp>) => [...names, "token", "applicationid"]

const redirected: transport.Redirected = { _tag: "Redirected" }

/**
 * A guard before everything that a client sends for one request. The platform
 * asks of each whether not to trace it, redirects that a client follows by itself
 * included. None is traced: the spans would carry every header, ours carry none.
 * And what goes on to another origin is stopped there: it carries every header, too.
 */
const guard = () => {
  let origin: string | undefined
  return (request: HttpClientRequest.HttpClientRequest): boolean => {
    const next = new URL(request.url).origin
    origin ??= next
    if (next !== origin) throw redirected
    return true
  }
}

/** Over any `HttpClient`. */
export const make = (client: HttpClient.HttpClient): transport.Transport => {
  const exchange = <A>(
    request: transport.Request,
    use: (response: HttpClientResponse.HttpClientResponse) => Effect.Effect<A, HttpClientError.HttpClientError>
  ): Effect.Effect<A, transport.Problem> => {
    // Clients disagree on what becomes of it: a failure like that of a connection, or a defect.
    if (Object.values(request.headers).some((value) => notInHeaders.test(value)))
      return Effect.fail(transport.unsendable)
    const httpRequest = ClientRequest.make(request.method)(request.url, {
      headers: request.headers,
      ...(request.body === undefined ? {} : { body: HttpBody.text(request.body, "application/json") })
    })
    return client.execute(httpRequest).pipe(
      // A client that only lets 2xx pass has the others, with what they say, among its errors.
      Effect.catchIf(isStatus, ({ response }) => Effect.succeed(response)),
      Effect.flatMap(use),
      // `fetch` follows redirects unless told otherwise, and takes `token` along to wherever they lead.
      Effect.mapInputContext((context: Context.Context<never>) =>
        Context.add(context, FetchHttpClient.RequestInit, {
          ...Option.getOrUndefined(Context.getOption(context, FetchHttpClient.RequestInit)),
          redirect: "manual"
        })
      ),
      Effect.locallyWith(Headers.currentRedactedNames, redactedNames),
      // Where nothing is traced, nobody would ask.
      Effect.withTracerEnabled(true),
      Effect.locally(HttpClient.currentTracerDisabledWhen, guard()),
      Effect.mapError(fromClient),
      Effect.catchSomeDefect((defect) =>
        defect === redirected ? Option.some(Effect.fail(redirected)) : Option.none()
      ),
      (exchanged) => transport.inTime(request, exchanged)
    )
  }

  const read = (request: transport.Request, response: HttpClientResponse.HttpClientResponse) =>
    Effect.map(
      responseBody.read(response, request.maxBodyBytes),
      (text): transport.Answer => ({
        status: response.status,
        retryAfter: response.headers["retry-after"],
        date: response.headers["date"],
        contentType: response.headers["content-type"],
        body: text
      })
    )

  return {
    start: undefined,
    send: (request) => exchange(request, (response) => read(request, response)),
    open: (request) =>
      Effect.flatMap(Clock.currentTimeMillis, (startedMillis) =>
        exchange(request, (response) =>
          Effect.succeed({
            status: response.status,
            // However long all of it takes: for the next pieces no longer than for an answer.
            pull: Effect.map(Stream.toPull(Stream.mapError(responseBody.pieces(response), fromClient)), (pieces) =>
              Effect.timeoutFail(pieces, {
                duration: Duration.millis(request.timeoutMillis),
                onTimeout: () => Option.some(transport.timedOut.sent)
              })
            ),
            whole: transport.inRestOfTime(request, startedMillis, Effect.mapError(read(request, response), fromClient))
          })
        )
      )
  }
}
