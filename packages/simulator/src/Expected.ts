/**
 * What an audit of a population must find: said from the traits that were dealt
 * out, without reading any answer of the simulator.
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
 * When an audit looks, and where it draws its lines. With the lines at 7 and 180
 * days the answer is the same from the population's epoch to a day later.
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
 * What an audit must find about a member. `healthy` and `missing` stand alone;
 * `denied` and `undetermined` occur only under faults.
 *
 * @since 0.1.0
 * @category findings
 */
export const findings = (population: Population, member: Member, thresholds: Thresholds): ReadonlyArray<Finding> => {
  const { disagreement, liveAnswer, standing, tokenExpiresInDays, updatedDaysAgo } = member.traits
  if (liveAnswer === "gone") {
    return ["missing"]
  }
  const found: Array<Finding> = []
  if (standing === "inactive") {
    found.push("inactive")
  }
  if (standing === "unverified") {
    found.push("unrecognised")
  }
  if (disagreement !== "none") {
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
 * How many accounts an audit must count under each finding. An account with two
 * findings counts twice.
 *
 * @since 0.1.0
 * @category findings
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
