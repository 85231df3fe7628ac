/**
 * Redirects what the library and loggers print: text to standard output, logs to standard error.
 * The library's error texts are dropped, because they also fail as errors, which are printed once.
 *
 * @since 0.1.0
 */

import { stripVTControlCharacters } from "node:util"
import * as Cause from "effect/Cause"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Output from "./Output.js"
import * as Sanitize from "./Sanitize.js"

const text = (words: ReadonlyArray<unknown>, colour: Output.Sink["colour"]): string => {
  const line = words.join(" ").trimEnd()
  return colour === "ansi" ? line : stripVTControlCharacters(line)
}

const console = Effect.map(
  Effect.all([Output.Output, Effect.consoleWith(Effect.succeed)]),
  ([{ stdout }, standard]): Console.Console => ({
    ...standard,
    log: (...words) => stdout.write(`${text(words, stdout.colour)}\n`),
    error: () => Effect.void
  })
)

const fact = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value)) ?? String(value)

const logger = Effect.map(Output.Output, ({ stderr }) =>
  Logger.make<unknown, void>(({ annotations, cause, logLevel, message }) => {
    const facts = [...annotations].map(([name, value]) => `${name}=${Sanitize.text(fact(value))}`)
    const words = Array.isArray(message) ? message.map(String) : [String(message)]
    const details = Cause.isEmpty(cause) ? [] : [Cause.pretty(cause, { renderErrorCause: true })]
    const head = [words.join("\n"), ...facts].join("  ")
    Effect.runSync(stderr.write(`${logLevel.label}: ${[head, ...details].join("\n")}\n`))
  })
)

/**
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<never, never, Output.Output> = Layer.mergeAll(
  Layer.unwrapEffect(Effect.map(console, Console.setConsole)),
  Layer.unwrapEffect(Effect.map(logger, (logger) => Logger.replace(Logger.defaultLogger, logger)))
)
