/**
 * What a run wrote down before it wrote to the server, subject by subject.
 *
 * A process that dies between a call and its record leaves no other trace of the call. With its journal the run that
 * goes on knows that it had begun: what it finds is then its own work, and what it cannot see it does not do twice.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/**
 * The pages of one subject: `note` returns when the remark would survive the death of the process, `notes` are all
 * remarks of this run, those of earlier attempts first.
 *
 * Outside of a run that applies a plan nothing is kept.
 *
 * @since 0.1.0
 * @category services
 */
export class Journal extends Context.Reference<Journal>()("@effect-glowmarkt/runner/Journal", {
  defaultValue: (): {
    readonly note: (note: string) => Effect.Effect<void>
    readonly notes: Effect.Effect<ReadonlyArray<string>>
  } => ({ note: () => Effect.void, notes: Effect.succeed([]) })
}) {}

const writes = "writes"
const struck = "did not write"

/**
 * A write, noted before it is sent. Where it provably was not carried out the note is struck out.
 *
 * @example
 * ```ts
 * import { Journal } from "@effect-glowmarkt/runner"
 * import { AdminAccounts, type Identifier } from "@effect-glowmarkt/core"
 * import { Effect } from "effect"
 *
 * const rename = (accountId: Identifier.AccountId, name: string) =>
 *   Effect.flatMap(AdminAccounts.AdminAccounts, (admin) => Journal.writing(admin.rename(accountId, name)))
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const writing = <A, E extends { readonly mayHaveBeenApplied: boolean }, R>(
  write: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.flatMap(Journal, ({ note }) =>
    Effect.zipRight(
      note(writes),
      Effect.tapError(write, ({ mayHaveBeenApplied }) => (mayHaveBeenApplied ? Effect.void : note(struck)))
    )
  )

/**
 * Strikes out the latest write: reading showed that it was not carried out.
 *
 * @since 0.1.0
 * @category combinators
 */
export const strike: Effect.Effect<void> = Effect.flatMap(Journal, ({ note }) => note(struck))

/**
 * What the journal says of writes to a subject: none was begun, the latest was not carried out, or it was or may have been.
 *
 * @since 0.1.0
 * @category models
 */
export type Standing = "nothing" | "struck" | "written"

/**
 * @since 0.1.0
 * @category reading
 */
export const standing: Effect.Effect<Standing> = Effect.flatMap(Journal, ({ notes }) =>
  Effect.map(notes, (all): Standing => {
    const latest = all.findLast((note) => note === writes || note === struck)
    return latest === undefined ? "nothing" : latest === writes ? "written" : "struck"
  })
)
