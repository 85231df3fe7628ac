import { setImmediate as nextRound } from "node:timers/promises"
import type * as Undici from "@effect/platform-node/Undici"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as deadlines from "../src/internal/transport/deadlines.js"
import * as connectionQueue from "../src/internal/transport/node/connectionQueue.js"
import * as dispatch from "../src/internal/transport/node/dispatch.js"
import type * as transport from "../src/internal/transport/transport.js"

const request = (path: string): transport.Request => ({
  method: "GET",
  url: `http://127.0.0.1/${path}`,
  headers: {},
  body: undefined,
  timeoutMillis: 1000,
  maxBodyBytes: 1000
})

/** Undici without sockets. Responses arrive when `arrive` is called. */
const setUp = (width: number) => {
  const log: Array<string> = []
  const answers: Array<() => void> = []
  const dispatcher = {
    dispatch: ({ path }: { readonly path: string }, handler: Undici.Dispatcher.DispatchHandler) => {
      log.push(`sent ${path}`)
      answers.push(() => {
        log.push(`read ${path}`)
        handler.onConnect?.(() => {})
        handler.onHeaders?.(200, [], () => {}, "OK")
        handler.onComplete?.([])
      })
      return true
    }
  }
  // Nothing else of a dispatcher is used here.
  const start = dispatch.start(
    dispatcher as unknown as Undici.Dispatcher,
    connectionQueue.make(width),
    deadlines.make()
  )
  const arrive = () => {
    for (const answer of answers.splice(0)) answer()
  }
  return { log, start, arrive }
}

describe("ConnectionQueue", () => {
  it.effect("reads all responses, then resumes all callers, then sends all their next requests", () =>
    Effect.promise(async () => {
      const { arrive, log, start } = setUp(2)
      for (const path of ["a", "b"]) {
        start(request(path), () => {
          log.push(`told /${path}`)
          // A microtask, like the continuation of a fiber.
          void Promise.resolve().then(() => start(request(`${path}${path}`), () => {}))
        })
      }
      await nextRound()
      arrive()
      await nextRound()
      assert.deepStrictEqual(log, [
        "sent /a",
        "sent /b",
        "read /a",
        "read /b",
        "told /a",
        "told /b",
        "sent /aa",
        "sent /bb"
      ])
    })
  )

  it.effect("does not resume a caller that cancelled", () =>
    Effect.promise(async () => {
      const { arrive, log, start } = setUp(2)
      const cancel = start(request("a"), () => log.push("told a"))
      start(request("b"), () => log.push("told b"))
      await nextRound()
      arrive()
      cancel()
      await nextRound()
      assert.deepStrictEqual(log, ["sent /a", "sent /b", "read /a", "read /b", "told b"])
    })
  )
})
