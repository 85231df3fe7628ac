import { inspect } from "node:util"
import { assert } from "@effect/vitest"
import type { GlowmarktError } from "@effect-glowmarkt/core"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Inspectable from "effect/Inspectable"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import { reporting } from "./Tracing.js"

const planted = [
  "app-secret",
  "org-secret",
  "dev-token",
  "user-token",
  "pass-one-1",
  "pass-two-2",
  "mobile-tok-3",
  "session-token-4"
]
const forbidden = [
  ...planted,
  ...planted.map((secret) => Buffer.from(secret).toString("base64")),
  ...["app:app-secret", "org:org-secret"].map((pair) => Buffer.from(pair).toString("base64")),
  "private@example.com",
  "Private Person"
]

export type Failing<R = never> = Effect.Effect<unknown, GlowmarktError.GlowmarktError, R>

/** Every way in which a program can print a value. */
export const renderings = (value: unknown): ReadonlyArray<string> => [
  String(value),
  inspect(value, { depth: 20, showHidden: true }),
  JSON.stringify(value) ?? "",
  Inspectable.toStringUnknown(value)
]

/** Runs the calls with tracing and debug logging on and returns everything that they expose. */
export const exposed = <R>(calls: ReadonlyArray<Failing<R>>) =>
  Effect.gen(function* () {
    const seen: Array<string> = []
    const tracer = reporting({
      ended: ({ attributes, name }, exit) => seen.push(name, inspect(attributes), ...renderings(exit)),
      event: (name, attributes) => seen.push(name, inspect(attributes))
    })
    const logger = Logger.make((options) => {
      seen.push(...renderings(options.message), Cause.pretty(options.cause), inspect(options.annotations))
    })
    yield* Effect.forEach(calls, (call) =>
      Effect.gen(function* () {
        const exit = yield* Effect.exit(Effect.tapErrorCause(call, (cause) => Effect.logDebug("call failed", cause)))
        seen.push(...renderings(exit))
        if (Exit.isFailure(exit)) {
          seen.push(Cause.pretty(exit.cause, { renderErrorCause: true }))
          for (const failure of Cause.failures(exit.cause)) {
            seen.push(failure.message, failure.stack ?? "", ...renderings(failure))
          }
        }
      })
    ).pipe(
      Effect.withTracer(tracer),
      Effect.provide(Logger.replace(Logger.defaultLogger, logger)),
      Logger.withMinimumLogLevel(LogLevel.All)
    )
    return seen
  })

export const assertClean = (seen: ReadonlyArray<string>) => {
  assert.isAbove(seen.length, 10)
  for (const text of seen) {
    for (const secret of forbidden) {
      assert.isFalse(text.includes(secret), `${secret} is exposed in: ${text.slice(0, 400)}`)
    }
  }
}
