/**
 * What the store knows of an audit, finished or not. The store counts, so that no row of it is read.
 *
 * @since 0.1.0
 */
import { Finding, type Run, RunStore, RunStoreError, StatusAudit } from "@effect-glowmarkt/runner"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Found } from "./AuditSummary.js"

/**
 * Where it draws its lines: what a resumed run was started with may be other than today's defaults.
 *
 * @since 0.1.0
 * @category reading
 */
export const linesOf = ({ parameters }: Run.Run) =>
  Effect.map(Effect.orDie(StatusAudit.flow.parameters.decode(parameters)), ({ dormantFor, expiringWithin }) => ({
    dormantDays: Duration.toDays(dormantFor),
    expiringDays: Duration.toDays(expiringWithin)
  }))

const decode = Schema.decodeUnknown(
  Schema.Array(
    Schema.Struct({
      values: Schema.Tuple(Schema.Array(Finding.Finding), Schema.NullOr(Schema.String)),
      count: Schema.Int
    })
  )
)

/**
 * @since 0.1.0
 * @category reading
 */
export const found = Effect.fnUntraced(function* (
  runId: Run.RunId
): Effect.fn.Return<Found, RunStoreError.RunStoreError, RunStore.RunStore> {
  const store = yield* RunStore.RunStore
  const counted = yield* Effect.mapError(
    Effect.flatMap(store.count(runId, [["findings"], ["problem", "kind"]]), decode),
    (error) => RunStoreError.fromUnknown(store.file, error)
  )
  const counts: Record<Finding.Finding, number> = {
    healthy: 0,
    inactive: 0,
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
  for (const { count, values } of counted) {
    const [findings, kind] = values
    total += count
    for (const finding of findings) counts[finding] += count
    if (kind !== null) errors[kind] = (errors[kind] ?? 0) + count
  }
  return { total, counts, errors }
})
