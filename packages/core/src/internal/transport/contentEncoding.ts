import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"

// `node:zlib` is not imported, because core also runs without it, in browsers, where `fetch`
// decodes every body.
const getBuiltinModule: NodeJS.Process["getBuiltinModule"] | undefined = globalThis.process?.getBuiltinModule

const builtin =
  getBuiltinModule === undefined ? undefined : { ...getBuiltinModule("node:zlib"), ...getBuiltinModule("node:stream") }

type Decoder = InstanceType<NonNullable<typeof builtin>["Transform"]>

const decoders: ReadonlyMap<string, () => Decoder> = new Map(
  builtin === undefined
    ? []
    : [
        ["gzip", () => builtin.createGunzip()],
        ["x-gzip", () => builtin.createGunzip()],
        ["deflate", () => builtin.createInflate()],
        ["br", () => builtin.createBrotliDecompress()]
      ]
)

/**
 * Returns the content codings of a body, in the order in which to decode them. The list is empty if
 * one of them is not supported.
 */
const codingsOf = (header: string | undefined): ReadonlyArray<string> => {
  const codings = (header ?? "")
    .toLowerCase()
    .split(",")
    .map((coding) => coding.trim())
    .filter((coding) => coding !== "" && coding !== "identity")
  return codings.every((coding) => decoders.has(coding)) ? codings.reverse() : []
}

export const isEncoded = (header: string | undefined): boolean => header !== undefined && codingsOf(header).length > 0

const decodeOne = <E>(coding: string, body: Stream.Stream<Uint8Array, E>, onInvalid: (cause: unknown) => E) => {
  const decoder = decoders.get(coding)
  if (builtin === undefined || decoder === undefined) return body
  const { pipeline, Readable } = builtin
  return Stream.unwrapScoped(
    Effect.map(Stream.toPull(body), (pull) => {
      let failure = Option.none<E>()
      // This does not use `Stream.toAsyncIterable`, which would add half a kilobyte to a bundle.
      const source = async function* () {
        for (;;) {
          const chunk = await Effect.runPromise(Effect.either(pull))
          if (Either.isRight(chunk)) yield* chunk.right
          else if (Option.isNone(chunk.left)) return
          else {
            failure = chunk.left
            throw new Error("the body breaks off")
          }
        }
      }
      // The iteration fails with the error that the callback receives.
      const decoded = pipeline(Readable.from(source()), decoder(), () => {})
      return Stream.fromAsyncIterable<Uint8Array, E>(decoded, (cause) =>
        Option.getOrElse(failure, () => onInvalid(cause))
      )
    })
  )
}

/**
 * Decompresses a body. Some servers compress although requests ask for `identity`. The body is
 * decoded while it is read, so size limits apply after decompression. A body that is not in its
 * declared encoding fails with `onInvalid`.
 */
export const decode = <E>(
  header: string | undefined,
  body: Stream.Stream<Uint8Array, E>,
  onInvalid: (cause: unknown) => E
): Stream.Stream<Uint8Array, E> =>
  codingsOf(header).reduce<Stream.Stream<Uint8Array, E>>((body, coding) => decodeOne(coding, body, onInvalid), body)

/**
 * Returns whether the bytes are text without control characters. Compressed data contains control
 * characters.
 */
const isText = (bytes: Uint8Array) =>
  Either.match(
    Either.try(() => new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true })),
    { onLeft: () => false, onRight: (text) => !/[^\P{Cc}\s]/u.test(text) }
  )

/**
 * Decodes a body as {@link decode} does, unless the client has already decoded it: `fetch` does so
 * and leaves the header in place.
 */
export const decodeOnce = <E>(
  header: string | undefined,
  body: Stream.Stream<Uint8Array, E>,
  onInvalid: (cause: unknown) => E
): Stream.Stream<Uint8Array, E> =>
  isEncoded(header)
    ? Stream.unwrapScoped(
        // This does not use `Stream.peel`, which would add all of `PubSub` to a bundle.
        Effect.flatMap(Stream.toPull(body), (pull) =>
          Effect.matchEffect(pull, {
            onSuccess: (first) => {
              const whole = Stream.concat(Stream.fromChunk(first), Stream.repeatEffectChunkOption(pull))
              return Effect.succeed(
                Chunk.every(Chunk.take(first, 1), isText) ? whole : decode(header, whole, onInvalid)
              )
            },
            onFailure: Option.match({
              onNone: () => Effect.succeed(Stream.empty),
              onSome: (error) => Effect.fail(error)
            })
          })
        )
      )
    : body
