/**
 * Bad days on demand: which requests go wrong, and how.
 *
 * A plan is a list of rules; the first rule that has something for a request
 * decides. Rules that leave it to chance draw from the simulator's seed, so the
 * same requests in the same order meet the same faults.
 *
 * @since 0.1.0
 */

import type * as Array from "effect/Array"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Draw from "./internal/draw.js"
import type { Match, Name } from "./Operation.js"

/**
 * What happens to a request.
 *
 * - `None`: nothing; a place holder in a script.
 * - `Latency`: answered as usual, later.
 * - `Reset`: the connection is reset, before the request takes effect or after.
 * - `Hang`: no answer until the client gives up, before taking effect or after.
 * - `Truncate`: takes effect; only a part of the answer (0 to 1) is sent, then the
 *   connection is cut.
 * - `RateLimited`: 429, with `Retry-After` in seconds or as a date.
 * - `Answer`: this answer instead, without taking effect.
 *
 * @since 0.1.0
 * @category models
 */
export type Fault = Data.TaggedEnum<{
  None: Record<never, never>
  Latency: { readonly duration: Duration.Duration }
  Reset: { readonly when: "before" | "after" }
  Hang: { readonly when: "before" | "after" }
  Truncate: { readonly keep: number }
  RateLimited: { readonly retryAfter: RetryAfter }
  Answer: { readonly status: number; readonly contentType: string; readonly body: string }
}>

/**
 * @since 0.1.0
 * @category models
 */
export type RetryAfter =
  | { readonly form: "seconds"; readonly after: Duration.Duration }
  | { readonly form: "date"; readonly after: Duration.Duration }
  | { readonly form: "none" }

/**
 * The constructors of {@link Fault}.
 *
 * @since 0.1.0
 * @category faults
 */
export const { Answer, Hang, Latency, None, RateLimited, Reset, Truncate } = Data.taggedEnum<Fault>()

/**
 * The provider's intermittent 500.
 *
 * @since 0.1.0
 * @category faults
 */
export const serverError: Fault = Answer({
  status: 500,
  contentType: "application/json",
  body: JSON.stringify({ error: "An error has occurred" })
})

/**
 * What a proxy says when the provider is away.
 *
 * @since 0.1.0
 * @category faults
 */
export const htmlError = (status: 502 | 503 | 504): Fault =>
  Answer({
    status,
    contentType: "text/html",
    body: `<html>\r\n<head><title>${status}</title></head>\r\n<body>\r\n<center><h1>${status}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`
  })

/**
 * 401, whatever was presented.
 *
 * @since 0.1.0
 * @category faults
 */
export const accessDenied: Fault = Answer({
  status: 401,
  contentType: "application/json",
  body: JSON.stringify({ error: "Access denied" })
})

/**
 * `200 {"valid": false}`: a refusal that looks like success.
 *
 * @since 0.1.0
 * @category faults
 */
export const notValid: Fault = Answer({
  status: 200,
  contentType: "application/json",
  body: JSON.stringify({ valid: false })
})

/**
 * Which requests a rule is about. A field that is left out means all; `{}` is
 * every operation.
 *
 * @since 0.1.0
 * @category models
 */
export interface Target {
  readonly operations?: ReadonlyArray<Name>
  readonly accountIds?: ReadonlyArray<string>
}

/**
 * @since 0.1.0
 * @category models
 */
export type Rule = Data.TaggedEnum<{
  /** The faults in turn, one a request, then nothing more. */
  Script: { readonly on: Target; readonly faults: Array.NonEmptyReadonlyArray<Fault> }
  /** The faults in turn, over and over: flapping. */
  Cycle: { readonly on: Target; readonly faults: Array.NonEmptyReadonlyArray<Fault> }
  /** The fault for about `percent` of 100 requests. */
  Chance: { readonly on: Target; readonly percent: number; readonly fault: Fault }
}>

/**
 * The constructors of {@link Rule}.
 *
 * @since 0.1.0
 * @category rules
 */
export const { Chance, Cycle, Script } = Data.taggedEnum<Rule>()

/**
 * @since 0.1.0
 * @category rules
 */
export const always = (on: Target, fault: Fault): Rule => Cycle({ on, faults: [fault] })

/**
 * @since 0.1.0
 * @category models
 */
export type Plan = ReadonlyArray<Rule>

/**
 * @since 0.1.0
 * @category models
 */
export interface FaultsService {
  /** Replaces the plan; scripts and chances begin anew. */
  readonly set: (plan: Plan) => Effect.Effect<void>
  /** Adds rules before those that are there. */
  readonly add: (...rules: Plan) => Effect.Effect<void>
  /** No faults from now on. */
  readonly clear: Effect.Effect<void>
  /** How many faults were dealt out since the plan was set. */
  readonly dealt: Effect.Effect<number>
  /** What the plan has for a request. */
  readonly next: (request: Match) => Effect.Effect<Fault>
}

/**
 * @since 0.1.0
 * @category services
 */
export class Faults extends Context.Tag("@effect-glowmarkt/simulator/Faults")<Faults, FaultsService>() {}

const concerns = (target: Target, { accountId, operation }: Match): boolean =>
  (target.operations === undefined || target.operations.includes(operation.name)) &&
  (target.accountIds === undefined || (accountId !== undefined && target.accountIds.includes(accountId)))

/**
 * The faults of a seed, with a plan to begin with.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (options: { readonly seed: number; readonly plan: Plan }): FaultsService => {
  let plan: Plan = []
  let turns = new Map<Rule, number>()
  let draw = Draw.make(options.seed, "faults", 0)
  let dealt = 0

  const set = (next: Plan) => {
    plan = next
    turns = new Map()
    draw = Draw.make(options.seed, "faults", 0)
    dealt = 0
  }
  set(options.plan)

  const of = (rule: Rule): Fault | undefined => {
    if (rule._tag === "Chance") {
      return draw.happens(rule.percent) ? rule.fault : undefined
    }
    const turn = turns.get(rule) ?? 0
    turns.set(rule, turn + 1)
    return rule._tag === "Cycle" ? rule.faults[turn % rule.faults.length] : rule.faults[turn]
  }

  const next = (request: Match): Fault => {
    for (const rule of plan) {
      const fault = concerns(rule.on, request) ? of(rule) : undefined
      if (fault !== undefined) {
        dealt += fault._tag === "None" ? 0 : 1
        return fault
      }
    }
    return None()
  }

  return {
    set: (next) => Effect.sync(() => set(next)),
    add: (...rules) =>
      Effect.sync(() => {
        plan = [...rules, ...plan]
      }),
    clear: Effect.sync(() => set([])),
    dealt: Effect.sync(() => dealt),
    next: (request) => Effect.sync(() => next(request))
  }
}
