import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as Headers from "@effect/platform/Headers"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as ClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type * as FiberId from "effect/FiberId"
import * as FiberRef from "effect/FiberRef"
import * as FiberRefs from "effect/FiberRefs"
import * as Option from "effect/Option"
import * as Runtime from "effect/Runtime"
import * as Stream from "effect/Stream"
import { memoize } from "../call/memoize.js"
import * as deadlines from "./deadlines.js"
import * as responseBody from "./responseBody.js"
import * as transport from "./transport.js"
import { bodyFailure, transportCause } from "./transportCause.js"

const fromClient = (error: HttpClientError.HttpClientError): transport.TransportFailure =>
  error._tag === "RequestError" && error.reason !== "Transport"
    ? { _tag: "TransportFailure", code: error.reason, phase: "unsent" }
    : error._tag === "RequestError"
      ? transportCause(error.cause, error.reason)
      : bodyFailure(error.cause)

const isStatus = (error: HttpClientError.HttpClientError): error is HttpClientError.ResponseError =>
  error._tag === "ResponseError" && error.reason === "StatusCode"

// The platform does not redact these headers by default.
const secretHeaders = ["token", "applicationid"]

const redirected: transport.Redirected = { _tag: "Redirected" }

const originOf = (url: string) => new URL(url).origin

/**
 * Disables the platform's spans, which would contain all headers, and stops redirects to another
 * origin, which would receive them. The platform calls this before each request, including
 * redirects that the client follows itself.
 */
const guard = () => {
  let first: string | undefined
  return ({ url }: HttpClientRequest.HttpClientRequest): boolean => {
    first ??= url
    if (url !== first && originOf(url) !== originOf(first)) throw redirected
    return true
  }
}

/**
 * Returns a request without its URL, or `None` if a header cannot be sent. It is memoized, because
 * calls share headers objects.
 */
const prepare = memoize(
  (headers: transport.Request["headers"]): Option.Option<HttpClientRequest.HttpClientRequest> =>
    transport.canBeSent(headers) ? Option.some(ClientRequest.setHeaders(ClientRequest.get(""), headers)) : Option.none()
)

const requestOf = ({ body, headers, method, url }: transport.Request) =>
  Option.map(prepare(headers), (prepared) => {
    const request = ClientRequest.setUrl(ClientRequest.setMethod(prepared, method), url)
    return body === undefined ? request : ClientRequest.bodyText(request, body, "application/json")
  })

/**
 * Stops `fetch` from following redirects. By default it follows them and sends the `token` header
 * to the new location.
 */
const withoutRedirects = memoize((context: Context.Context<never>) =>
  Context.add(context, FetchHttpClient.RequestInit, {
    ...Option.getOrUndefined(Context.getOption(context, FetchHttpClient.RequestInit)),
    redirect: "manual"
  })
)

/** Returns the fiber settings that the platform's clients read. */
const refsFor = (refs: FiberRefs.FiberRefs, fiberId: FiberId.Runtime): FiberRefs.FiberRefs =>
  FiberRefs.updateManyAs(refs, {
    entries: [
      [
        Headers.currentRedactedNames,
        [[fiberId, [...FiberRefs.getOrDefault(refs, Headers.currentRedactedNames), ...secretHeaders]]]
      ],
      // The call handles every failure, so nothing needs to be logged.
      [FiberRef.unhandledErrorLogLevel, [[fiberId, Option.none()]]],
      // The platform calls the guard only if tracing is enabled.
      [FiberRef.currentTracerEnabled, [[fiberId, true]]],
      [HttpClient.currentTracerDisabledWhen, [[fiberId, guard()]]]
    ]
  })

const read = (response: HttpClientResponse.HttpClientResponse, maxBodyBytes: number) => {
  // `headers` is a getter that creates a new object.
  const { headers, status } = response
  return Effect.map(
    responseBody.read(response, headers, maxBodyBytes),
    (body): transport.Response => ({
      status,
      retryAfter: headers["retry-after"],
      date: headers["date"],
      contentType: headers["content-type"],
      body
    })
  )
}

const failureOf = (cause: Cause.Cause<HttpClientError.HttpClientError>): Effect.Effect<never, transport.Failure> => {
  const failure = Cause.failureOrCause(cause)
  if (Either.isLeft(failure)) return Effect.fail(fromClient(failure.left))
  return Chunk.contains(Cause.defects(cause), redirected) ? Effect.fail(redirected) : Effect.failCause(failure.right)
}

/**
 * Sends through any `HttpClient`. Each request runs in its own fiber with all settings already in
 * place, which is cheaper than changing the caller's context once per setting. When the deadline
 * passes, the caller does not wait for that fiber.
 */
export const make = (client: HttpClient.HttpClient): transport.Transport => {
  const within = deadlines.within()

  const send = <A>(
    request: transport.Request,
    use: (response: HttpClientResponse.HttpClientResponse) => Effect.Effect<A, HttpClientError.HttpClientError>
  ): transport.PendingRequest<A> => {
    const sent = requestOf(request)
    if (Option.isNone(sent)) return { response: Effect.fail(transport.invalidRequest), cancel: Effect.void }
    const exchanged = Effect.matchEffect(client.execute(sent.value), {
      onSuccess: use,
      // With `filterStatusOk` other statuses are errors that contain the response.
      onFailure: (error) => (isStatus(error) ? use(error.response) : Effect.fail(error))
    })
    let cancel = Effect.void
    return {
      response: within<A, transport.Failure>(request.timeoutMillis, transport.timedOut.sent, (done, caller) => {
        const runtime = Runtime.make({
          context: withoutRedirects(caller.currentContext),
          fiberRefs: caller.getFiberRefs(),
          runtimeFlags: Runtime.defaultRuntimeFlags
        })
        const fiber = Runtime.runFork(runtime, exchanged, { updateRefs: refsFor })
        cancel = Fiber.interrupt(fiber)
        fiber.addObserver((exit) => done(Exit.isSuccess(exit) ? Effect.succeed(exit.value) : failureOf(exit.cause)))
        return () => fiber.unsafeInterruptAsFork(caller.id())
      }),
      cancel: Effect.suspend(() => cancel)
    }
  }

  return {
    readsContext: true,
    send: (request) => send(request, (response) => read(response, request.maxBodyBytes)),
    stream: (request) =>
      Effect.flatMap(Clock.currentTimeMillis, (startedMillis) => {
        const { cancel, response } = send(request, (response) => Effect.succeed(response))
        return Effect.map(
          Effect.onInterrupt(response, () => cancel),
          (response) => ({
            status: response.status,
            // The timeout applies to each wait for the next chunks, not to the whole body.
            pull: Effect.map(Stream.toPull(Stream.mapError(responseBody.chunks(response), fromClient)), (next) =>
              Effect.timeoutFail(next, {
                duration: Duration.millis(request.timeoutMillis),
                onTimeout: () => Option.some(transport.timedOut.sent)
              })
            ),
            readAll: transport.withinDeadline(
              request,
              startedMillis,
              Effect.mapError(read(response, request.maxBodyBytes), fromClient)
            )
          })
        )
      })
  }
}
