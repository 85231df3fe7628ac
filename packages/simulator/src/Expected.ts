/**
 * The findings that an audit of a population must report. They are derived from the traits of the
 * members, not from responses of the simulator, so tests can compare the two.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import { instant, type Member, type Population } from "./Population.js"

/**
 * @since 0.1.0
 * @category models
 */
export type Finding =
  | "healthy"
  | "inactive"
  | "unrecognised"
  | "mismatch"
  | "tokenExpired"
  | "tokenExpiring"
  | "dormant"
  | "missing"
  | "denied"
  | "undetermined"

/**
 * The time of an audit and its thresholds. With thresholds of 7 and 180 days, the findings are the
 * same at any time of the day that starts at the population's epoch.
 *
 * @since 0.1.0
 * @category models
 */
export interface Thresholds {
  readonly now: DateTime.Utc
  readonly expiringWithin: Duration.Duration
  readonly dormantAfter: Duration.Duration
}

/**
 * Returns the findings that an audit must report for a member. `healthy` and `missing` exclude all
 * others. `denied` and `undetermined` occur only under injected faults.
 *
 * @example
 * ```ts
 * import { Expected, Population } from "@effect-glowmarkt/simulator"
 * import { DateTime, Duration, Option } from "effect"
 *
 * const population = Population.make({ accounts: 100, seed: 7, epoch: DateTime.unsafeMake("2026-01-01") })
 * const thresholds = {
 *   now: population.epoch,
 *   expiringWithin: Duration.days(7),
 *   dormantAfter: Duration.days(180)
 * }
 * const findings = Option.map(population.member(3), (member) => Expected.findings(population, member, thresholds))
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const findings = (population: Population, member: Member, thresholds: Thresholds): ReadonlyArray<Finding> => {
  const { inconsistency, availability, status, tokenExpiresInDays, updatedDaysAgo } = member.traits
  if (availability === "missing") {
    return ["missing"]
  }
  const found: Array<Finding> = []
  if (status === "inactive") {
    found.push("inactive")
  }
  if (status === "unverified") {
    found.push("unrecognised")
  }
  if (inconsistency !== "none") {
    found.push("mismatch")
  }
  if (tokenExpiresInDays !== undefined) {
    const left = DateTime.distance(thresholds.now, instant(population, tokenExpiresInDays))
    if (left <= 0) {
      found.push("tokenExpired")
    } else if (left <= Duration.toMillis(thresholds.expiringWithin)) {
      found.push("tokenExpiring")
    }
  }
  const idle = DateTime.distance(instant(population, -updatedDaysAgo), thresholds.now)
  if (idle > Duration.toMillis(thresholds.dormantAfter)) {
    found.push("dormant")
  }
  return found.length === 0 ? ["healthy"] : found
}

/**
 * Returns how many accounts an audit must report for each finding. An account with two findings
 * counts twice.
 *
 * @example
 * ```ts
 * import { Expected, Simulator } from "@effect-glowmarkt/simulator"
 * import { DateTime, Duration, Effect } from "effect"
 *
 * const healthy = Effect.gen(function* () {
 *   const { population } = yield* Simulator.Simulator
 *   const thresholds = {
 *     now: yield* DateTime.now,
 *     expiringWithin: Duration.days(7),
 *     dormantAfter: Duration.days(180)
 *   }
 *   return Expected.counts(population, thresholds).healthy
 * })
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const counts = (population: Population, thresholds: Thresholds): Record<Finding, number> => {
  const total: Record<Finding, number> = {
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
  for (const member of population.members) {
    for (const finding of findings(population, member, thresholds)) {
      total[finding] += 1
    }
  }
  return total
}
