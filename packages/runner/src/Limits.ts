/**
 * How hard a run works, and what it puts up with.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"

/**
 * How many subjects a run works on at a time: exactly so many, or `"auto"`: between 1 and 64, more as long as calls
 * succeed, half as many when the provider fails.
 *
 * @since 0.1.0
 * @category models
 */
export type Concurrency = "auto" | number

/**
 * At most `limit` requests in every `interval`, evenly spread.
 *
 * @since 0.1.0
 * @category models
 */
export interface Rate {
  readonly limit: number
  readonly interval: Duration.DurationInput
}

/**
 * Any of these may differ each time a run is resumed.
 *
 * - `concurrency`: how many subjects a run works on at a time. Default: `"auto"`.
 * - `rate`: how many requests it sends at most. Default: {@link politeRate}. However high, or `"unlimited"`, a run slows
 *   down to what the provider grants, and observes its `Retry-After`. A limit of the client's own holds beside it.
 * - `maxOutage`: how long a run waits for an unreachable provider before it fails with the latest error. Default:
 *   {@link defaultMaxOutage}. This holds for the listing, and for steps that are `Step.retried`. A longer `Retry-After`
 *   counts as an outage: the run keeps probing instead of ending at once.
 * - `deniedLimit`: after how many subjects in a row whose credentials were refused the run fails with `AccessDenied`,
 *   instead of recording the refusals. Default: 20. With `Infinity` each refusal is a result of its subject.
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
 * 200 requests a second: what 16 callers at a time come to with a usual latency.
 *
 * @since 0.1.0
 * @category constants
 */
export const politeRate: Rate = { limit: 200, interval: "1 second" }

/**
 * 15 minutes.
 *
 * @since 0.1.0
 * @category constants
 */
export const defaultMaxOutage: Duration.Duration = Duration.minutes(15)
