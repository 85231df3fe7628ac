/**
 * Fault injection: which requests fail, and how.
 *
 * Rules are tried in order, and the first one that has a fault for a request applies. Random rules
 * use the simulator's seed, so the same requests in the same order get the same faults.
 *
 * @since 0.1.0
 */

import type * as Array from "effect/Array"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as SeededRandom from "./internal/seededRandom.js"
import type { Match, Name } from "./Operation.js"

/**
 * A fault injected into one request. Each kind has a constructor.
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
  Respond: { readonly status: number; readonly contentType: string; readonly body: string }
}>

/**
 * The `Retry-After` header of a 429: in seconds, as a date, or omitted.
 *
 * @since 0.1.0
 * @category models
 */
export type RetryAfter =
  | { readonly form: "seconds"; readonly after: Duration.Duration }
  | { readonly form: "date"; readonly after: Duration.Duration }
  | { readonly form: "none" }

const faultCases = Data.taggedEnum<Fault>()

/**
 * No fault, for a request in a script that should succeed.
 *
 * @example
 * ```ts
 * import { Faults } from "@effect-glowmarkt/simulator"
 *
 * // Every third status request fails.
 * const rule = Faults.Cycle({
 *   on: { operations: ["getAccountStatusById"] },
 *   faults: [Faults.None(), Faults.None(), Faults.serverError]
 * })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const None = faultCases.None

/**
 * Delays the response.
 *
 * @example
 * ```ts
 * import { Faults } from "@effect-glowmarkt/simulator"
 * import { Duration } from "effect"
 *
 * const slow = Faults.always({}, Faults.Latency({ duration: Duration.millis(200) }))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const Latency = faultCases.Latency

/**
 * Resets the connection before or after the request takes effect.
 *
 * @example
 * ```ts
 * import { Faults } from "@effect-glowmarkt/simulator"
 *
 * // The deletion takes effect, but the client gets no response.
 * const lost = Faults.Script({ on: { operations: ["deleteAccount"] }, faults: [Faults.Reset({ when: "after" })] })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const Reset = faultCases.Reset

/**
 * Never responds, before or after the request takes effect.
 *
 * @example
 * ```ts
 * import { Faults } from "@effect-glowmarkt/simulator"
 *
 * const hangs = Faults.always({}, Faults.Hang({ when: "before" }))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const Hang = faultCases.Hang

/**
 * Processes the request, but sends only a fraction of the response (0 to 1) and closes the
 * connection.
 *
 * @example
 * ```ts
 * import { Faults } from "@effect-glowmarkt/simulator"
 *
 * const half = Faults.always({ operations: ["getAccounts"] }, Faults.Truncate({ keep: 0.5 }))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const Truncate = faultCases.Truncate

/**
 * Responds with 429, with `Retry-After` in seconds or as a date.
 *
 * @example
 * ```ts
 * import { Faults } from "@effect-glowmarkt/simulator"
 * import { Duration } from "effect"
 *
 * const limited = Faults.RateLimited({ retryAfter: { form: "seconds", after: Duration.seconds(2) } })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const RateLimited = faultCases.RateLimited

/**
 * Sends the given response. The request has no effect.
 *
 * @example
 * ```ts
 * import { Faults } from "@effect-glowmarkt/simulator"
 *
 * const teapot = Faults.Respond({ status: 418, contentType: "text/plain", body: "I'm a teapot" })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const Respond = faultCases.Respond

/**
 * Responds with 500, as the provider sometimes does.
 *
 * @example
 * ```ts
 * import { Faults } from "@effect-glowmarkt/simulator"
 *
 * const twice = Faults.Script({ on: {}, faults: [Faults.serverError, Faults.serverError] })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const serverError: Fault = Respond({
  status: 500,
  contentType: "application/json",
  body: JSON.stringify({ error: "An error has occurred" })
})

/**
 * Makes a fault that responds with the HTML error page of a proxy, as when the provider is
 * unavailable.
 *
 * @example
 * ```ts
 * import { Faults } from "@effect-glowmarkt/simulator"
 *
 * const unavailable = Faults.always({}, Faults.htmlError(503))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const htmlError = (status: 502 | 503 | 504): Fault =>
  Respond({
    status,
    contentType: "text/html",
    body: `<html>\r\n<head><title>${status}</title></head>\r\n<body>\r\n<center><h1>${status}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`
  })

/**
 * Responds with 401, regardless of the credentials.
 *
 * @example
 * ```ts
 * import { Faults } from "@effect-glowmarkt/simulator"
 *
 * const denied = Faults.always({ operations: ["getAccounts"] }, Faults.accessDenied)
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const accessDenied: Fault = Respond({
  status: 401,
  contentType: "application/json",
  body: JSON.stringify({ error: "Access denied" })
})

/**
 * Responds with `200 {"valid": false}`, a refusal with a success status.
 *
 * @example
 * ```ts
 * import { Faults } from "@effect-glowmarkt/simulator"
 *
 * const refused = Faults.always({ operations: ["userChangePassword"] }, Faults.notValid)
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const notValid: Fault = Respond({
  status: 200,
  contentType: "application/json",
  body: JSON.stringify({ valid: false })
})

/**
 * The requests that a rule applies to. An omitted field matches all, so `{}` matches every request.
 *
 * @since 0.1.0
 * @category models
 */
export interface Target {
  readonly operations?: ReadonlyArray<Name>
  readonly accountIds?: ReadonlyArray<string>
}

/**
 * Applies faults to the requests that match `on`.
 *
 * @since 0.1.0
 * @category models
 */
export type Rule = Data.TaggedEnum<{
  /** Applies one fault per request, in order. The rule stops applying after the last fault. */
  Script: { readonly on: Target; readonly faults: Array.NonEmptyReadonlyArray<Fault> }
  /** Applies one fault per request, in order, and starts again after the last one. */
  Cycle: { readonly on: Target; readonly faults: Array.NonEmptyReadonlyArray<Fault> }
  /** Applies the fault to `percent` of the requests, chosen at random. */
  Chance: { readonly on: Target; readonly percent: number; readonly fault: Fault }
}>

const ruleCases = Data.taggedEnum<Rule>()

/**
 * Applies each fault once, in order.
 *
 * @example
 * ```ts
 * import { Faults } from "@effect-glowmarkt/simulator"
 *
 * const once = Faults.Script({ on: { operations: ["getAccountById"] }, faults: [Faults.serverError] })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const Script = ruleCases.Script

/**
 * Applies the faults in order, repeatedly.
 *
 * @example
 * ```ts
 * import { Faults } from "@effect-glowmarkt/simulator"
 *
 * const everySecond = Faults.Cycle({ on: {}, faults: [Faults.None(), Faults.serverError] })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const Cycle = ruleCases.Cycle

/**
 * Applies the fault to this percentage of the requests, chosen at random.
 *
 * @example
 * ```ts
 * import { Faults } from "@effect-glowmarkt/simulator"
 *
 * const sometimes = Faults.Chance({ on: {}, percent: 5, fault: Faults.serverError })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const Chance = ruleCases.Chance

/**
 * Makes a rule that applies the fault to every matching request.
 *
 * @example
 * ```ts
 * import { Faults, Simulator } from "@effect-glowmarkt/simulator"
 * import { Effect } from "effect"
 *
 * const failWrites = Effect.flatMap(Simulator.Simulator, ({ faults }) =>
 *   faults.set([Faults.always({ operations: ["updateAccount"] }, Faults.serverError)])
 * )
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const always = (on: Target, fault: Fault): Rule => Cycle({ on, faults: [fault] })

/**
 * Rules in order of precedence.
 *
 * @since 0.1.0
 * @category models
 */
export type Rules = ReadonlyArray<Rule>

/**
 * @since 0.1.0
 * @category models
 */
export interface FaultsService {
  /**
   * Replaces all rules. Scripts, cycles and the random sequence start again.
   */
  readonly set: (rules: Rules) => Effect.Effect<void>
  /** Adds rules that take precedence over the existing ones. */
  readonly add: (...rules: Rules) => Effect.Effect<void>
  /** Removes all rules. */
  readonly clear: Effect.Effect<void>
  /** The number of faults injected since the rules were set. */
  readonly injected: Effect.Effect<number>
  /** Returns the fault for a request. */
  readonly next: (request: Match) => Effect.Effect<Fault>
}

/**
 * @since 0.1.0
 * @category services
 */
export class Faults extends Context.Tag("@effect-glowmarkt/simulator/Faults")<Faults, FaultsService>() {}

const matches = (target: Target, { accountId, operation }: Match): boolean =>
  (target.operations === undefined || target.operations.includes(operation.name)) &&
  (target.accountIds === undefined || (accountId !== undefined && target.accountIds.includes(accountId)))

/**
 * Makes a fault injector with initial rules. The seed determines the random faults.
 *
 * @example
 * ```ts
 * import { Faults } from "@effect-glowmarkt/simulator"
 *
 * const service = Faults.make({ seed: 7, rules: [Faults.always({}, Faults.serverError)] })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (options: { readonly seed: number; readonly rules: Rules }): FaultsService => {
  let rules: Rules = []
  let positions = new Map<Rule, number>()
  let random = SeededRandom.make(options.seed, "faults", 0)
  let injected = 0

  const set = (next: Rules) => {
    rules = next
    positions = new Map()
    random = SeededRandom.make(options.seed, "faults", 0)
    injected = 0
  }
  set(options.rules)

  const nextOf = (rule: Rule): Fault | undefined => {
    if (rule._tag === "Chance") {
      return random.chance(rule.percent) ? rule.fault : undefined
    }
    const position = positions.get(rule) ?? 0
    positions.set(rule, position + 1)
    return rule._tag === "Cycle" ? rule.faults[position % rule.faults.length] : rule.faults[position]
  }

  const next = (request: Match): Fault => {
    for (const rule of rules) {
      const fault = matches(rule.on, request) ? nextOf(rule) : undefined
      if (fault !== undefined) {
        injected += fault._tag === "None" ? 0 : 1
        return fault
      }
    }
    return None()
  }

  return {
    set: (next) => Effect.sync(() => set(next)),
    add: (...added) =>
      Effect.sync(() => {
        rules = [...added, ...rules]
      }),
    clear: Effect.sync(() => set([])),
    injected: Effect.sync(() => injected),
    next: (request) => Effect.sync(() => next(request))
  }
}
