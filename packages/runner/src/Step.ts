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
 * What a step may know of the run it belongs to. Use `startedAt` where a clock
 * would otherwise be read: a resumed run then decides as the first attempt did.
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
 * A step takes one subject to the wanted end and says what it found or did.
 *
 * It may run twice for one subject (the process died between the act and its
 * record), so running it again must be harmless: read, compare, write only if
 * needed, verify. What goes wrong with *this* subject belongs into the result;
 * the error channel is for what makes going on with the others pointless, and
 * ends the attempt. The run stays resumable then. {@link retried} is for steps
 * that leave it to the run which of the two a failed call is.
 *
 * @since 0.1.0
 * @category models
 */
export type Step<Subject, Result, Parameters, E = never, R = never> = (
  subject: Subject,
  run: RunContext<Parameters>
) => Effect.Effect<Result, E, R>

/**
 * A call of a step failed: `failure`. `result` is what the subject has if the run
 * does not try it again, and `ending` is what the run fails with if it cannot go on.
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
 * A step whose calls the run sends again, instead of the client.
 *
 * Only the run sees all subjects: it slows down where the provider refuses, waits out an outage, tries
 * a subject again while others succeed, and ends, resumable, when the credentials are no longer good for anything. So
 * inside such a step the client's own retry is off, and its failures of the `GlowmarktError` family are left in the
 * error channel. `settle` says what is recorded of a subject whose failure is final: it is not
 * transient, or came again too often.
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
          // A run ends only with what is transient or with `AccessDenied`, and all of these are `CallError`s.
          failure as Extract<E, CallError>
        )
      )
    )
