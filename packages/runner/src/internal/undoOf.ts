import { RunId } from "../Run.js"

/** The run that takes back what another one did. A run id may have 100 characters, and the mark must fit. */
export const undoOf = (runId: RunId): RunId => RunId.make(`${runId.slice(0, 95)}.undo`)
