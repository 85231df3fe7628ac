/**
 * The command `glowmarkt`.
 *
 * @since 0.1.0
 */

import { createRequire } from "node:module"
import * as CliConfig from "@effect/cli/CliConfig"
import * as Command from "@effect/cli/Command"
import type * as FileSystem from "@effect/platform/FileSystem"
import type * as Path from "@effect/platform/Path"
import type * as Terminal from "@effect/platform/Terminal"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as NodeTerminal from "@effect/platform-node/NodeTerminal"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as Ask from "./Ask.js"
import type { CommandError } from "./CommandError.js"
import * as Commands from "./Commands.js"
import * as Ending from "./Ending.js"
import * as ErrorMessage from "./ErrorMessage.js"
import * as ExitCode from "./ExitCode.js"
import * as Interruption from "./Interruption.js"
import * as Manual from "./Manual.js"
import * as Output from "./Output.js"
import * as Printing from "./Printing.js"
import * as Spelling from "./Spelling.js"
import * as StandardInput from "./StandardInput.js"
import * as Variables from "./Variables.js"

const manifest: { readonly version: string } = createRequire(import.meta.url)("../package.json")

/**
 * What a run needs from the process around it.
 *
 * @since 0.1.0
 * @category models
 */
export type Process = Output.Output | Ask.Input | Terminal.Terminal | FileSystem.FileSystem | Path.Path | Ending.Ending

const cli = Command.run(Commands.root, { name: "glowmarkt", version: manifest.version })

const told = (error: CommandError, help: string) =>
  Effect.as(Output.note(ErrorMessage.text(error, help)), ExitCode.fromError(error))

const ended = (
  cause: Cause.Cause<CommandError>,
  help: string
): Effect.Effect<ExitCode.ExitCode, never, Output.Output> =>
  Option.match(Cause.failureOption(cause), {
    onSome: (error) => told(error, help),
    onNone: () => {
      const unwritable = Output.unwritable(cause)
      if (Option.isSome(unwritable)) return told(unwritable.value, help)
      return Cause.isInterruptedOnly(cause)
        ? Effect.succeed(ExitCode.interrupted)
        : Effect.as(Output.note(ErrorMessage.defect(cause)), ExitCode.defect)
    }
  })

/**
 * Runs `glowmarkt` with these arguments. What happens is told; what comes out is
 * the exit code.
 *
 * @since 0.1.0
 * @category running
 */
export const run = (
  args: ReadonlyArray<string>,
  environment: Variables.Environment
): Effect.Effect<ExitCode.ExitCode, never, Process> =>
  Effect.gen(function* () {
    const help = Manual.answer(args)
    if (Option.isSome(help)) return yield* Manual.show(help.value)
    const misspelt = Spelling.problem(args)
    if (Option.isSome(misspelt)) return yield* misspelt.value
    const config = yield* Variables.configProvider(environment)
    // What comes first are the names of the runtime and the script, which are not looked at.
    yield* Effect.withConfigProvider(cli(["node", "glowmarkt", ...StandardInput.spelled(args)]), config)
    return ExitCode.done
  }).pipe(
    Effect.matchCauseEffect({
      onFailure: (cause) => ended(cause, Manual.line(args)),
      onSuccess: (code) => Effect.succeed(code)
    }),
    Effect.provide([CliConfig.layer({ showBuiltIns: false }), Printing.layer])
  )

const layerProcess = Layer.mergeAll(
  Output.layerProcess,
  NodeTerminal.layer,
  Ask.layerInputProcess,
  NodeFileSystem.layer,
  NodePath.layer
)

/**
 * Runs `glowmarkt` as this process. The first interruption lets it say how to go
 * on, the second ends it.
 *
 * @since 0.1.0
 * @category running
 */
export const main = (args: ReadonlyArray<string>): void => {
  const ending = Effect.runSync(Ending.make)
  const program = run(args, process.env).pipe(
    Effect.provideService(Ending.Ending, ending),
    Effect.provide(layerProcess)
  )
  Interruption.runMain(ending)(program, {
    disableErrorReporting: true,
    disablePrettyLogger: true,
    teardown: (exit, leave) => {
      const code = Exit.match(exit, {
        onSuccess: (code) => (typeof code === "number" ? code : ExitCode.defect),
        onFailure: () => Effect.runSync(Ref.get(ending.code))
      })
      process.exitCode = code
      leave(code)
    }
  })
}
