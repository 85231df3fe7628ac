/**
 * How many subjects a run works on at a time: a number, or found out while it works.
 *
 * `"auto"` works as TCP does with its window: it begins small, grows while answers come well and all
 * of the window is in use, and shrinks by a factor when the provider refuses, fails or becomes slow. What was
 * begun before a shrink is old news and shrinks it no further. Everything here is pure.
 *
 * @since 0.1.0
 */

/**
 * `"auto"`, or exactly so many.
 *
 * @since 0.1.0
 * @category models
 */
export type Concurrency = "auto" | number

/**
 * How many there may be now, and what is known of the latency.
 *
 * - `limit` can have a fraction, which grows into the next whole number; {@link allowed} is what counts.
 * - Below `threshold` the limit doubles from round to round, above it grows by one.
 * - `floorMillis` is the latency of an idle provider, `latencyMillis` the present one, smoothed.
 *
 * @since 0.1.0
 * @category models
 */
export interface Window {
  readonly min: number
  readonly max: number
  readonly limit: number
  readonly threshold: number
  readonly floorMillis: number
  readonly latencyMillis: number
  readonly shrunkAtMillis: number
}

/**
 * When the work on a subject began and ended.
 *
 * @since 0.1.0
 * @category models
 */
export interface Span {
  readonly beganMillis: number
  readonly endedMillis: number
}

/**
 * The most that `"auto"` ever comes to.
 *
 * @since 0.1.0
 * @category constants
 */
export const autoMax = 64

const autoStart = 4

const shrinkBy = { slow: 0.8, refused: 0.7, failed: 0.5 }

const smoothing = 0.1

// The floor drifts up slowly: what was fast an hour ago may never be so again.
const forgetting = 0.0005

/** "Well above its floor": tripled, and by more than chance and a busy machine explain. */
const slowAbove = (floorMillis: number) => 3 * floorMillis + 50

/**
 * At least one, whatever was asked for: without workers a run would end with nothing done.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (concurrency: Concurrency): Window => {
  const fixed = concurrency === "auto" ? undefined : concurrency >= 1 ? Math.floor(concurrency) : 1
  return {
    min: fixed ?? 1,
    max: fixed ?? autoMax,
    limit: fixed ?? autoStart,
    threshold: Number.POSITIVE_INFINITY,
    floorMillis: Number.POSITIVE_INFINITY,
    latencyMillis: 0,
    shrunkAtMillis: Number.NEGATIVE_INFINITY
  }
}

/**
 * After an outage: what was learned of failures is over, it begins as at first.
 *
 * @since 0.1.0
 * @category transitions
 */
export const afresh = (window: Window): Window => ({
  ...window,
  limit: Math.min(window.max, Math.max(window.min, autoStart)),
  threshold: Number.POSITIVE_INFINITY
})

/**
 * How many subjects may be worked on now.
 *
 * @since 0.1.0
 * @category decisions
 */
export const allowed = ({ limit }: Window): number => Math.floor(limit)

const shrink = (window: Window, { beganMillis, endedMillis }: Span, reason: keyof typeof shrinkBy): Window => {
  if (beganMillis <= window.shrunkAtMillis) return window
  const limit = Math.max(window.min, window.limit * shrinkBy[reason])
  return {
    ...window,
    limit,
    threshold: limit,
    // The answers to come are to a smaller crowd: they are judged on their own.
    latencyMillis: window.floorMillis === Number.POSITIVE_INFINITY ? 0 : window.floorMillis,
    shrunkAtMillis: endedMillis
  }
}

/**
 * After an answer, while `busy` subjects were worked on.
 *
 * @since 0.1.0
 * @category transitions
 */
export const answered = (window: Window, span: Span, busy: number): Window => {
  const took = Math.max(0, span.endedMillis - span.beganMillis)
  const { floorMillis, latencyMillis, limit, max, min, shrunkAtMillis, threshold } = window
  const floor = took < floorMillis ? took : floorMillis + (took - floorMillis) * forgetting
  const latency = floorMillis === Number.POSITIVE_INFINITY ? took : latencyMillis + (took - latencyMillis) * smoothing
  // A window that is not in use says nothing of what the provider would bear.
  const grown = busy < Math.floor(limit) ? limit : Math.min(max, limit + (limit < threshold ? 1 : 1 / limit))
  // Field by field: this is done for every answer, and a spread costs as much as all the rest.
  const seen = { min, max, limit: grown, threshold, floorMillis: floor, latencyMillis: latency, shrunkAtMillis }
  return latency > slowAbove(floor) ? shrink({ ...seen, limit }, span, "slow") : seen
}

/**
 * After a refusal for the number of requests (429).
 *
 * @since 0.1.0
 * @category transitions
 */
export const refused = (window: Window, span: Span): Window => shrink(window, span, "refused")

/**
 * After a failure of the provider or the connection.
 *
 * @since 0.1.0
 * @category transitions
 */
export const failed = (window: Window, span: Span): Window => shrink(window, span, "failed")
