/**
 * Reads response bodies up to `maxBodyBytes`, whose default is in `GlowmarktClient`. For uncompressed
 * bodies over undici, `node/dispatch` enforces the limit.
 */
import type * as Headers from "@effect/platform/Headers"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as contentEncoding from "./contentEncoding.js"

/** Why a body cannot be read as text. */
export type Unreadable = "TooLarge" | "NotText"

// The decoder is fatal, because an invalid byte must not become a replacement character in the
// data.
const decoder = new TextDecoder("utf-8", { fatal: true })

export const asText = (bytes: ArrayBuffer | Uint8Array): Either.Either<string, Unreadable> =>
  Either.try({ try: () => decoder.decode(bytes), catch: (): Unreadable => "NotText" })

/**
 * Returns the declared length of the body, or `undefined` if there is none or the body is
 * compressed.
 */
const declaredLength = (headers: Headers.Headers): number | undefined => {
  const { "content-encoding": encoding, "content-length": length } = headers
  return length === undefined || contentEncoding.isEncoded(encoding) ? undefined : Number(length)
}

export interface Collected {
  readonly chunks: Array<Uint8Array>
  readonly size: number
}

export const within = (limit: number, collected: Collected): Either.Either<string, Unreadable> =>
  collected.size > limit ? Either.left("TooLarge") : asText(concatenate(collected))

const nothing = (): Collected => ({ chunks: [], size: 0 })

export const concatenate = ({ chunks, size }: Collected): Uint8Array => {
  const [first] = chunks
  if (first !== undefined && chunks.length === 1) return first
  const all = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    all.set(chunk, at)
    at += chunk.length
  }
  return all
}

/** Reads a body of at most `limit` bytes as text. Stops reading when the limit is exceeded. */
export const collect = <E>(
  body: Stream.Stream<Uint8Array, E>,
  limit: number
): Effect.Effect<Either.Either<string, Unreadable>, E> =>
  body.pipe(
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

/**
 * Discards a body and releases its connection. It starts a reader and interrupts it, which makes
 * clients release the connection.
 */
export const discard = (response: HttpClientResponse.HttpClientResponse): Effect.Effect<void> =>
  Effect.forkDaemon(Effect.exit(Stream.runDrain(response.stream))).pipe(
    Effect.tap(Effect.yieldNow()),
    Effect.flatMap(Fiber.interruptFork)
  )

/** Streams the body of a response, decompressed. */
export const chunks = (
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
  const length = declaredLength(headers)
  if (length !== undefined) {
    return length <= limit
      ? Effect.map(response.arrayBuffer, asText)
      : Effect.as(discard(response), Either.left("TooLarge"))
  }
  return collect(chunks(response), limit).pipe(
    // For a 204, `fetch` has no body; other clients have an empty one.
    Effect.catchIf(
      (error) => error._tag === "ResponseError" && error.reason === "EmptyBody",
      (): Effect.Effect<Either.Either<string, Unreadable>> => Effect.succeed(Either.right(""))
    )
  )
}
