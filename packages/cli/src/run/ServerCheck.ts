/**
 * Whether there is a server at all. A run waits out an outage; but somebody who has just mistyped the address, or
 * has no network, is better told at once.
 *
 * @since 0.1.0
 */
import * as HttpClient from "@effect/platform/HttpClient"
import { GlowmarktClient } from "@effect-glowmarkt/core"
import { NodeTransport } from "@effect-glowmarkt/core/node"
import type * as ConfigError from "effect/ConfigError"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as CredentialResolver from "../config/CredentialResolver.js"
import { Unreachable } from "../exit/CommandError.js"

// A connection is made in a moment, or hardly at all; for an answer there is no need to wait.
const toConnect = Duration.seconds(5)

const enough = Duration.seconds(7)

// A certificate that is not accepted, or no TLS at all, will not become any better by waiting.
const untrusted = /CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO_VERIFY/

const text = (error: unknown, name: string): Option.Option<string> =>
  Predicate.hasProperty(error, name) && typeof error[name] === "string" ? Option.some(error[name]) : Option.none()

// A proxy that closes or answers 5xx may do better later; one that is not there or refuses is told at once.
const proxyMayRecover = /^PROXY_(?:5|CLOSED)/

/** What failed, if no connection came about. */
const unconnected = (cause: unknown): Option.Option<{ readonly code: string; readonly proxy?: string }> => {
  // One for each address that was tried.
  const error = Predicate.hasProperty(cause, "errors") && Array.isArray(cause.errors) ? cause.errors[0] : cause
  const call = Option.getOrElse(text(error, "syscall"), () => "")
  const proxy = text(error, "proxy")
  return text(error, "code").pipe(
    Option.filter((code) =>
      Option.isSome(proxy)
        ? !proxyMayRecover.test(code)
        : call === "connect" || call === "getaddrinfo" || code === "UND_ERR_CONNECT_TIMEOUT" || untrusted.test(code)
    ),
    Option.map((code) => (Option.isSome(proxy) ? { code, proxy: proxy.value } : { code }))
  )
}

/**
 * Asks for nothing: whatever is answered, and also if nothing is, somebody is there.
 *
 * @since 0.1.0
 * @category checking
 */
export const check: Effect.Effect<void, Unreachable | ConfigError.ConfigError> = Effect.gen(function* () {
  const { baseUrl } = yield* GlowmarktClient.GlowmarktClient
  const client = yield* HttpClient.HttpClient
  yield* Effect.scoped(client.get(baseUrl)).pipe(
    Effect.timeoutOption(enough),
    Effect.catchAll(({ cause }) =>
      Option.match(unconnected(cause), {
        onNone: () => Effect.void,
        onSome: (failed) => new Unreachable({ origin: new URL(baseUrl).origin, ...failed })
      })
    )
  )
}).pipe(
  Effect.withTracerEnabled(false),
  Effect.provide([CredentialResolver.client, NodeTransport.layer({ connectTimeout: toConnect })])
)
