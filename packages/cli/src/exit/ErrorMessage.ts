/**
 * The text printed for an error: a line or two with a remedy, never a stack.
 *
 * @since 0.1.0
 */
import type * as PlatformError from "@effect/platform/Error"
import * as GlowmarktError from "@effect-glowmarkt/core/GlowmarktError"
import * as Run from "@effect-glowmarkt/runner/Run"
import type * as RunStoreError from "@effect-glowmarkt/runner/RunStoreError"
import * as Arr from "effect/Array"
import * as Cause from "effect/Cause"
import type * as ConfigError from "effect/ConfigError"
import * as Help from "../help/Help.js"
import type { CommandError } from "./CommandError.js"

const config = (error: ConfigError.ConfigError): string => {
  switch (error._op) {
    case "And":
    case "Or":
      return config(error.left)
    case "MissingData":
      return `${error.path.join(".")} is not set. Set it in the environment or in a .env file.`
    case "InvalidData":
    case "Unsupported":
    case "SourceUnavailable":
      return `${error.path.join(".")}: ${error.message}`
  }
}

const missing = /^Expected to find option: '(.*)'$/

/** Combines the library's lines about missing options, one per option, into one sentence. */
const validation = (message: string): string => {
  const lines = message.split("\n")
  const names = lines.flatMap((line) => missing.exec(line)?.[1] ?? [])
  const [first, ...others] = names
  if (first === undefined) return message
  const which =
    others.length === 0 ? `The option ${first} is missing.` : `The options ${names.join(" and ")} are missing.`
  return [which, ...lines.filter((line) => !missing.test(line))].join("\n")
}

// Operating system errors whose own messages only programmers understand.
const systemMessages: ReadonlyArray<readonly [code: string, words: string]> = [
  ["ENOSPC", "the disk is full. Free some space, or choose another path"],
  ["EFBIG", "the file is too large. Raise the limit (ulimit -f), or choose another path"],
  ["EDQUOT", "the disk quota is used up. Free some space, or choose another path"],
  ["ENOENT", "no such file or directory"],
  ["EACCES", "permission denied"],
  ["EPERM", "operation not permitted"],
  ["EROFS", "the file system is read-only"],
  ["EISDIR", "is a directory"],
  ["ENOTDIR", "not a directory"]
]

const system = (error: PlatformError.SystemError): string => {
  const path = error.pathOrDescriptor === undefined ? "" : `${error.pathOrDescriptor}: `
  const description = error.description ?? error.reason
  const entry = systemMessages.find(([code]) => description.startsWith(`${code}:`))
  return `${path}${entry?.[1] ?? description}`
}

/** The options and variables behind a run's parameters. */
const parameterNames: Readonly<Record<string, string>> = {
  dormantFor: "--dormant-days",
  expiringWithin: "--expiring-days",
  only: "--only",
  where: "--where",
  sample: "--sample",
  origin: "the server (GLOWMARKT_BASE_URL)",
  applicationId: "the application (GLOWMARKT_APPLICATION_ID)"
}

const mismatch = (error: Run.RunMismatch): string =>
  new Run.RunMismatch({
    runId: error.runId,
    differences: Arr.map(error.differences, (difference) => ({
      ...difference,
      name: parameterNames[difference.name] ?? difference.name
    }))
  }).message

const storeError = ({ message }: RunStoreError.RunStoreError): string =>
  message.replace("se another file", "se another file with --store")

/**
 * Returns the text for any error. `help` is the command that shows the usage.
 *
 * @since 0.1.0
 * @category reports
 */
export const text = (error: CommandError, help: string): string => {
  switch (error._tag) {
    case "ConfigError":
      return config(error)
    case "QuitException":
      return "Cancelled. Nothing was changed."
    case "CommandMismatch":
    case "CorrectedFlag":
    case "HelpRequested":
    case "InvalidArgument":
    case "InvalidValue":
    case "MissingFlag":
    case "MissingValue":
    case "MissingSubcommand":
    case "MultipleValuesDetected":
    case "NoBuiltInMatch":
    case "UnclusteredFlag":
      return `${validation(Help.plain(error.error))}\nSee ${help}`
    case "SystemError":
      return system(error)
    case "RunMismatch":
      return mismatch(error)
    case "RunStoreError":
      return storeError(error)
    case "RunInterrupted":
      return `${text(error.error, help)}\n${error.next}`
    default:
      return GlowmarktError.explanation(error)
  }
}

/**
 * Returns the text for a defect: one line that describes it, and one that says how to get the
 * details.
 *
 * @since 0.1.0
 * @category reports
 */
export const defect = (cause: Cause.Cause<unknown>): string => {
  const problem = Cause.squash(cause)
  const [line = ""] = String(problem instanceof Error ? problem.message : problem).split("\n")
  return `Internal error in glowmarkt: ${line}\nTo get details, run the command again with --log-level debug. Please report this error.`
}
