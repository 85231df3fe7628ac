/**
 * Decides what the next free worker of a run does. The decision is a pure function of a snapshot of
 * the run.
 */

export interface Snapshot {
  readonly nowMillis: number
  /** The number of subjects being processed; `allowed` is the limit. */
  readonly inFlight: number
  readonly allowed: number
  /** Subjects in memory that have not been tried yet. */
  readonly untried: number
  /** Whether there are more pages of subjects to load. */
  readonly pages: "more" | "loading" | "none"
  /** When the next retry is due; `Infinity` if there is none. */
  readonly retryAtMillis: number
  readonly rateOpensAtMillis: number
  /** During an outage, when the next probe may be sent. */
  readonly probeAtMillis: number | undefined
  readonly isProbing: boolean
  /** Whether some subject has succeeded and can be read again as a probe. */
  readonly hasHealthySubject: boolean
}

export type Decision =
  | { readonly _tag: "Work"; readonly on: "retry" | "untried" }
  | { readonly _tag: "Probe" }
  | { readonly _tag: "LoadPage" }
  | { readonly _tag: "Wait"; readonly untilMillis: number }
  | { readonly _tag: "Stop" }

const retry: Decision = { _tag: "Work", on: "retry" }
const untried: Decision = { _tag: "Work", on: "untried" }
const probe: Decision = { _tag: "Probe" }
const loadPage: Decision = { _tag: "LoadPage" }
const untilWoken: Decision = { _tag: "Wait", untilMillis: Number.POSITIVE_INFINITY }
const stop: Decision = { _tag: "Stop" }

const waitUntil = (untilMillis: number): Decision => ({ _tag: "Wait", untilMillis })

/** Decides during an outage, when only one probe at a time is sent. */
const duringOutage = (run: Snapshot, probeAtMillis: number): Decision => {
  if (run.isProbing) return untilWoken
  const atMillis = Math.max(probeAtMillis, run.rateOpensAtMillis)
  if (atMillis > run.nowMillis) return waitUntil(atMillis)
  const hasSubject = run.hasHealthySubject || run.untried > 0 || run.retryAtMillis < Number.POSITIVE_INFINITY
  if (hasSubject) return probe
  return run.pages === "more" ? loadPage : untilWoken
}

export const decide = (run: Snapshot): Decision => {
  const { allowed, inFlight, nowMillis, pages, probeAtMillis, rateOpensAtMillis, retryAtMillis } = run
  const isEmpty = run.untried === 0 && pages === "none" && retryAtMillis === Number.POSITIVE_INFINITY
  if (isEmpty) return inFlight === 0 ? stop : untilWoken
  if (probeAtMillis !== undefined) return duringOutage(run, probeAtMillis)
  if (inFlight >= allowed) return untilWoken
  if (rateOpensAtMillis > nowMillis) return waitUntil(rateOpensAtMillis)
  if (retryAtMillis <= nowMillis) return retry
  if (run.untried > 0) return untried
  return pages === "more" ? loadPage : waitUntil(retryAtMillis)
}
