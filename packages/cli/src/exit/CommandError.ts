/**
 * The errors of a command.
 *
 * @since 0.1.0
 */

import type * as ValidationError from "@effect/cli/ValidationError"
import type * as PlatformError from "@effect/platform/Error"
import type * as Terminal from "@effect/platform/Terminal"
import type { Cluster } from "@effect-glowmarkt/cluster"
import type { GlowmarktError } from "@effect-glowmarkt/core"
import { isUntrustedIssuer } from "@effect-glowmarkt/core/GlowmarktError"
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
 * The command line, the environment or a file needs to be corrected. The last line of `message`
 * says how to correct it.
 *
 * @since 0.1.0
 * @category errors
 */
export class UsageError extends Data.TaggedError("UsageError")<{ readonly message: string }> {}

/**
 * The command finished, but some of its work failed, was declined, or found differences.
 *
 * @since 0.1.0
 * @category errors
 */
export class Unfinished extends Data.TaggedError("Unfinished")<{ readonly message: string }> {}

/**
 * No connection to the server can be made.
 *
 * @since 0.1.0
 * @category errors
 */
export class Unreachable extends Data.TaggedError("Unreachable")<{
  readonly origin: string
  readonly code: string
  /** The address of the proxy, if it was the proxy that failed. */
  readonly proxy?: string
}> {
  override get message() {
    const reason = this.code.replace(/^PROXY_/, "")
    if (this.proxy !== undefined) {
      return `Cannot reach ${this.origin}: the proxy ${this.proxy} failed (${reason}). Nothing was done.\nCheck HTTPS_PROXY, HTTP_PROXY and NO_PROXY.`
    }
    const check = isUntrustedIssuer(reason)
      ? "If the server uses a private certificate authority, set NODE_EXTRA_CA_CERTS to that authority's certificate file."
      : "Check GLOWMARKT_BASE_URL and the network."
    return `Cannot reach ${this.origin} (${reason}). Nothing was done.\n${check}`
  }
}

/**
 * A run stopped early. `next` says what was saved and how to resume.
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
  | Cluster.RunActive
  | Cluster.RunStopped
  | AuditDiff.NotComparable
  | CsvInput.InvalidCsv
  | Plan.InvalidPlan
  | ApplyResult.PlanMismatch
  | ApplyResult.PlanNeeded
  | Consent.ConsentMismatch
  | Converge.Refused
  | PasswordFile.PasswordFileError
  | Simulator.ListenError
