import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type * as GlowmarktError from "../../GlowmarktError.js"
import type * as Operation from "../../Operation.js"
import * as decodeResponse from "../decode/decodeResponse.js"
import { redactCredentials } from "../decode/redactCredentials.js"
import * as toError from "../error/toError.js"
import type * as transport from "../transport/transport.js"
import type { Exchange } from "./attempt.js"
import * as callState from "./callState.js"

/** See `GlowmarktClient.BodyReader`. */
export type BodyReader<A> = (
  /**
   * Makes the error. `body` is the body read so far, from which the provider's error text is
   * quoted.
   */
  invalid: (
    reason: GlowmarktError.InvalidResponse["reason"],
    problem: string,
    body?: string
  ) => GlowmarktError.InvalidResponse,
  /** The maximum number of bytes of the body to buffer. */
  maxBytes: number,
  /** Removes the call's credentials from JSON. */
  redact: (json: string) => string
) => {
  readonly add: (bytes: Uint8Array) => Either.Either<ReadonlyArray<A>, GlowmarktError.InvalidResponse>
  readonly end: () => Either.Either<void, GlowmarktError.InvalidResponse>
}

type Elements<A> = Stream.Stream<A, GlowmarktError.CallError>

const read = <A>(
  reading: ReturnType<BodyReader<A>>,
  chunks: Chunk.Chunk<Uint8Array>
): Either.Either<Chunk.Chunk<A>, GlowmarktError.InvalidResponse> => {
  const all: Array<A> = []
  for (const bytes of chunks) {
    const complete = reading.add(bytes)
    if (Either.isLeft(complete)) return Either.left(complete.left)
    for (const element of complete.right) all.push(element)
  }
  return Either.right(Chunk.unsafeFromArray(all))
}

/**
 * Reads the body of a response as the stream is pulled. The body is decoded while it is pulled and
 * not in a stage of the stream, because stages keep chunks in memory for longer.
 */
export const exchange = <A>(
  { readsContext, stream }: transport.Transport,
  operation: Operation.Any,
  reader: BodyReader<A>
): Exchange<transport.Response | transport.StreamingResponse, Elements<A>> => ({
  readsContext,
  send: (request) => ({
    response: Effect.flatMap(
      stream(request),
      (opened): Effect.Effect<transport.Response | transport.StreamingResponse, transport.Failure> =>
        decodeResponse.isSuccess(opened.status) ? Effect.succeed(opened) : opened.readAll
    ),
    // `stream` closes the connection when it is interrupted.
    cancel: Effect.void
  }),
  decode: (received, request, call, attempt) => {
    const state = () => callState.stateOf(call, attempt)
    if (!("pull" in received)) {
      return Either.map(
        decodeResponse.decode(operation, state, received, callState.subject(call, attempt)),
        (): Elements<A> => Stream.empty
      )
    }
    const { pull, status } = received
    const errorOf = (failure: transport.TransportFailure | transport.TimedOut) =>
      failure._tag === "TransportFailure"
        ? toError.fromTransport(state(), failure, call.server)
        : toError.timeout(state(), failure.phase, request.timeoutMillis)
    const reading = reader(
      (reason, problem, body = "") =>
        toError.invalidBody(state(), status, reason, decodeResponse.problemOf(body, problem), body),
      request.maxBodyBytes,
      (json) => redactCredentials(json, attempt.grant)
    )
    return Either.right(
      Stream.fromPull(
        Effect.map(pull, (next) =>
          Effect.matchEffect(next, {
            onSuccess: (chunks) => Effect.mapError(read(reading, chunks), Option.some),
            onFailure: Option.match({
              onNone: () =>
                Effect.flatMap(Effect.mapError(reading.end(), Option.some), () => Effect.fail(Option.none())),
              onSome: (failure) => Effect.fail(Option.some(errorOf(failure)))
            })
          })
        )
      )
    )
  }
})
