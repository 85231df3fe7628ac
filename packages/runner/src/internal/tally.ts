import * as Schema from "effect/Schema"
import { Audited, notYet } from "../AuditRow.js"
import type { Finding } from "../Finding.js"
import type { StoredRow } from "../RunStore.js"

const Counted = Audited.pipe(Schema.pick("findings", "problem"))

type Counted = typeof Counted.Type

const decode = Schema.decodeUnknownEither(Counted)

/** Of a row only what is counted: reading the rest takes five times as long. */
export const read = ({ outcome, result }: StoredRow) => decode(outcome === "unprocessed" ? notYet : result)

export interface Tally {
  readonly total: number
  readonly counts: Record<Finding, number>
  readonly errors: Record<string, number>
}

export const empty: Tally = {
  total: 0,
  counts: {
    healthy: 0,
    inactive: 0,
    mismatch: 0,
    tokenExpired: 0,
    tokenExpiring: 0,
    dormant: 0,
    missing: 0,
    denied: 0,
    undetermined: 0
  },
  errors: {}
}

export const add = ({ counts, errors, total }: Tally, { findings, problem }: Counted): Tally => {
  const next = { ...counts }
  for (const finding of findings) {
    next[finding] += 1
  }
  return {
    total: total + 1,
    counts: next,
    errors: problem === undefined ? errors : { ...errors, [problem.kind]: (errors[problem.kind] ?? 0) + 1 }
  }
}
