import { sha256 } from "js-sha256"
import { RunId } from "../../Run.js"

const mark = ".undo"

/** Characters that a run id may have. */
const longest = 100

/** Of the id's SHA-256, in hexadecimal digits: no two ids have these in common. */
const digits = 32

const cut = (runId: RunId) => {
  const digest = sha256(runId).slice(0, digits)
  return `${runId.slice(0, longest - mark.length - digits - 1)}.${digest}`
}

/** The run that takes back what another one did: no other run's, also where the id must be cut to make room for the mark. */
export const rollbackRunId = (runId: RunId): RunId =>
  RunId.make(`${runId.length + mark.length <= longest ? runId : cut(runId)}${mark}`)
