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
import * as InterruptedExit from "./exit/InterruptedExit.js"
import * as Signals from "./exit/Signals.js"
import * as HelpCommand from "./help/HelpCommand.js"
import * as ConsoleLayer from "./terminal/ConsoleLayer.js"
import * as Output from "./terminal/Output.js"
import * as Prompt from "./terminal/Prompt.js"

const manifest: { readonly version: string } = createRequire(import.meta.url)("../package.json")

/**
 * The services that `run` needs from the process.
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
  | InterruptedExit.InterruptedExit

const cli = Command.run(Commands.root, { name: "glowmarkt", version: manifest.version })

const printError = (error: CommandError, help: string) =>
  Effect.as(Output.note(ErrorMessage.text(error, help)), ExitCode.fromError(error))

const exitCodeOf = (
  cause: Cause.Cause<CommandError>,
  help: string
): Effect.Effect<ExitCode.ExitCode, never, Output.Output> =>
  Option.match(Cause.failureOption(cause), {
    onSome: (error) => printError(error, help),
    onNone: () => {
      const writeError = Output.writeErrorOf(cause)
      if (Option.isSome(writeError)) return printError(writeError.value, help)
      return Cause.isInterruptedOnly(cause)
        ? Effect.succeed(ExitCode.interrupted)
        : Effect.as(Output.note(ErrorMessage.defect(cause)), ExitCode.defect)
    }
  })

/** Fails if the working directory was removed: Node would throw for every relative path. */
const ensureWorkingDirectory = Effect.try({
  try: () => process.cwd(),
  catch: () => new UsageError({ message: "The working directory no longer exists.\nChange to another directory." })
})

/**
 * Runs `glowmarkt` with these arguments and returns the exit code. Prints errors instead of
 * failing.
 *
 * @since 0.1.0
 * @category running
 */
export const run = (
  args: ReadonlyArray<string>,
  environment: Variables.Environment
): Effect.Effect<ExitCode.ExitCode, never, Process> =>
  Effect.gen(function* () {
    const help = HelpCommand.requestedHelp(args)
    if (Option.isSome(help)) return yield* HelpCommand.show(help.value)
    const usageError = ArgvCheck.check(args)
    if (Option.isSome(usageError)) return yield* usageError.value
    yield* ensureWorkingDirectory
    const config = yield* Variables.configProvider(environment)
    // The library skips the first two arguments, which are the names of the runtime and the script.
    yield* Effect.withConfigProvider(
      cli(["node", "glowmarkt", ...StandardInput.encodeArgs(ArgvCheck.hoistSharedOptions(args))]),
      config
    )
    return ExitCode.success
  }).pipe(
    Effect.matchCauseEffect({
      onFailure: (cause) => exitCodeOf(cause, HelpCommand.helpCommandFor(args)),
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
 * Runs `glowmarkt` as the main program of this process. The first signal interrupts the command,
 * which then prints how to resume; the second ends the process at once.
 *
 * @since 0.1.0
 * @category running
 */
export const main = (args: ReadonlyArray<string>): void => {
  const interrupted = Effect.runSync(InterruptedExit.make)
  const program = run(args, process.env).pipe(
    Effect.provideService(InterruptedExit.InterruptedExit, interrupted),
    Effect.provide(layerProcess)
  )
  Signals.runMain(interrupted)(program, {
    disableErrorReporting: true,
    disablePrettyLogger: true,
    teardown: (exit, leave) => {
      const code = Exit.match(exit, {
        onSuccess: (code) => (typeof code === "number" ? code : ExitCode.defect),
        onFailure: () => Effect.runSync(Ref.get(interrupted.code))
      })
      process.exitCode = code
      leave(code)
    }
  })
}
