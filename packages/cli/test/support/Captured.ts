/** Runs the command in this process, with the test's own streams, keyboard and environment. */

import * as FileSystem from "@effect/platform/FileSystem"
import * as Terminal from "@effect/platform/Terminal"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import { Population, Simulator } from "@effect-glowmarkt/simulator"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Mailbox from "effect/Mailbox"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import type * as Variables from "../../src/config/Variables.js"
import * as InterruptedExit from "../../src/exit/InterruptedExit.js"
import * as Main from "../../src/Main.js"
import * as Output from "../../src/terminal/Output.js"
import * as Prompt from "../../src/terminal/Prompt.js"

export interface Captured {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface Situation {
  readonly environment?: Variables.Environment
  /** Piped or typed input. At a terminal, a line break is the Return key. */
  readonly input?: { readonly kind: "terminal" | "text" | "broken"; readonly text: string | Uint8Array }
  readonly columns?: number
  /** A directory on a full disk. */
  readonly full?: string
}

/**
 * Files opened for writing there are opened, but writes go to a device that is always full. So the
 * command cannot replace the device by mistake, which root could.
 */
const disk = (full: string | undefined) =>
  Layer.effect(
    FileSystem.FileSystem,
    Effect.map(FileSystem.FileSystem, (files) =>
      FileSystem.make({
        ...files,
        open: (path, options) =>
          full !== undefined && path.startsWith(full) && (options?.flag === "w" || options?.flag === "wx")
            ? Effect.zipRight(files.open(path, options), files.open("/dev/full", { flag: "r+" }))
            : files.open(path, options)
      })
    )
  ).pipe(Layer.provide(NodeFileSystem.layer))

const keys = (text: string) =>
  Effect.gen(function* () {
    const mailbox = yield* Mailbox.make<Terminal.UserInput>()
    for (const character of text) {
      const interrupts = character === "\u0003"
      if (interrupts) {
        yield* mailbox.end
        break
      }
      yield* mailbox.offer({
        input: Option.some(character),
        key: { name: character === "\n" ? "return" : character, ctrl: false, meta: false, shift: false }
      })
    }
    return mailbox
  })

const sink = (columns: number | undefined) => {
  const written: Array<string> = []
  const sink: Output.Sink = {
    write: (text) => Effect.sync(() => void written.push(text)),
    columns: Effect.succeed(Option.fromNullable(columns)),
    colour: "plain"
  }
  return { sink, text: () => written.join("") }
}

export const run = (args: ReadonlyArray<string>, situation: Situation = {}) =>
  Effect.gen(function* () {
    const { columns, environment = {}, full, input = { kind: "text", text: "" } } = situation
    const stdout = sink(columns)
    const stderr = sink(columns)
    // One for all questions: each reads on where the last one stopped.
    const keyboard = yield* keys(typeof input.text === "string" ? input.text : "")
    const terminal = Terminal.Terminal.of({
      columns: Effect.succeed(columns ?? 80),
      rows: Effect.succeed(24),
      isTTY: Effect.succeed(true),
      readInput: Effect.succeed(keyboard),
      readLine: Effect.succeed(""),
      display: stderr.sink.write
    })
    const code = yield* Main.run(args, environment).pipe(
      Effect.provide(
        Layer.mergeAll(
          Layer.succeed(Output.Output, { stdout: stdout.sink, stderr: stderr.sink }),
          Layer.succeed(Prompt.Input, {
            kind: input.kind === "terminal" ? "terminal" : "text",
            bytes:
              input.kind === "broken"
                ? Stream.die(new Error("a bug"))
                : Stream.make(typeof input.text === "string" ? new TextEncoder().encode(input.text) : input.text)
          }),
          Layer.succeed(Terminal.Terminal, terminal),
          Layer.effect(InterruptedExit.InterruptedExit, InterruptedExit.make),
          disk(full),
          NodePath.layer
        )
      )
    )
    const captured: Captured = { code, stdout: stdout.text(), stderr: stderr.text() }
    return captured
  })

/** The environment of an administrator of the simulator and of its first healthy user. */
export const environments = Effect.map(Simulator.Simulator, ({ population, url }) => {
  const { appKeys, applicationId, devUserToken, orgAppKeys } = population.credentials
  const member = [...population.members].find(Population.isOrdinary)
  if (member === undefined) throw new Error("the population has no healthy member")
  const base = { GLOWMARKT_BASE_URL: url }
  return {
    member,
    base,
    appKeys: { ...base, GLOWMARKT_APP_KEY: appKeys.key, GLOWMARKT_APP_SECRET: Redacted.value(appKeys.secret) },
    orgAppKeys: {
      ...base,
      GLOWMARKT_APPLICATION_ID: applicationId,
      GLOWMARKT_ORG_KEY: orgAppKeys.key,
      GLOWMARKT_ORG_SECRET: Redacted.value(orgAppKeys.secret)
    },
    devUserToken: {
      ...base,
      GLOWMARKT_APPLICATION_ID: applicationId,
      GLOWMARKT_DEV_TOKEN: Redacted.value(devUserToken)
    },
    session: {
      ...base,
      GLOWMARKT_APPLICATION_ID: applicationId,
      GLOWMARKT_USERNAME: member.username,
      GLOWMARKT_PASSWORD: Redacted.value(population.password(member))
    }
  }
})
