import * as Codec from "@effect-glowmarkt/core/Codec"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Finding } from "../../Finding.js"
import type { RunId } from "../../Run.js"
import type { RunStoreService } from "../../RunStore.js"
import { damaged, type RunStoreError } from "../../RunStoreError.js"

export interface FindingCounts {
  readonly total: number
  readonly counts: Readonly<Record<Finding, number>>
  readonly errors: Readonly<Record<string, number>>
}

const decode = Codec.decoder(
  Schema.Struct({ values: Schema.Tuple(Schema.Array(Finding), Schema.NullOr(Schema.String)), count: Schema.Int })
)

/** Lets the store count the findings, so that no rows are read. */
export const countFindings = (store: RunStoreService, runId: RunId): Effect.Effect<FindingCounts, RunStoreError> =>
  Effect.gen(function* () {
    const counts: Record<Finding, number> = {
      healthy: 0,
      inactive: 0,
      unrecognised: 0,
      mismatch: 0,
      tokenExpired: 0,
      tokenExpiring: 0,
      dormant: 0,
      missing: 0,
      denied: 0,
      undetermined: 0
    }
    const errors: Record<string, number> = {}
    let total = 0
    for (const counted of yield* store.count(runId, [["findings"], ["problem", "kind"]])) {
      const { count, values } = yield* Effect.mapError(decode(counted), (cause) => damaged(store.file, cause))
      const [findings, kind] = values
      total += count
      for (const finding of findings) counts[finding] += count
      if (kind !== null) errors[kind] = (errors[kind] ?? 0) + count
    }
    return { total, counts, errors }
  })
