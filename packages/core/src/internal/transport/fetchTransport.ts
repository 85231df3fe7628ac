import type * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { memoize } from "../call/memoize.js"
import * as contentEncoding from "./contentEncoding.js"
import * as deadlines from "./deadlines.js"
import * as responseBody from "./responseBody.js"
import * as transport from "./transport.js"
import { bodyFailure, transportCause } from "./transportCause.js"

type Fetch = FetchHttpClient.Fetch["Type"]
type Defaults = FetchHttpClient.RequestInit["Type"]

// Reading a header costs about a microsecond, and only failures need these.
const responseOf = ({ headers, status }: Response, body: transport.Response["body"]): transport.Response => ({
  status,
  get retryAfter() {
    return headers.get("retry-after") ?? undefined
  },
  get date() {
    return headers.get("date") ?? undefined
  },
  get contentType() {
    return headers.get("content-type") ?? undefined
  },
  body
})

/** Reads a body until it ends or exceeds the limit. */
const collect = async (body: ReadableStream<Uint8Array>, limit: number): Promise<responseBody.Collected> => {
  const reader = body.getReader()
  const chunks: Array<Uint8Array> = []
  let size = 0
  while (size <= limit) {
    const { done, value } = await reader.read()
    if (done) break
    chunks.push(value)
    size += value.length
  }
  return { chunks, size }
}

/**
 * Reads a whole response. A response that is too large is aborted, so that its connection closes.
 */
const read = async (
  response: Response,
  limit: number,
  controller: AbortController
): Promise<Effect.Effect<transport.Response, transport.TransportFailure>> => {
  const encoding = response.headers.get("content-encoding") ?? undefined
  const isEncoded = contentEncoding.isEncoded(encoding)
  const declared = isEncoded ? 0 : Number(response.headers.get("content-length") ?? 0)
  const collected: responseBody.Collected =
    declared > limit || response.body === null ? { chunks: [], size: declared } : await collect(response.body, limit)
  if (collected.size > limit) controller.abort()
  if (!isEncoded || collected.size > limit) {
    return Effect.succeed(responseOf(response, responseBody.within(limit, collected)))
  }
  const bytes = Stream.succeed(responseBody.concatenate(collected))
  const decoded = responseBody.collect(contentEncoding.decodeOnce(encoding, bytes, bodyFailure), limit)
  return Effect.map(decoded, (body) => responseOf(response, body))
}

/**
 * Calls `fetch` directly. The platform's client costs twice as much per request: it creates a
 * request and a response object, registers the response for finalization and reads the body in a
 * separate fiber.
 */
export const make = (fetch: Fetch, defaults: Defaults): transport.Transport => {
  const within = deadlines.within()
  const defaultHeaders = Object.fromEntries(new Headers(defaults.headers))

  const headersOf = memoize((headers: transport.Request["headers"]) => {
    if (!transport.canBeSent(headers)) return Option.none()
    const all = { ...defaultHeaders, ...headers }
    // A `Headers` is checked once; `fetch` would check a record for each request.
    return Option.some({
      withoutBody: new Headers(all),
      withBody: new Headers({ ...all, "content-type": "application/json" })
    })
  })

  /**
   * Waits for a promise. If the deadline passes first, fails with `late` and closes the connection.
   */
  const inTime = <A, E>(
    { timeoutMillis }: transport.Request,
    controller: AbortController,
    late: E,
    start: () => Promise<Effect.Effect<A, E>>
  ): Effect.Effect<A, E> =>
    within(timeoutMillis, late, (done) => {
      start().then(done, (defect) => done(Effect.die(defect)))
      return () => controller.abort()
    })

  const exchange = <A>(
    request: transport.Request,
    controller: AbortController,
    use: (response: Response) => Promise<Effect.Effect<A, transport.Failure>>
  ): Effect.Effect<A, transport.Failure> => {
    const prepared = headersOf(request.headers)
    if (Option.isNone(prepared)) return Effect.fail(transport.invalidRequest)
    const { body, method, url } = request
    const { withBody, withoutBody } = prepared.value
    return inTime(request, controller, transport.timedOut.sent, async () => {
      let response: Response
      try {
        response = await fetch(url, {
          ...defaults,
          method,
          headers: body === undefined ? withoutBody : withBody,
          body: body ?? null,
          // By default `fetch` follows redirects and sends the credentials to the new location.
          redirect: "manual",
          signal: controller.signal
        })
      } catch (cause) {
        return Effect.fail(transportCause(cause, "Transport"))
      }
      try {
        return await use(response)
      } catch (cause) {
        return Effect.fail(bodyFailure(cause))
      }
    })
  }

  const streamed = (
    request: transport.Request,
    startedMillis: number,
    controller: AbortController,
    response: Response
  ): transport.StreamingResponse => {
    const encoding = response.headers.get("content-encoding") ?? undefined
    const reader = response.body?.getReader()
    const ended = Effect.fail(Option.none())
    const next = inTime<Chunk.Chunk<Uint8Array>, Option.Option<transport.TransportFailure | transport.TimedOut>>(
      request,
      controller,
      Option.some(transport.timedOut.sent),
      async () => {
        try {
          const read = await reader?.read()
          return read?.value === undefined ? ended : Effect.succeed(Chunk.of(read.value))
        } catch (cause) {
          return Effect.fail(Option.some(bodyFailure(cause)))
        }
      }
    )
    const received: transport.StreamingResponse["pull"] = Effect.as(
      Effect.addFinalizer(() => Effect.sync(() => controller.abort())),
      next
    )
    const pull = contentEncoding.isEncoded(encoding)
      ? Stream.toPull(contentEncoding.decodeOnce(encoding, Stream.fromPull(received), bodyFailure))
      : received
    return {
      status: response.status,
      pull,
      readAll: transport.withinDeadline(
        request,
        startedMillis,
        Effect.map(responseBody.collect(Stream.fromPull(pull), request.maxBodyBytes), (body) =>
          responseOf(response, body)
        )
      )
    }
  }

  return {
    readsContext: false,
    send: (request) => {
      const controller = new AbortController()
      return {
        response: exchange(request, controller, (response) => read(response, request.maxBodyBytes, controller)),
        cancel: Effect.sync(() => controller.abort())
      }
    },
    stream: (request) =>
      Effect.flatMap(Clock.currentTimeMillis, (startedMillis) => {
        const controller = new AbortController()
        return Effect.onInterrupt(
          exchange(request, controller, async (response) =>
            Effect.succeed(streamed(request, startedMillis, controller, response))
          ),
          () => Effect.sync(() => controller.abort())
        )
      })
  }
}
