/** Runs commands on a terminal emulator and types the answers to their prompts. */
import { readFileSync, writeFileSync } from "node:fs"
import * as Terminal from "@effect/platform/Terminal"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Mailbox from "effect/Mailbox"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as InterruptedExit from "../../cli/src/exit/InterruptedExit.js"
import * as Main from "../../cli/src/Main.js"
import * as Output from "../../cli/src/terminal/Output.js"
import * as Prompt from "../../cli/src/terminal/Prompt.js"
import type { Screen } from "./screen.js"

export interface Session {
  /** Runs a command of `glowmarkt`. `typed` is the input for its prompts. */
  readonly run: (line: string, typed?: string) => Effect.Effect<number>
  /** Runs a command and interrupts it when `moment` completes. */
  readonly interrupt: (line: string, typed: string, moment: Effect.Effect<void>) => Effect.Effect<number>
  /** Shows the first lines of a file. */
  readonly head: (file: string, lines: number) => void
  readonly write: (file: string, content: string) => void
}

const keyboard = (text: string) =>
  Effect.tap(Mailbox.make<Terminal.UserInput>(), (mailbox) =>
    Effect.forEach(text, (character) =>
      mailbox.offer({
        input: Option.some(character),
        key: { name: character === "\n" ? "return" : character, ctrl: false, meta: false, shift: false }
      })
    )
  )

export const make = (screen: Screen, environment: Readonly<Record<string, string>>): Session => {
  const sink: Output.Sink = {
    write: (text) => Effect.sync(() => screen.write(text)),
    columns: Effect.succeed(Option.some(screen.columns)),
    colour: "plain"
  }

  const start = (line: string, typed: string) =>
    Effect.gen(function* () {
      screen.write(`$ ${line}\n`)
      const keys = yield* keyboard(typed)
      const terminal = Terminal.Terminal.of({
        columns: Effect.succeed(screen.columns),
        rows: Effect.succeed(24),
        isTTY: Effect.succeed(true),
        readInput: Effect.succeed(keys),
        readLine: Effect.succeed(""),
        display: sink.write
      })
      const [, ...args] = line.split(" ")
      return Main.run(args, environment).pipe(
        Effect.provide(
          Layer.mergeAll(
            Layer.succeed(Output.Output, { stdout: sink, stderr: sink }),
            Layer.succeed(Prompt.Input, { kind: "terminal", bytes: Stream.empty }),
            Layer.succeed(Terminal.Terminal, terminal),
            Layer.effect(InterruptedExit.InterruptedExit, InterruptedExit.make),
            NodeFileSystem.layer,
            NodePath.layer
          )
        )
      )
    })

  const blankLine = Effect.sync(() => screen.write("\n"))

  return {
    run: (line, typed = "") => Effect.zipLeft(Effect.flatten(start(line, typed)), blankLine),
    interrupt: (line, typed, moment) =>
      Effect.gen(function* () {
        const fiber = yield* Effect.fork(yield* start(line, typed))
        yield* moment
        screen.write("^C")
        const exit = yield* Fiber.interrupt(fiber)
        yield* blankLine
        return exit._tag === "Success" ? exit.value : 130
      }),
    head: (file, lines) => {
      screen.write(`$ head -n ${lines} ${file}\n`)
      screen.write(readFileSync(file, "utf8").split("\n").slice(0, lines).join("\n"))
      screen.write("\n\n")
    },
    write: writeFileSync
  }
}
