/** The journal of a run that applies a plan, stored as notes. */
import * as Effect from "effect/Effect"
import type { JournalService } from "../../Journal.js"
import type { RunId } from "../../Run.js"
import type { RunStoreService } from "../../RunStore.js"

/**
 * A run must not continue without its journal: a step whose note cannot be stored dies, and
 * `work.ts` fails the run.
 */
export const journalOf = (store: RunStoreService, runId: RunId, subject: string): JournalService => ({
  note: (note) => Effect.orDie(store.note(runId, subject, note)),
  notes: Effect.orDie(store.notes(runId, subject))
})
