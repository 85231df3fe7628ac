import type * as HttpApp from "@effect/platform/HttpApp"
import type * as HttpBody from "@effect/platform/HttpBody"
import type * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Match from "effect/Match"
import * as Stream from "effect/Stream"
import type { Fault, RetryAfter } from "../Faults.js"
import { json } from "./responses.js"

type Response = HttpServerResponse.HttpServerResponse

// The server interrupts the fiber of a request when its connection closes.
const untilClosed: Effect.Effect<never> = Effect.interruptible(Effect.never)

const reset = (request: HttpServerRequest.HttpServerRequest): Effect.Effect<never> =>
  Effect.zipRight(
    Effect.sync(() => NodeHttpServerRequest.toIncomingMessage(request).socket.resetAndDestroy()),
    untilClosed
  )

const bytes = (body: HttpBody.HttpBody): Effect.Effect<Uint8Array> =>
  body._tag === "Uint8Array"
    ? Effect.succeed(body.body)
    : body._tag === "Stream"
      ? Effect.map(Effect.orDie(Stream.runCollect(body.stream)), (chunks) => Buffer.concat([...chunks]))
      : Effect.succeed(Buffer.from(body._tag === "Raw" && typeof body.body === "string" ? body.body : ""))

const truncate = (
  request: HttpServerRequest.HttpServerRequest,
  options: { readonly response: Response; readonly keep: number }
): Effect.Effect<Response> =>
  Effect.map(bytes(options.response.body), (whole) => {
    const part = whole.subarray(0, Math.floor(whole.length * options.keep))
    const cut = Effect.sync(() => NodeHttpServerRequest.toIncomingMessage(request).socket.destroySoon())
    return HttpServerResponse.stream(
      // `destroySoon` closes the connection only after the part of the response has been written.
      Stream.concat(Stream.succeed(part), Stream.drain(Stream.fromEffect(Effect.zipRight(cut, untilClosed)))),
      {
        status: options.response.status,
        headers: { ...options.response.headers, "content-length": String(whole.length) }
      }
    )
  })

const retryAfter = (hint: RetryAfter): Effect.Effect<Record<string, string>> =>
  hint.form === "none"
    ? Effect.succeed({})
    : hint.form === "seconds"
      ? Effect.succeed({ "retry-after": String(Math.ceil(Duration.toSeconds(hint.after))) })
      : Effect.map(Clock.currentTimeMillis, (now) => ({
          // HTTP dates have whole seconds. The date is rounded up, so that the client does not come
          // back too early.
          "retry-after": new Date(Math.ceil((now + Duration.toMillis(hint.after)) / 1000) * 1000).toUTCString()
        }))

/** Makes a 429 response. The provider does not document the body, so this one is an assumption. */
export const rateLimited = (hint: RetryAfter): Effect.Effect<Response> =>
  Effect.map(retryAfter(hint), (headers) =>
    HttpServerResponse.setHeaders(json({ error: "Too many requests" }, 429), headers)
  )

/** Applies a fault to a request. `respond` produces the normal response. */
export const injectFault = (
  fault: Fault,
  exchange: { readonly request: HttpServerRequest.HttpServerRequest; readonly respond: HttpApp.Default }
): HttpApp.Default => {
  const { request, respond } = exchange
  return Match.valueTags(fault, {
    None: () => respond,
    Latency: ({ duration }) => Effect.delay(respond, duration).pipe(Effect.interruptible),
    Reset: ({ when }) => (when === "before" ? reset(request) : Effect.zipRight(respond, reset(request))),
    Hang: ({ when }) => (when === "before" ? untilClosed : Effect.zipRight(respond, untilClosed)),
    Truncate: ({ keep }) => Effect.flatMap(respond, (response) => truncate(request, { response, keep })),
    RateLimited: (limited) => rateLimited(limited.retryAfter),
    Respond: ({ body, contentType, status }) => Effect.succeed(HttpServerResponse.text(body, { status, contentType }))
  })
}
