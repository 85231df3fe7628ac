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
import * as monotonicClock from "../call/monotonicClock.js"
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

// The platform does not know that the provider puts secrets into these.
const secretHeaders = ["token", "applicationid"]

const redirected: transport.Redirected = { _tag: "Redirected" }

const originOf = (url: string) => new URL(url).origin

/**
 * A guard before everything that a client sends for one request. The platform
 * asks of each whether not to trace it, redirects that a client follows by itself
 * included. None is traced: the spans would carry every header, ours carry none.
 * And what goes on to another origin is stopped there: it carries every header, too.
 */
const guard = () => {
  let first: string | undefined
  return ({ url }: HttpClientRequest.HttpClientRequest): boolean => {
    first ??= url
    if (url !== first && originOf(url) !== originOf(first)) throw redirected
    return true
  }
}

/** A request without its URL, or nothing if the headers cannot be sent. An operation has one object of them a grant. */
const prepare = memoize(
  (headers: transport.Request["headers"]): Option.Option<HttpClientRequest.HttpClientRequest> =>
    transport.canBeSent(headers) ? Option.some(ClientRequest.setHeaders(ClientRequest.get(""), headers)) : Option.none()
)

const requestOf = ({ body, headers, method, url }: transport.Request) =>
  Option.map(prepare(headers), (prepared) => {
    const request = ClientRequest.setUrl(ClientRequest.setMethod(prepared, method), url)
    return body === undefined ? request : ClientRequest.bodyText(request, body, "application/json")
  })

/** `fetch` follows redirects unless told otherwise, and takes `token` along to wherever they lead. */
const withoutRedirects = memoize((context: Context.Context<never>) =>
  Context.add(context, FetchHttpClient.RequestInit, {
    ...Option.getOrUndefined(Context.getOption(context, FetchHttpClient.RequestInit)),
    redirect: "manual"
  })
)

/** What the platform's clients read from a fiber, as our requests need it. */
const refsFor = (refs: FiberRefs.FiberRefs, fiberId: FiberId.Runtime): FiberRefs.FiberRefs =>
  FiberRefs.updateManyAs(refs, {
    entries: [
      [
        Headers.currentRedactedNames,
        [[fiberId, [...FiberRefs.getOrDefault(refs, Headers.currentRedactedNames), ...secretHeaders]]]
      ],
      // How it ends is the call's business, and no news for a log.
      [FiberRef.unhandledErrorLogLevel, [[fiberId, Option.none()]]],
      // Where nothing is traced, the guard would not be asked.
      [FiberRef.currentTracerEnabled, [[fiberId, true]]],
      [HttpClient.currentTracerDisabledWhen, [[fiberId, guard()]]]
    ]
  })

const read = (response: HttpClientResponse.HttpClientResponse, maxBodyBytes: number) => {
  // Made anew each time one looks at them.
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

const problemOf = (cause: Cause.Cause<HttpClientError.HttpClientError>): Effect.Effect<never, transport.Failure> => {
  const failure = Cause.failureOrCause(cause)
  if (Either.isLeft(failure)) return Effect.fail(fromClient(failure.left))
  return Chunk.contains(Cause.defects(cause), redirected) ? Effect.fail(redirected) : Effect.failCause(failure.right)
}

/**
 * Over any `HttpClient`. Each request runs in its own fiber, with all settings already in place. That
 * changes the caller's context once instead of once per setting, and when the deadline passes, the
 * caller does not wait for the fiber, whatever it is doing.
 */
export const make = (client: HttpClient.HttpClient): transport.Transport => {
  const deadlinesOf = memoize((clock: Clock.Clock) => deadlines.make(clock))

  const send = <A>(
    request: transport.Request,
    use: (response: HttpClientResponse.HttpClientResponse) => Effect.Effect<A, HttpClientError.HttpClientError>
  ): transport.PendingRequest<A> => {
    const sent = requestOf(request)
    if (Option.isNone(sent)) return { response: Effect.fail(transport.invalidRequest), cancel: Effect.void }
    const exchanged = Effect.matchEffect(client.execute(sent.value), {
      onSuccess: use,
      // A client that only lets 2xx pass has the others, with what they say, among its errors.
      onFailure: (error) => (isStatus(error) ? use(error.response) : Effect.fail(error))
    })
    let cancel = Effect.void
    return {
      response: Effect.withFiberRuntime((caller) =>
        Effect.async((resume) => {
          const clock = Context.get(caller.currentDefaultServices, Clock.Clock)
          const timers = deadlinesOf(clock)
          const runtime = Runtime.make({
            context: withoutRedirects(caller.currentContext),
            fiberRefs: caller.getFiberRefs(),
            runtimeFlags: Runtime.defaultRuntimeFlags
          })
          const fiber = Runtime.runFork(runtime, exchanged, { updateRefs: refsFor })
          const timed: deadlines.Timed = {
            deadline: monotonicClock.millis(clock) + request.timeoutMillis,
            expire: () => {
              resume(Effect.fail(transport.timedOut.sent))
              fiber.unsafeInterruptAsFork(caller.id())
            }
          }
          timers.add(timed)
          cancel = Effect.suspend(() => {
            timers.remove(timed)
            return Fiber.interrupt(fiber)
          })
          fiber.addObserver((exit) => {
            timers.remove(timed)
            resume(Exit.isSuccess(exit) ? Effect.succeed(exit.value) : problemOf(exit.cause))
          })
        })
      ),
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
            // However long all of it takes: for the next pieces no longer than for an answer.
            pull: Effect.map(Stream.toPull(Stream.mapError(responseBody.chunks(response), fromClient)), (pieces) =>
              Effect.timeoutFail(pieces, {
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
