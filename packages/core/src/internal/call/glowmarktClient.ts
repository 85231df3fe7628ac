import type * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Stream from "effect/Stream"
import type { Credential, Grant } from "../../Credential.js"
import * as GlowmarktError from "../../GlowmarktError.js"
import type * as Operation from "../../Operation.js"
import * as decodeResponse from "../decode/decodeResponse.js"
import * as httpClientTransport from "../transport/httpClientTransport.js"
import * as transport from "../transport/transport.js"
import type { Exchange } from "./attempt.js"
import * as callState from "./callState.js"
import * as retry from "./retry.js"
import * as streaming from "./streaming.js"
import * as telemetry from "./telemetry.js"

type Endpoint = HttpApiEndpoint.HttpApiEndpoint.Any
type AnyError = GlowmarktError.GlowmarktError

/** Records the end of the call, whatever its exit. */
const counted = <Received extends { readonly status: number }, A>(
  exchange: Exchange<Received, A>,
  call: callState.Call
): Effect.Effect<A, AnyError> => {
  const ended = (exit: Exit.Exit<A, AnyError>) => {
    callState.ended(call, exit)
    return exit
  }
  return Effect.matchCauseEffect(retry.run(exchange, call), {
    onSuccess: (result) => ended(Exit.succeed(result)),
    onFailure: (cause) => ended(Exit.failCause(cause))
  })
}

export const make = (client: HttpClient.HttpClient, settings: callState.Settings) => {
  const sender = transport.attachedTo(client) ?? httpClientTransport.make(client)
  const { origin } = new URL(settings.baseUrl)
  const settingsFor = callState.overridable(settings)

  const bound = (operation: Operation.Operation<Endpoint, unknown>, credential: Credential<Grant>) => {
    const recorder = telemetry.make(operation, settings.baseUrl)
    const binding: callState.BoundOperation = {
      operation,
      credential,
      settingsFor,
      server: origin,
      telemetry: recorder
    }
    const invalid = (problem: string) =>
      recorder.callSpan(() => {
        recorder.ended("InvalidInput", 0)
        return Effect.fail(new GlowmarktError.InvalidInput({ operation: operation.name, problem }))
      })
    return { binding, invalid }
  }

  return {
    baseUrl: settings.baseUrl,

    bind: <E extends Endpoint, Success, G extends Grant>(
      operation: Operation.Operation<E, Success>,
      credential: Credential<G>
    ) => {
      const { binding, invalid } = bound(operation, credential)
      const exchange: Exchange<transport.Response, Success> = {
        send: sender.send,
        readsContext: sender.readsContext,
        decode: (response, _, call, attempt) =>
          decodeResponse.decode(
            operation,
            () => callState.stateOf(call, attempt),
            response,
            callState.subject(call, attempt)
          )
      }
      const call = (input: Operation.Input<E>): Effect.Effect<Success, AnyError> => {
        const prepared = operation.prepare(input)
        if (Either.isLeft(prepared)) return invalid(prepared.left)
        return Effect.uninterruptibleMask((interruptible) =>
          Effect.withFiberRuntime<Success, AnyError>((fiber) => {
            const call = callState.begin(binding, prepared.right, fiber, interruptible)
            return call.traced
              ? call.telemetry.callSpan((span) => counted(exchange, { ...call, span }))
              : counted(exchange, call)
          })
        )
      }
      // The decoder returns an operation-specific error only if the endpoint declares it,
      // `Rejected` only if the success schema has `valid`, and `prepare` fails only if there is
      // input. The type `Failure` expresses the same.
      return call as (input: Operation.Input<E>) => Effect.Effect<Success, Operation.Failure<E>>
    },

    bindStream: <E extends Endpoint, G extends Grant, A>(
      operation: Operation.Operation<E, unknown>,
      credential: Credential<G>,
      read: streaming.BodyReader<A>
    ) => {
      const { binding, invalid } = bound(operation, credential)
      const exchange = streaming.exchange(sender, operation, read)
      const call = (input: Operation.Input<E>): Stream.Stream<A, AnyError> => {
        const prepared = operation.prepare(input)
        if (Either.isLeft(prepared)) return Stream.fromEffect(invalid(prepared.left))
        return Stream.unwrap(
          Effect.withFiberRuntime<Stream.Stream<A, AnyError>>((fiber) => {
            const call = callState.begin(binding, prepared.right, fiber, Effect.interruptible)
            const opened = Effect.uninterruptibleMask((interruptible) =>
              retry.run(exchange, { ...call, interruptible })
            )
            // The call ends with the last byte, so a connection lost on the way counts as its
            // failure.
            const recorded = Stream.unwrap(opened).pipe(
              Stream.ensuringWith((exit) => Effect.sync(() => callState.ended(call, exit)))
            )
            return Effect.succeed(call.traced ? call.telemetry.streamSpan(recorded) : recorded)
          })
        )
      }
      // Safe for the same reason as in `bind`.
      return call as (input: Operation.Input<E>) => Stream.Stream<A, Operation.Failure<E>>
    }
  }
}
