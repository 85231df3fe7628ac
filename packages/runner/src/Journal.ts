/**
 * Records writes to the server before they are sent, per subject.
 *
 * If a process dies between a call and its result, the journal is the only trace of that call. The
 * resumed run then knows that it may have been sent: it treats a change that it finds as its own,
 * and does not repeat a write that cannot be verified.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/**
 * The service behind the tag {@link Journal}.
 *
 * @since 0.1.0
 * @category models
 */
export interface JournalService {
  /** Returns once the note is stored so that it survives the death of the process. */
  readonly note: (note: string) => Effect.Effect<void>
  /** All notes of this run, oldest first. */
  readonly notes: Effect.Effect<ReadonlyArray<string>>
}

/**
 * The journal of one subject. Outside a run that applies a plan, nothing is recorded.
 *
 * @since 0.1.0
 * @category services
 */
export class Journal extends Context.Reference<Journal>()("@effect-glowmarkt/runner/Journal", {
  defaultValue: (): JournalService => ({ note: () => Effect.void, notes: Effect.succeed([]) })
}) {}

const writes = "writes"
const retracted = "did not write"

/**
 * Records a write before sending it. If the write provably had no effect, retracts the note.
 *
 * @example
 * ```ts
 * import { Journal } from "@effect-glowmarkt/runner"
 * import { AdminAccounts, type Identifier } from "@effect-glowmarkt/core"
 * import { Effect } from "effect"
 *
 * const rename = (accountId: Identifier.AccountId, name: string) =>
 *   Effect.flatMap(AdminAccounts.AdminAccounts, (admin) => Journal.recordWrite(admin.rename(accountId, name)))
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const recordWrite = <A, E extends { readonly mayHaveBeenApplied: boolean }, R>(
  write: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.flatMap(Journal, ({ note }) =>
    Effect.zipRight(
      note(writes),
      Effect.tapError(write, ({ mayHaveBeenApplied }) => (mayHaveBeenApplied ? Effect.void : note(retracted)))
    )
  )

/**
 * Retracts the latest write: a read showed that it had no effect.
 *
 * @example
 * ```ts
 * import { Journal } from "@effect-glowmarkt/runner"
 * import { Effect } from "effect"
 *
 * const retractIf = (hadNoEffect: boolean) => Effect.when(Journal.retract, () => hadNoEffect)
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const retract: Effect.Effect<void> = Effect.flatMap(Journal, ({ note }) => note(retracted))

/**
 * What the journal knows about writes to a subject: none was sent, the latest had no effect, or the
 * latest may have taken effect.
 *
 * @since 0.1.0
 * @category models
 */
export type WriteStatus = "nothing" | "retracted" | "written"

/**
 * Returns what the journal knows about writes to the current subject.
 *
 * @example
 * ```ts
 * import { Journal } from "@effect-glowmarkt/runner"
 * import { Console, Effect } from "effect"
 *
 * const logWriteStatus = Effect.flatMap(Journal.writeStatus, (status) => Console.log(status))
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const writeStatus: Effect.Effect<WriteStatus> = Effect.flatMap(Journal, ({ notes }) =>
  Effect.map(notes, (all): WriteStatus => {
    const latest = all.findLast((note) => note === writes || note === retracted)
    return latest === undefined ? "nothing" : latest === writes ? "written" : "retracted"
  })
)
