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
  /** `body` is what there is of it, for what the provider says in it. */
  invalid: (
    reason: GlowmarktError.InvalidResponse["reason"],
    problem: string,
    body?: string
  ) => GlowmarktError.InvalidResponse,
  /** What may be kept of it at a time. */
  maxBytes: number,
  /** Takes the credentials of the call out of JSON. */
  redact: (json: string) => string
) => {
  readonly add: (bytes: Uint8Array) => Either.Either<ReadonlyArray<A>, GlowmarktError.InvalidResponse>
  readonly end: () => Either.Either<void, GlowmarktError.InvalidResponse>
}

/** An answer whose body is on its way. */
export type Arriving<A> = Stream.Stream<A, GlowmarktError.CallError>

/** What the pieces of a body come to. */
const read = <A>(
  reading: ReturnType<BodyReader<A>>,
  pieces: Chunk.Chunk<Uint8Array>
): Either.Either<Chunk.Chunk<A>, GlowmarktError.InvalidResponse> => {
  const all: Array<A> = []
  for (const piece of pieces) {
    const complete = reading.add(piece)
    if (Either.isLeft(complete)) return Either.left(complete.left)
    for (const one of complete.right) all.push(one)
  }
  return Either.right(Chunk.unsafeFromArray(all))
}

/**
 * Opens the body of an answer, and reads it as it is pulled. Read in the pull and
 * not by a stage of the stream: what passes through those lives for a while after.
 */
export const exchange = <A>(
  { readsContext, stream }: transport.Transport,
  operation: Operation.Any,
  reader: BodyReader<A>
): Exchange<transport.Response | transport.StreamingResponse, Arriving<A>> => ({
  readsContext,
  send: (request) => ({
    response: Effect.flatMap(
      stream(request),
      (opened): Effect.Effect<transport.Response | transport.StreamingResponse, transport.Failure> =>
        decodeResponse.isSuccess(opened.status) ? Effect.succeed(opened) : opened.readAll
    ),
    // Opening gives itself up.
    cancel: Effect.void
  }),
  decode: (received, request, call, attempt) => {
    const state = () => callState.stateOf(call, attempt)
    if (!("pull" in received)) {
      return Either.map(
        decodeResponse.understand(operation, state, received, callState.asked(call, attempt)),
        (): Arriving<A> => Stream.empty
      )
    }
    const { pull, status } = received
    const fromProblem = (problem: transport.TransportFailure | transport.TimedOut) =>
      problem._tag === "TransportFailure"
        ? toError.fromTransport(state(), problem, call.server)
        : toError.timeout(state(), problem.phase, request.timeoutMillis)
    const reading = reader(
      (reason, problem, body = "") =>
        toError.invalidBody(state(), status, reason, decodeResponse.problemOf(body, problem), body),
      request.maxBodyBytes,
      (json) => redactCredentials(json, attempt.grant)
    )
    return Either.right(
      Stream.fromPull(
        Effect.map(pull, (pieces) =>
          Effect.matchEffect(pieces, {
            onSuccess: (pieces) => Effect.mapError(read(reading, pieces), Option.some),
            onFailure: Option.match({
              onNone: () =>
                Effect.flatMap(Effect.mapError(reading.end(), Option.some), () => Effect.fail(Option.none())),
              onSome: (problem) => Effect.fail(Option.some(fromProblem(problem)))
            })
          })
        )
      )
    )
  }
})
