/**
 * What a simulator received: so that a test can say "written once", "no more than
 * two at a time", "with these credentials and no others".
 *
 * Bodies and secrets are never kept; of requests only the latest ones are, counts
 * are exact.
 *
 * @since 0.1.0
 */
import type { Security } from "@effect-glowmarkt/core"
import * as Context from "effect/Context"
import type * as DateTime from "effect/DateTime"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type { Fault } from "./Faults.js"
import type { Name } from "./Operation.js"

/**
 * One request, in the order of arrival.
 *
 * @since 0.1.0
 * @category models
 */
export interface Received {
  readonly sequence: number
  readonly at: DateTime.Utc
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly operation: Option.Option<Name>
  readonly accountId: Option.Option<string>
  /** The schemes whose right value it carried, and `wrong` for each header of no right value. */
  readonly presented: ReadonlyArray<Security.Scheme | "wrong">
  readonly fault: Option.Option<Fault["_tag"] | "Throttled">
  /** None while it is being answered, and when no answer was sent. */
  readonly status: Option.Option<number>
}

/**
 * @since 0.1.0
 * @category models
 */
export interface RequestsService {
  /** The latest requests, oldest first. */
  readonly latest: Effect.Effect<ReadonlyArray<Received>>
  /** How many requests came for an operation, refused and failed ones included. */
  readonly count: (operation: Name) => Effect.Effect<number>
  /** How many requests came for what the contract does not know: the documentation pages and wrong paths. */
  readonly others: Effect.Effect<number>
  /** The most requests that were being answered at the same time. */
  readonly mostAtOnce: Effect.Effect<number>
  readonly reset: Effect.Effect<void>
}

/**
 * @since 0.1.0
 * @category services
 */
export class Requests extends Context.Tag("@effect-glowmarkt/simulator/Requests")<Requests, RequestsService>() {}

/**
 * How many requests are kept.
 *
 * @since 0.1.0
 * @category constants
 */
export const capacity = 10_000
