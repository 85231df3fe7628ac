/** The journal of a run that applies a plan: notes in its store. */
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { Journal } from "../../Journal.js"
import type { RunId } from "../../Run.js"
import type { RunStore } from "../../RunStore.js"

/** Without its journal a run must not continue: a step whose note cannot be kept dies, and `work.ts` ends the run with the reason. */
export const journalOf = (store: RunStore["Type"], runId: RunId, subject: string): Context.Tag.Service<Journal> => ({
  note: (note) => Effect.orDie(store.note(runId, subject, note)),
  notes: Effect.orDie(store.notes(runId, subject))
})
