import { fileURLToPath } from "node:url"
import { assert, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Spawned from "./support/Spawned.js"

it.live("a second Ctrl-C cuts a slow shutdown short and prints how to continue", () =>
  Effect.gen(function* () {
    const at = (name: string) => JSON.stringify(new URL(`../src/${name}.ts`, import.meta.url).href)
    const script = `
      import * as Effect from "effect/Effect"
      const InterruptedExit = await import(${at("exit/InterruptedExit")})
      const Signals = await import(${at("exit/Signals")})
      const ending = Effect.runSync(InterruptedExit.make)
      const program = InterruptedExit.setFinalMessage("Go on with\\n  the line").pipe(
        Effect.zipRight(Effect.delay(Effect.sync(() => console.log("ready")), 50)),
        Effect.zipRight(Effect.never),
        Effect.onInterrupt(() => Effect.zipRight(Effect.sync(() => console.log("ending")), Effect.never)),
        Effect.provideService(InterruptedExit.InterruptedExit, ending)
      )
      Signals.runMain(ending)(program)`
    const args = ["--import", "tsx", "--input-type=module", "-e", script]
    const cwd = fileURLToPath(new URL("..", import.meta.url))
    const process = Spawned.start(args, { program: globalThis.process.execPath, cwd })
    yield* Effect.promise(() => process.until("stdout", /ready/))
    process.process.kill("SIGINT")
    yield* Effect.promise(() => process.until("stdout", /ending/))
    yield* Effect.sleep(Duration.millis(600))
    process.process.kill("SIGINT")
    const { code, stderr } = yield* Effect.promise(() => process.ended)
    assert.deepStrictEqual({ code, stderr }, { code: 130, stderr: "\nGo on with\n  the line\n" })
  })
)
