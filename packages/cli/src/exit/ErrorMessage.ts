/**
 * How an error is told to the person at the prompt: a line or two that name what
 * to do, and never a stack.
 *
 * @since 0.1.0
 */
import type * as PlatformError from "@effect/platform/Error"
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

/** Of several options that are missing the library speaks line by line. */
const validation = (said: string): string => {
  const lines = said.split("\n")
  const names = lines.flatMap((line) => missing.exec(line)?.[1] ?? [])
  const [first, ...others] = names
  if (first === undefined) return said
  const which =
    others.length === 0 ? `The option ${first} is missing.` : `The options ${names.join(" and ")} are missing.`
  return [which, ...lines.filter((line) => !missing.test(line))].join("\n")
}

// The codes of the operating system, where its own words are for programmers.
const plainly: ReadonlyArray<readonly [code: string, words: string]> = [
  ["ENOSPC", "the disk is full. Make room, or name another place"],
  ["EFBIG", "the file would become too large. Raise the limit (ulimit -f), or name another place"],
  ["EDQUOT", "the quota is used up. Make room, or name another place"],
  ["ENOENT", "there is no such file or directory"],
  ["EACCES", "permission is missing"],
  ["EPERM", "permission is missing"],
  ["EROFS", "it cannot be written to: the file system is read-only"],
  ["EISDIR", "it is a directory"],
  ["ENOTDIR", "it, or a part of the path, is not a directory"]
]

const system = (error: PlatformError.SystemError): string => {
  const what = error.pathOrDescriptor === undefined ? "" : `${error.pathOrDescriptor}: `
  const said = error.description ?? error.reason
  const known = plainly.find(([code]) => said.startsWith(`${code}:`))
  return `${what}${known?.[1] ?? said}`
}

/** As the command line says it. */
const options: Readonly<Record<string, string>> = {
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
      name: options[difference.name] ?? difference.name
    }))
  }).message

const ofStore = ({ message }: RunStoreError.RunStoreError): string =>
  message.replace("se another file", "se another file with --store")

/**
 * `help` is the line that shows how the command is called.
 *
 * @since 0.1.0
 * @category rendering
 */
export const text = (error: CommandError, help: string): string => {
  switch (error._tag) {
    case "ConfigError":
      return config(error)
    case "QuitException":
      return "Cancelled: nothing was changed."
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
      return ofStore(error)
    case "RunInterrupted":
      return `${text(error.error, help)}\n${error.next}`
    default:
      return error.message
  }
}

/**
 * A mistake of ours: said in one line, with the way to the details.
 *
 * @since 0.1.0
 * @category rendering
 */
export const defect = (cause: Cause.Cause<unknown>): string => {
  const problem = Cause.squash(cause)
  const [line = ""] = String(problem instanceof Error ? problem.message : problem).split("\n")
  return `glowmarkt met a defect of its own: ${line}\nRepeat the command with --log-level debug to see where, and report it.`
}
