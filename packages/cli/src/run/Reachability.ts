/**
 * Checks that the server is reachable before a run starts. A run waits out an outage, but a
 * mistyped address or a missing network should fail at once.
 *
 * @since 0.1.0
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as GlowmarktClient from "@effect-glowmarkt/core/GlowmarktClient"
import { isTlsFailure } from "@effect-glowmarkt/core/GlowmarktError"
import { NodeTransport } from "@effect-glowmarkt/core/node"
import type * as ConfigError from "effect/ConfigError"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as CredentialResolver from "../config/CredentialResolver.js"
import { Unreachable } from "../exit/CommandError.js"

const connectTimeout = Duration.seconds(5)

// If there is no error for this long, the connection was made. The response does not matter.
const checkTimeout = Duration.seconds(7)

const stringField = (error: unknown, name: string): Option.Option<string> =>
  Predicate.hasProperty(error, name) && typeof error[name] === "string" ? Option.some(error[name]) : Option.none()

// A proxy that closes the connection or responds with 5xx may recover. A proxy that is missing or
// refuses the connection will not.
const proxyMayRecover = /^PROXY_(?:5|CLOSED)/

/**
 * Returns why no connection was made, or `None` if a connection was made and something else failed.
 */
const connectionFailure = (cause: unknown): Option.Option<{ readonly code: string; readonly proxy?: string }> => {
  // An AggregateError has one error per address tried.
  const error = Predicate.hasProperty(cause, "errors") && Array.isArray(cause.errors) ? cause.errors[0] : cause
  const call = Option.getOrElse(stringField(error, "syscall"), () => "")
  const proxy = stringField(error, "proxy")
  return stringField(error, "code").pipe(
    Option.filter((code) =>
      Option.isSome(proxy)
        ? !proxyMayRecover.test(code)
        : call === "connect" || call === "getaddrinfo" || code === "UND_ERR_CONNECT_TIMEOUT" || isTlsFailure(code)
    ),
    Option.map((code) => (Option.isSome(proxy) ? { code, proxy: proxy.value } : { code }))
  )
}

/**
 * Fails if no connection can be made. A server that sends any response, or none within the time
 * limit, counts as reachable.
 *
 * @since 0.1.0
 * @category running
 */
export const check: Effect.Effect<void, Unreachable | ConfigError.ConfigError> = Effect.gen(function* () {
  const { baseUrl } = yield* GlowmarktClient.GlowmarktClient
  const client = yield* HttpClient.HttpClient
  yield* Effect.scoped(client.get(baseUrl)).pipe(
    Effect.timeoutOption(checkTimeout),
    Effect.catchAll(({ cause }) =>
      Option.match(connectionFailure(cause), {
        onNone: () => Effect.void,
        onSome: (failed) => new Unreachable({ origin: new URL(baseUrl).origin, ...failed })
      })
    )
  )
}).pipe(
  Effect.withTracerEnabled(false),
  Effect.provide([CredentialResolver.client, NodeTransport.layer({ connectTimeout })])
)
