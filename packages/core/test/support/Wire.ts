import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** How the server handles one request. */
export type Response =
  | {
      readonly status: number
      /** As a whole or in chunks. */
      readonly body?: string | Uint8Array<ArrayBuffer> | ReadonlyArray<string>
      readonly headers?: Record<string, string>
    }
  | { readonly breaks: NodeJS.ErrnoException }
  | { readonly later: (resume: (answer: Response) => void) => unknown }
  | "hangs"

export interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const bodyOf = (request: HttpClientRequest.HttpClientRequest) =>
  request.body._tag === "Uint8Array" ? new TextDecoder().decode(request.body.body) : ""

const inPieces = (pieces: ReadonlyArray<string>) =>
  new ReadableStream<Uint8Array>({
    start: (controller) => {
      for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece))
      controller.close()
    }
  })

/**
 * An `HttpClient` without a network. The given function makes the responses, and `seen` records the
 * requests.
 */
export const make = (answer: (request: Seen, index: number) => Response) => {
  const seen: Array<Seen> = []
  const reply = (
    request: HttpClientRequest.HttpClientRequest,
    answer: Response
  ): Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError> => {
    if (answer === "hangs") return Effect.never
    if ("later" in answer) {
      return Effect.flatMap(
        Effect.async<Response>((resume) => {
          answer.later((now) => resume(Effect.succeed(now)))
        }),
        (now) => reply(request, now)
      )
    }
    if ("breaks" in answer) {
      return Effect.fail(new HttpClientError.RequestError({ request, reason: "Transport", cause: answer.breaks }))
    }
    const empty = answer.status === 204 || answer.status === 304
    const body = answer.body ?? ""
    return Effect.succeed(
      HttpClientResponse.fromWeb(
        request,
        new Response(empty ? null : typeof body === "string" || body instanceof Uint8Array ? body : inPieces(body), {
          status: answer.status,
          headers: { "content-type": "application/json", ...answer.headers }
        })
      )
    )
  }
  const client = HttpClient.make((request, url) =>
    Effect.suspend(() => {
      const now: Seen = {
        method: request.method,
        url: url.toString(),
        headers: { ...request.headers },
        body: bodyOf(request)
      }
      seen.push(now)
      return reply(request, answer(now, seen.length - 1))
    })
  )
  return { seen, layer: Layer.succeed(HttpClient.HttpClient, client) }
}

export const json = (value: unknown, status = 200): Response => ({ status, body: JSON.stringify(value) })

/** A response that is sent when the test calls `resume`. */
export const later = (start: (resume: (answer: Response) => void) => unknown): Response => ({ later: start })

export const systemError = (code: string, syscall?: string): NodeJS.ErrnoException =>
  Object.assign(new Error(code), { code, ...(syscall === undefined ? {} : { syscall }) })
