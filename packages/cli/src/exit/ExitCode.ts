/**
 * What the process says to the script that started it.
 *
 * @since 0.1.0
 */
import type { CommandError } from "./CommandError.js"

/**
 * @since 0.1.0
 * @category models
 */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 70 | 130

/**
 * Every exit code with what it means, as the help shows it.
 *
 * @since 0.1.0
 * @category documentation
 */
export const meanings: ReadonlyArray<readonly [code: ExitCode, meaning: string]> = [
  [0, "all well"],
  [1, "finished, but something failed or differs, or --fail-on was met"],
  [2, "wrong usage or configuration, or a file that cannot be read or written"],
  [3, "credentials refused"],
  [4, "server unreachable, or it does not answer as it should: what was asked for is not finished"],
  [70, "a defect of glowmarkt itself"],
  [130, "interrupted; what is done is kept"]
]

type Table = {
  readonly [Tag in CommandError["_tag"]]:
    | ExitCode
    | ((error: Extract<CommandError, { readonly _tag: Tag }>) => ExitCode)
}

const table: Table = {
  UsageError: 2,
  Unfinished: 1,
  Unreachable: 4,
  // What has not come to its end is not "finished, but": if it is nobody's usage, it is the server's answer.
  RunInterrupted: ({ error }) => {
    const code = fromError(error)
    return code === 1 ? 4 : code
  },

  AccessDenied: 3,
  // What no header can carry comes from the environment. A certificate that is not accepted is as good as no server.
  TransportError: ({ code }) => (code === "INVALID_REQUEST" ? 2 : 4),
  InvalidInput: 2,
  MissingElements: 1,
  IncorrectElements: 1,
  WeakPassword: 1,
  // 404 where no account is named: the base URL is wrong. 408 and 425 ask to come back later.
  BadRequest: (error) => (error.status === 404 ? 2 : error.isTransient ? 4 : 1),
  AccountNotFound: 1,
  Rejected: 1,
  // These say nothing of what was asked for, and something of the server: come back later.
  RateLimited: 4,
  ServerError: 4,
  InvalidResponse: 4,
  RequestTimeout: 4,

  ConfigError: 2,
  BadArgument: 2,
  // The file system refused what was asked of it: a path on the command line, or the disk is full.
  SystemError: 2,
  // Ctrl-C or Ctrl-D at a question.
  QuitException: 130,
  ListenError: 2,

  RunNotFound: 2,
  RunMismatch: 2,
  RunUnfinished: 2,
  RunStoreError: 2,

  NotComparable: 2,
  InvalidCsv: 2,
  InvalidPlan: 2,
  PlanMismatch: 2,
  PlanNeeded: 2,
  ConsentMismatch: 2,
  Refused: 2,
  PasswordFileError: 2,

  CommandMismatch: 2,
  CorrectedFlag: 2,
  HelpRequested: 2,
  InvalidArgument: 2,
  InvalidValue: 2,
  MissingFlag: 2,
  MissingValue: 2,
  MissingSubcommand: 2,
  MultipleValuesDetected: 2,
  NoBuiltInMatch: 2,
  UnclusteredFlag: 2
}

/**
 * @since 0.1.0
 * @category decisions
 */
export const fromError = <E extends CommandError>(error: E): ExitCode => {
  // The table has one entry a tag, made for the error of that tag; the compiler loses that link on a union.
  const entry = table[error._tag] as ExitCode | ((error: E) => ExitCode)
  return typeof entry === "function" ? entry(error) : entry
}

/** What a run without complaint ends with. */
export const done: ExitCode = 0

/** What a run that was interrupted ends with. */
export const interrupted: ExitCode = 130

/** What a run that met a defect of its own ends with. */
export const defect: ExitCode = 70
