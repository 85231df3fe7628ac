/**
 * Limits the concurrency and request rate of a run, and how long it waits out an outage.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"

/**
 * The number of subjects that a run processes at a time. `"auto"` varies between 1 and 64: it grows
 * while calls succeed and halves when the provider fails.
 *
 * @since 0.1.0
 * @category models
 */
export type Concurrency = "auto" | number

/**
 * At most `limit` requests per `interval`, evenly spread.
 *
 * @since 0.1.0
 * @category models
 */
export interface Rate {
  readonly limit: number
  readonly interval: Duration.DurationInput
}

/**
 * Limits of a run. They can differ each time a run is resumed.
 *
 * - `concurrency`: how many subjects a run processes at a time. Default: `"auto"`.
 * - `rate`: the maximum request rate. Default: {@link politeRate}. Even with `"unlimited"`, a run
 *   slows down to the rate that the provider accepts, and it honours `Retry-After`. The client's
 *   own limit applies as well.
 * - `maxOutage`: how long a run waits for an unreachable provider before it fails with the latest
 *   error. Default: {@link defaultMaxOutage}. It applies to listing and to steps that are
 *   `Step.retried`. A longer `Retry-After` counts as an outage: the run keeps probing instead of
 *   ending at once.
 * - `deniedLimit`: the number of consecutive refused subjects after which the run fails with
 *   `AccessDenied` instead of recording refusals. Default: {@link defaultDeniedLimit}. With
 *   `Infinity`, every refusal is recorded as its subject's result.
 *
 * @since 0.1.0
 * @category models
 */
export interface Limits {
  readonly concurrency?: Concurrency | undefined
  readonly rate?: Rate | "unlimited" | undefined
  readonly maxOutage?: Duration.DurationInput | undefined
  readonly deniedLimit?: number | undefined
}

/**
 * 200 requests per second: about 16 concurrent callers at typical latency.
 *
 * @since 0.1.0
 * @category constants
 */
export const politeRate: Rate = { limit: 200, interval: "1 second" }

/**
 * The default of `maxOutage`: 15 minutes.
 *
 * @since 0.1.0
 * @category constants
 */
export const defaultMaxOutage: Duration.Duration = Duration.minutes(15)

/**
 * The default of `deniedLimit`: 20 subjects in a row.
 *
 * @since 0.1.0
 * @category constants
 */
export const defaultDeniedLimit = 20
