/**
 * Reads one line after a question. Never redraws, so that it works on a dumb terminal.
 *
 * @since 0.1.0
 */
import * as Terminal from "@effect/platform/Terminal"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Output from "./Output.js"
import * as Sanitize from "./Sanitize.js"

/**
 * Whether typed text is shown.
 *
 * @since 0.1.0
 * @category models
 */
export type Echo = "shown" | "hidden"

const eraseOne = "\b \b"

const isText = (input: string) => input !== "" && Sanitize.text(input) === input

const withoutLast = (text: string) => [...text].slice(0, -1).join("")

/**
 * Asks on standard error, so that data can be piped. Fails on Ctrl-C or Ctrl-D.
 *
 * @since 0.1.0
 * @category running
 */
export const read = (
  question: string,
  echo: Echo
): Effect.Effect<string, Terminal.QuitException, Terminal.Terminal | Output.Output> =>
  Effect.scoped(
    Effect.gen(function* () {
      const { stderr } = yield* Output.Output
      const terminal = yield* Terminal.Terminal
      const keys = yield* terminal.readInput
      const show = (text: string) => (echo === "shown" ? stderr.write(text) : Effect.void)
      yield* stderr.write(`${Sanitize.text(question)} `)
      let line = ""
      while (true) {
        const { input, key } = yield* Effect.catchAll(keys.take, () =>
          Effect.zipRight(stderr.write("\n"), new Terminal.QuitException())
        )
        if (key.name === "return" || key.name === "enter") break
        const text = Option.getOrElse(input, () => "")
        if (key.name === "backspace") {
          if (line !== "") yield* show(eraseOne)
          line = withoutLast(line)
        } else if (isText(text)) {
          yield* show(text)
          line += text
        }
      }
      yield* stderr.write("\n")
      return line
    })
  )
