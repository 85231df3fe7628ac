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
import * as ArgvCheck from "./args/ArgvCheck.js"
import * as StandardInput from "./args/StandardInput.js"
import * as Commands from "./commands/Commands.js"
import * as Variables from "./config/Variables.js"
import { type CommandError, UsageError } from "./exit/CommandError.js"
import * as ErrorMessage from "./exit/ErrorMessage.js"
import * as ExitCode from "./exit/ExitCode.js"
import * as InterruptPolicy from "./exit/InterruptPolicy.js"
import * as Signals from "./exit/Signals.js"
import * as HelpCommand from "./help/HelpCommand.js"
import * as ConsoleLayer from "./terminal/ConsoleLayer.js"
import * as Output from "./terminal/Output.js"
import * as Prompt from "./terminal/Prompt.js"

const manifest: { readonly version: string } = createRequire(import.meta.url)("../package.json")

/**
 * What a run needs from the process around it.
 *
 * @since 0.1.0
 * @category models
 */
export type Process =
  | Output.Output
  | Prompt.Input
  | Terminal.Terminal
  | FileSystem.FileSystem
  | Path.Path
  | InterruptPolicy.InterruptPolicy

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

/** Relative names mean nothing, and Node throws for each, once somebody has removed the directory. */
const workingDirectory = Effect.try({
  try: () => process.cwd(),
  catch: () => new UsageError({ message: "The working directory does not exist any more.\nChange to another." })
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
    const help = HelpCommand.answer(args)
    if (Option.isSome(help)) return yield* HelpCommand.show(help.value)
    const misspelt = ArgvCheck.problem(args)
    if (Option.isSome(misspelt)) return yield* misspelt.value
    yield* workingDirectory
    const config = yield* Variables.configProvider(environment)
    // What comes first are the names of the runtime and the script, which are not looked at.
    yield* Effect.withConfigProvider(
      cli(["node", "glowmarkt", ...StandardInput.spelled(ArgvCheck.ordered(args))]),
      config
    )
    return ExitCode.done
  }).pipe(
    Effect.matchCauseEffect({
      onFailure: (cause) => ended(cause, HelpCommand.line(args)),
      onSuccess: (code) => Effect.succeed(code)
    }),
    Effect.provide([CliConfig.layer({ showBuiltIns: false }), ConsoleLayer.layer])
  )

const layerProcess = Layer.mergeAll(
  Output.layerProcess,
  NodeTerminal.layer,
  Prompt.layerInputProcess,
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
  const ending = Effect.runSync(InterruptPolicy.make)
  const program = run(args, process.env).pipe(
    Effect.provideService(InterruptPolicy.InterruptPolicy, ending),
    Effect.provide(layerProcess)
  )
  Signals.runMain(ending)(program, {
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
