/**
 * One convergent action on one subject.
 *
 * @since 0.1.0
 */
import type { CallError, GlowmarktError } from "@effect-glowmarkt/core/GlowmarktError"
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { unretried } from "./internal/scheduler/unretried.js"
import type { RunId } from "./Run.js"

/**
 * The run a step belongs to. Use `startedAt` instead of the current time, so that a resumed run
 * decides as the original one did.
 *
 * @since 0.1.0
 * @category models
 */
export interface RunContext<Parameters> {
  readonly runId: RunId
  readonly startedAt: DateTime.Utc
  readonly parameters: Parameters
}

/**
 * A step brings one subject to the wanted state and returns the result.
 *
 * It may run twice for one subject, if the process dies before the result is recorded, so it must
 * be idempotent: read, compare, write only if needed, verify. Put a failure of this subject into
 * the result. Use the error channel for failures that affect all subjects: they stop the run, which
 * can be resumed. {@link retried} lets the run decide which of the two a failed call is.
 *
 * @since 0.1.0
 * @category models
 */
export type Step<Subject, Result, Parameters, E = never, R = never> = (
  subject: Subject,
  run: RunContext<Parameters>
) => Effect.Effect<Result, E, R>

/**
 * A failed call of a step. `result` is recorded if the run gives up on the subject. `ending` is the
 * error that the run fails with if it cannot continue.
 *
 * @since 0.1.0
 * @category models
 */
export class TransientFailure<out Result, out E> {
  constructor(
    readonly failure: GlowmarktError,
    readonly result: Result,
    readonly ending: E
  ) {}
}

/**
 * Makes a step whose calls are retried by the run instead of the client.
 *
 * Only the run knows about all subjects: it slows down after a 429, waits out an outage, retries a
 * subject while others succeed, and stops (and can be resumed) if the credentials are refused for
 * every subject. Inside such a step the client's own retry is off, and errors of the
 * `GlowmarktError` family stay in the error channel. `settle` returns the result of a subject whose
 * failure is final, because it is not transient or was retried too often.
 *
 * @example
 * ```ts
 * import { AdminAccounts } from "@effect-glowmarkt/core"
 * import { Step } from "@effect-glowmarkt/runner"
 * import { Effect } from "effect"
 * import type { Identifier } from "@effect-glowmarkt/core"
 *
 * const statusWord = Step.retried(
 *   (accountId: Identifier.AccountId) =>
 *     Effect.flatMap(AdminAccounts.AdminAccounts, (admin) =>
 *       Effect.map(admin.status(accountId), ({ status }) => `is ${status}`)
 *     ),
 *   (failure) => failure._tag
 * )
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const retried =
  <Subject, Result, Parameters, E extends GlowmarktError, R>(
    step: Step<Subject, Result, Parameters, E, R>,
    settle: (failure: E, subject: Subject, run: RunContext<Parameters>) => NoInfer<Result>
  ): Step<Subject, Result, Parameters, TransientFailure<Result, Extract<E, CallError>>, R> =>
  (subject, run) =>
    Effect.catchAll(unretried(step(subject, run)), (failure) =>
      Effect.fail(
        new TransientFailure(
          failure,
          settle(failure, subject, run),
          // A run stops only for transient failures and `AccessDenied`, which are all `CallError`s.
          failure as Extract<E, CallError>
        )
      )
    )
