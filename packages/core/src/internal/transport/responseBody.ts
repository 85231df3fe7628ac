import type * as Headers from "@effect/platform/Headers"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as contentEncoding from "./contentEncoding.js"

/** A body that cannot be had as text. */
export type Unreadable = "TooLarge" | "NotText"

// Fatal: a byte that is not UTF-8 must not turn into a character that looks like data.
const decoder = new TextDecoder("utf-8", { fatal: true })

export const asText = (bytes: ArrayBuffer | Uint8Array): Either.Either<string, Unreadable> =>
  Either.try({ try: () => decoder.decode(bytes), catch: (): Unreadable => "NotText" })

/** The length that the server announces, if it is the length of what will be read. */
const announced = (headers: Headers.Headers): number | undefined => {
  const { "content-encoding": encoding, "content-length": length } = headers
  return length === undefined || contentEncoding.isEncoded(encoding) ? undefined : Number(length)
}

interface Collected {
  readonly chunks: Array<Uint8Array>
  readonly size: number
}

const within = (limit: number, collected: Collected): Either.Either<string, Unreadable> =>
  collected.size > limit ? Either.left("TooLarge") : asText(concatenate(collected))

const nothing = (): Collected => ({ chunks: [], size: 0 })

const concatenate = ({ chunks, size }: Collected): Uint8Array => {
  const all = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    all.set(chunk, at)
    at += chunk.length
  }
  return all
}

/** Collects a body of at most `limit` bytes as text. A longer one is given up as soon as that is known. */
export const collect = <E>(
  pieces: Stream.Stream<Uint8Array, E>,
  limit: number
): Effect.Effect<Either.Either<string, Unreadable>, E> =>
  pieces.pipe(
    Stream.runFoldWhile(
      nothing(),
      ({ size }) => size <= limit,
      ({ chunks, size }, chunk) => {
        chunks.push(chunk)
        return { chunks, size: size + chunk.length }
      }
    ),
    Effect.map((collected) => within(limit, collected))
  )

/** Reads nothing of a body, and lets its connection go: whoever begins to read it and stops has that effect. */
export const giveUp = (response: HttpClientResponse.HttpClientResponse): Effect.Effect<void> =>
  Effect.forkDaemon(Effect.exit(Stream.runDrain(response.stream))).pipe(
    Effect.tap(Effect.yieldNow()),
    Effect.flatMap(Fiber.interruptFork)
  )

/** The body of a response, decompressed. */
export const pieces = (
  response: HttpClientResponse.HttpClientResponse
): Stream.Stream<Uint8Array, HttpClientError.HttpClientError> =>
  contentEncoding.decodeOnce(
    response.headers["content-encoding"],
    response.stream,
    (cause) => new HttpClientError.ResponseError({ request: response.request, response, reason: "Decode", cause })
  )

/** Reads the body of a response as {@link collect} does. */
export const read = (
  response: HttpClientResponse.HttpClientResponse,
  headers: Headers.Headers,
  limit: number
): Effect.Effect<Either.Either<string, Unreadable>, HttpClientError.HttpClientError> => {
  const length = announced(headers)
  if (length !== undefined) {
    return length <= limit
      ? Effect.map(response.arrayBuffer, asText)
      : Effect.as(giveUp(response), Either.left("TooLarge"))
  }
  return collect(pieces(response), limit).pipe(
    // 204 and its like: `fetch` has no body then, where other clients have an empty one.
    Effect.catchIf(
      (error) => error._tag === "ResponseError" && error.reason === "EmptyBody",
      (): Effect.Effect<Either.Either<string, Unreadable>> => Effect.succeed(Either.right(""))
    )
  )
}
