import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"

// Looked up at run time, as core also runs where there is no zlib. In browsers `fetch` decodes every body.
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

/** The codings of a body, in the order in which they are undone. None if one of them is unknown. */
const codingsOf = (header: string | undefined): ReadonlyArray<string> => {
  const codings = (header ?? "")
    .toLowerCase()
    .split(",")
    .map((coding) => coding.trim())
    .filter((coding) => coding !== "" && coding !== "identity")
  return codings.every((coding) => decoders.has(coding)) ? codings.reverse() : []
}

export const isEncoded = (header: string | undefined): boolean => codingsOf(header).length > 0

const through = <E>(coding: string, body: Stream.Stream<Uint8Array, E>, damaged: (cause: unknown) => E) => {
  const decoder = decoders.get(coding)
  if (builtin === undefined || decoder === undefined) return body
  const { pipeline, Readable } = builtin
  return Stream.suspend(() => {
    let failure = Option.none<E>()
    const source = Stream.tapError(body, (error) =>
      Effect.sync(() => {
        failure = Option.some(error)
      })
    )
    // The callback is told what the iteration fails with as well.
    const decoded = pipeline(Readable.from(Stream.toAsyncIterable(source)), decoder(), () => {})
    return Stream.fromAsyncIterable<Uint8Array, E>(decoded, (cause) => Option.getOrElse(failure, () => damaged(cause)))
  })
}

/**
 * A body as it was before the server compressed it, although identity was asked for. Decoded as it
 * is read, so a limit on what is read holds after decompression. `damaged` says how a body fails
 * that is not what its header says.
 */
export const decode = <E>(
  header: string | undefined,
  body: Stream.Stream<Uint8Array, E>,
  damaged: (cause: unknown) => E
): Stream.Stream<Uint8Array, E> =>
  codingsOf(header).reduce<Stream.Stream<Uint8Array, E>>((body, coding) => through(coding, body, damaged), body)

/** Whether these bytes are text without control characters, as compressed ones are not. */
const isText = (bytes: Uint8Array) =>
  Either.match(
    Either.try(() => new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true })),
    { onLeft: () => false, onRight: (text) => !/[^\P{Cc}\s]/u.test(text) }
  )

/** The same where the client may have decoded the body already, as `fetch` does, which leaves the header. */
export const decodeOnce = <E>(
  header: string | undefined,
  body: Stream.Stream<Uint8Array, E>,
  damaged: (cause: unknown) => E
): Stream.Stream<Uint8Array, E> =>
  isEncoded(header)
    ? Stream.unwrapScoped(
        // Not `Stream.peel`, which brings all of `PubSub` into a bundle.
        Effect.flatMap(Stream.toPull(body), (pull) =>
          Effect.matchEffect(pull, {
            onSuccess: (first) => {
              const whole = Stream.concat(Stream.fromChunk(first), Stream.repeatEffectChunkOption(pull))
              return Effect.succeed(Chunk.every(Chunk.take(first, 1), isText) ? whole : decode(header, whole, damaged))
            },
            onFailure: Option.match({
              onNone: () => Effect.succeed(Stream.empty),
              onSome: (error) => Effect.fail(error)
            })
          })
        )
      )
    : body
