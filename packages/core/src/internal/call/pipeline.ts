import type * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Credential, Grant } from "../../Credential.js"
import type { BodyReader, GlowmarktClient } from "../../GlowmarktClient.js"
import * as GlowmarktError from "../../GlowmarktError.js"
import type * as Operation from "../../Operation.js"
import * as decodeResponse from "../decode/decodeResponse.js"
import * as httpClientTransport from "../transport/httpClientTransport.js"
import * as transport from "../transport/transport.js"
import * as callState from "./callState.js"
import { answer, type Exchange, observed } from "./sending.js"
import { straight } from "./straight.js"
import * as streaming from "./streaming.js"
import * as telemetry from "./telemetry.js"

type Endpoint = HttpApiEndpoint.HttpApiEndpoint.Any
type AnyError = GlowmarktError.GlowmarktError

export const make = (
  client: HttpClient.HttpClient,
  settings: callState.Settings
): Context.Tag.Service<GlowmarktClient> => {
  const transporting = transport.shortCutOf(client) ?? httpClientTransport.make(client)
  const { origin } = new URL(settings.baseUrl)
  const settingsFor = callState.overridable(settings)

  const bound = (
    operation: Operation.Operation<Endpoint, unknown>,
    credential: Credential<Grant>
  ): callState.Bound & { readonly invalid: (problem: string) => Effect.Effect<never, GlowmarktError.InvalidInput> } => {
    const seen = telemetry.make(operation, settings.baseUrl)
    return {
      operation,
      credential,
      settingsFor,
      server: origin,
      telemetry: seen,
      invalid: (problem) =>
        seen.callSpan(
          Effect.suspend(() => {
            seen.ended("InvalidInput", 0)
            return new GlowmarktError.InvalidInput({ operation: operation.name, problem })
          })
        )
    }
  }

  return {
    baseUrl: settings.baseUrl,

    bind: <E extends Endpoint, Success, G extends Grant>(
      operation: Operation.Operation<E, Success>,
      credential: Credential<G>
    ) => {
      const binding = bound(operation, credential)
      const understand = (call: callState.Call, attempt: callState.Attempt, answer: transport.Answer) =>
        decodeResponse.understand(operation, () => callState.stateOf(call, attempt), answer, {
          accountId: call.prepared.accountId,
          grant: attempt.grant
        })
      const exchange: Exchange<Success> = (request, call, attempt) =>
        Effect.flatMap(transporting.send(request), (answer) => {
          const understood = understand(call, attempt, answer)
          return call.traced ? Effect.zipRight(telemetry.status(answer.status), understood) : understood
        })
      const { start } = transporting
      const call = (input: Operation.Input<E>): Effect.Effect<Success, AnyError> => {
        const prepared = operation.prepare(input)
        if (Either.isLeft(prepared)) return binding.invalid(prepared.left)
        return Effect.withFiberRuntime<Success, AnyError>((fiber) => {
          const call = callState.begin(binding, prepared.right, fiber)
          if (start !== undefined && call.settings.limiters.length === 0) {
            const grant = credential.peek(call.clock.unsafeCurrentTimeMillis())
            if (Option.isSome(grant)) return straight(start, understand, exchange, call, grant.value)
          }
          const called = observed(call, answer(exchange, call))
          return call.traced ? call.telemetry.callSpan(called) : called
        })
      }
      // An answer yields the specific members only where the endpoint declares
      // them, `Rejected` comes only from operations that answer `{"valid"}`, and
      // `InvalidInput` only from those that take input: which is what `Failure`
      // says of the endpoint's type.
      return call as (input: Operation.Input<E>) => Effect.Effect<Success, Operation.Failure<E>>
    },

    bindStream: <E extends Endpoint, G extends Grant, A>(
      operation: Operation.Operation<E, unknown>,
      credential: Credential<G>,
      read: BodyReader<A>
    ) => {
      const binding = bound(operation, credential)
      const exchange = streaming.exchange(transporting.open, operation, read)
      const call = (input: Operation.Input<E>): Stream.Stream<A, AnyError> => {
        const prepared = operation.prepare(input)
        if (Either.isLeft(prepared)) return Stream.fromEffect(binding.invalid(prepared.left))
        return Stream.unwrap(
          Effect.withFiberRuntime<Stream.Stream<A, AnyError>>((fiber) => {
            const call = callState.begin(binding, prepared.right, fiber)
            // The call lasts to the last byte: what breaks on the way has not gone well.
            const called = Stream.unwrap(answer(exchange, call)).pipe(
              Stream.ensuringWith((exit) => Effect.sync(() => callState.ended(call, exit)))
            )
            return Effect.succeed(call.traced ? call.telemetry.streamSpan(called) : called)
          })
        )
      }
      // As for `bind`.
      return call as (input: Operation.Input<E>) => Stream.Stream<A, Operation.Failure<E>>
    }
  }
}
