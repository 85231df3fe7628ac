/** The journal of a run that applies a plan: notes in its store. */
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { Journal } from "../../Journal.js"
import type { RunId } from "../../Run.js"
import { RunStore } from "../../RunStore.js"
import type { RunStoreError } from "../../RunStoreError.js"
import * as failFast from "../run/failFast.js"

export type JournalOf = (runId: RunId, subject: string) => Context.Tag.Service<Journal>

/** Without its journal a run must not go on: a note that cannot be kept fails the attempt. */
export const during = <A, E, R>(
  use: (journalOf: JournalOf) => Effect.Effect<A, E, R>
): Effect.Effect<A, E | RunStoreError, R | RunStore> =>
  Effect.flatMap(RunStore, (store) =>
    failFast.during<RunStoreError, A, E, R>((fail) =>
      use((runId, subject) => ({
        note: (note) => Effect.catchAll(store.note(runId, subject, note), fail),
        notes: Effect.catchAll(store.notes(runId, subject), fail)
      }))
    )
  )
