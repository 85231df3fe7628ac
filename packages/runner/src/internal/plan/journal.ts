/** The journal of a run that applies a plan, stored as notes. */
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { Journal } from "../../Journal.js"
import type { RunId } from "../../Run.js"
import type { RunStore } from "../../RunStore.js"

/**
 * A run must not continue without its journal: a step whose note cannot be stored dies, and
 * `work.ts` fails the run.
 */
export const journalOf = (store: RunStore["Type"], runId: RunId, subject: string): Context.Tag.Service<Journal> => ({
  note: (note) => Effect.orDie(store.note(runId, subject, note)),
  notes: Effect.orDie(store.notes(runId, subject))
})
