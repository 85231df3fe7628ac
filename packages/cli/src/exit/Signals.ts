/**
 * Handles SIGINT, SIGTERM and SIGHUP. The first signal interrupts the command, which then prints
 * how to resume; the second ends the process at once, with the same message. The commands set the
 * message and the exit code in `InterruptedExit.ts`.
 *
 * @since 0.1.0
 */
import { writeSync } from "node:fs"
import * as Runtime from "@effect/platform/Runtime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import type * as InterruptedExit from "./InterruptedExit.js"

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const

// Under npm, one Ctrl-C arrives twice: from the terminal, and forwarded by npm.
const duplicateMillis = 400

// An interrupted command that has not exited after this time is terminated.
const graceMillis = 30_000

// The longest delay that a timer accepts.
const maxTimerMillis = 2 ** 31 - 1

const standardError = 2

const exitNow = ({ code, finalMessage }: InterruptedExit.InterruptedExitService): never => {
  const message = Effect.runSync(Ref.get(finalMessage))
  try {
    if (Option.isSome(message)) writeSync(standardError, `\n${message.value}\n`)
  } catch {
    // The terminal may have been closed.
  }
  process.exit(Effect.runSync(Ref.get(code)))
}

/**
 * Runs an effect as the main program of this process, handling the signals above.
 *
 * @since 0.1.0
 * @category running
 */
export const runMain = (interrupted: InterruptedExit.InterruptedExitService): Runtime.RunMain =>
  Runtime.makeRunMain(({ fiber, teardown }) => {
    const keepAlive = setInterval(() => undefined, maxTimerMillis)
    let receivedAt = Number.NEGATIVE_INFINITY

    const onSignal = () => {
      const isFirst = receivedAt === Number.NEGATIVE_INFINITY
      const now = performance.now()
      if (!isFirst && now - receivedAt > duplicateMillis) exitNow(interrupted)
      if (!isFirst) return
      receivedAt = now
      setTimeout(() => exitNow(interrupted), graceMillis).unref()
      fiber.unsafeInterruptAsFork(fiber.id())
    }

    fiber.addObserver((exit) => {
      clearInterval(keepAlive)
      teardown(exit, (code) => {
        // On success, Node exits by itself once pending output is written.
        if (code !== 0 || receivedAt !== Number.NEGATIVE_INFINITY) process.exit(code)
      })
    })

    for (const signal of signals) process.on(signal, onSignal)
  })
