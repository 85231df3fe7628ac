/**
 * The signals that end a process: Ctrl-C, `kill`, and the terminal that is closed. The first lets the command end in good order,
 * which says how to go on; the second does not wait for that, and says it all the same.
 *
 * @since 0.1.0
 */
import { writeSync } from "node:fs"
import * as Runtime from "@effect/platform/Runtime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import type * as InterruptPolicy from "./InterruptPolicy.js"

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const

// One key press may arrive twice: from the terminal, and from npm, which hands on what it gets.
const sameMillis = 400

// The end in good order takes no longer than this. A command that does not get there is ended.
const graceMillis = 30_000

// The longest that a timer can wait.
const forEver = 2 ** 31 - 1

const standardError = 2

const endAtOnce = ({ code, lastWords }: InterruptPolicy.InterruptPolicy["Type"]): never => {
  const words = Effect.runSync(Ref.get(lastWords))
  try {
    if (Option.isSome(words)) writeSync(standardError, `\n${words.value}\n`)
  } catch {
    // The terminal may be the one that is gone.
  }
  process.exit(Effect.runSync(Ref.get(code)))
}

/**
 * Runs an effect as this process.
 *
 * @since 0.1.0
 * @category running
 */
export const runMain = (ending: InterruptPolicy.InterruptPolicy["Type"]): Runtime.RunMain =>
  Runtime.makeRunMain(({ fiber, teardown }) => {
    const keepAlive = setInterval(() => undefined, forEver)
    let heardAt = Number.NEGATIVE_INFINITY

    const hear = () => {
      const isFirst = heardAt === Number.NEGATIVE_INFINITY
      const now = performance.now()
      if (!isFirst && now - heardAt > sameMillis) endAtOnce(ending)
      if (!isFirst) return
      heardAt = now
      setTimeout(() => endAtOnce(ending), graceMillis).unref()
      fiber.unsafeInterruptAsFork(fiber.id())
    }

    fiber.addObserver((exit) => {
      clearInterval(keepAlive)
      teardown(exit, (code) => {
        // All well: what is still on its way out has the time.
        if (code !== 0 || heardAt !== Number.NEGATIVE_INFINITY) process.exit(code)
      })
    })

    for (const signal of signals) process.on(signal, hear)
  })
