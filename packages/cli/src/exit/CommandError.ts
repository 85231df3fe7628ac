/**
 * What a command can end with instead of succeeding.
 *
 * @since 0.1.0
 */
import type * as ValidationError from "@effect/cli/ValidationError"
import type * as PlatformError from "@effect/platform/Error"
import type * as Terminal from "@effect/platform/Terminal"
import type { GlowmarktError } from "@effect-glowmarkt/core"
import type {
  ApplyResult,
  AuditDiff,
  Consent,
  Converge,
  CsvInput,
  PasswordFile,
  Plan,
  Run,
  RunStoreError
} from "@effect-glowmarkt/runner"
import type { Simulator } from "@effect-glowmarkt/simulator"
import type * as ConfigError from "effect/ConfigError"
import * as Data from "effect/Data"

/**
 * The command line or the environment asks for something that cannot be done as
 * it stands. `message` is one line or two, the last of which says what to do.
 *
 * @since 0.1.0
 * @category errors
 */
export class UsageError extends Data.TaggedError("UsageError")<{ readonly message: string }> {}

/**
 * The command ran to its end, and its end is not what was hoped for.
 *
 * @since 0.1.0
 * @category errors
 */
export class Unfinished extends Data.TaggedError("Unfinished")<{ readonly message: string }> {}

/**
 * There is no server at the address.
 *
 * @since 0.1.0
 * @category errors
 */
export class Unreachable extends Data.TaggedError("Unreachable")<{
  readonly origin: string
  readonly code: string
  /** The proxy, if it is what cannot be reached. */
  readonly proxy?: string
}> {
  override get message() {
    const reason = this.code.replace(/^PROXY_/, "")
    if (this.proxy !== undefined) {
      return `Cannot reach ${this.origin}: its proxy ${this.proxy} fails (${reason}). Nothing was done.\nCheck HTTPS_PROXY, HTTP_PROXY and NO_PROXY.`
    }
    const check = /SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/.test(reason)
      ? "If its certificate is signed by an authority of your own, name the file of that authority's certificate in NODE_EXTRA_CA_CERTS."
      : "Check GLOWMARKT_BASE_URL, and the network."
    return `Cannot reach ${this.origin} (${reason}). Nothing was done.\n${check}`
  }
}

/**
 * A run ended before all of it was done; `next` says what is kept and how to go on.
 *
 * @since 0.1.0
 * @category errors
 */
export class RunInterrupted extends Data.TaggedError("RunInterrupted")<{
  readonly error: CommandError
  readonly next: string
}> {}

/**
 * @since 0.1.0
 * @category errors
 */
export type CommandError =
  | UsageError
  | Unfinished
  | Unreachable
  | RunInterrupted
  | GlowmarktError.GlowmarktError
  | ConfigError.ConfigError
  | PlatformError.PlatformError
  | Terminal.QuitException
  | ValidationError.ValidationError
  | Run.RunNotFound
  | Run.RunMismatch
  | Run.RunUnfinished
  | RunStoreError.RunStoreError
  | AuditDiff.NotComparable
  | CsvInput.InvalidCsv
  | Plan.InvalidPlan
  | ApplyResult.PlanMismatch
  | ApplyResult.PlanNeeded
  | Consent.ConsentMismatch
  | Converge.Refused
  | PasswordFile.PasswordFileError
  | Simulator.ListenError
