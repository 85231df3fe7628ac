/**
 * The exit codes of `glowmarkt`.
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
 * The meaning of every exit code, as in the help.
 *
 * @since 0.1.0
 * @category constants
 */
export const meanings: ReadonlyArray<readonly [code: ExitCode, meaning: string]> = [
  [0, "success"],
  [1, "finished, but something failed, differs or was skipped, or --fail-on matched"],
  [2, "invalid usage, configuration or input, or a file that cannot be read or written"],
  [3, "credentials rejected"],
  [4, "the server is unreachable or not working properly; the command did not finish"],
  [70, "internal error in glowmarkt"],
  [130, "interrupted; finished work is saved"]
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
  // Not code 1, which means that the command finished: here the server's response stopped it.
  RunInterrupted: ({ error }) => {
    const code = fromError(error)
    return code === 1 ? 4 : code
  },

  AccessDenied: 3,
  // INVALID_REQUEST: a value from the environment cannot be sent in a header.
  TransportError: ({ code }) => (code === "INVALID_REQUEST" ? 2 : 4),
  InvalidInput: 2,
  MissingElements: 1,
  IncorrectElements: 1,
  WeakPassword: 1,
  // 404 for a path without an account means a wrong base URL. 408 and 425 ask to try again later.
  BadRequest: (error) => (error.status === 404 ? 2 : error.isTransient ? 4 : 1),
  AccountNotFound: 1,
  Rejected: 1,
  // The server's state, not the request, is at fault: try again later.
  RateLimited: 4,
  ServerError: 4,
  InvalidResponse: 4,
  RequestTimeout: 4,

  ConfigError: 2,
  BadArgument: 2,
  // For example a wrong path on the command line, or a full disk.
  SystemError: 2,
  // Ctrl-C or Ctrl-D at a prompt.
  QuitException: 130,
  ListenError: 2,

  RunNotFound: 2,
  RunMismatch: 2,
  RunUnfinished: 2,
  RunStoreError: 2,
  RunActive: 2,
  // The run was stopped on request, or it failed on a worker, which gives the reason.
  RunStopped: ({ reason }) => (reason === undefined ? 130 : 4),

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
 * @category combinators
 */
export const fromError = <E extends CommandError>(error: E): ExitCode => {
  // Safe: each entry accepts the error with its own tag, but the compiler cannot see that for a
  // union.
  const entry = table[error._tag] as ExitCode | ((error: E) => ExitCode)
  return typeof entry === "function" ? entry(error) : entry
}

/**
 * @since 0.1.0
 * @category constants
 */
export const success: ExitCode = 0

/**
 * @since 0.1.0
 * @category constants
 */
export const interrupted: ExitCode = 130

/**
 * @since 0.1.0
 * @category constants
 */
export const defect: ExitCode = 70
