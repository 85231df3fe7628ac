/**
 * The requests that a simulator received. Tests use them to assert that a write was sent once, that
 * no more than two requests ran concurrently, or which credentials were sent.
 *
 * Bodies and secrets are not recorded. Only the latest requests are kept; counts cover all.
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
 * A recorded request. `sequence` counts from 0 in the order of arrival.
 *
 * @since 0.1.0
 * @category models
 */
export interface ReceivedRequest {
  readonly sequence: number
  readonly at: DateTime.Utc
  readonly method: string
  /** The path without the query. */
  readonly path: string
  readonly operation: Option.Option<Name>
  readonly accountId: Option.Option<string>
  /**
   * The schemes for which the request carried the valid value, and `wrong` for each header with
   * another value.
   */
  readonly presented: ReadonlyArray<Security.Scheme | "wrong">
  readonly fault: Option.Option<Fault["_tag"] | "Throttled">
  /** The status, or `None` while the request is being processed and if no response was sent. */
  readonly status: Option.Option<number>
}

/**
 * @since 0.1.0
 * @category models
 */
export interface RequestsService {
  /** The latest requests, oldest first. */
  readonly latest: Effect.Effect<ReadonlyArray<ReceivedRequest>>
  /** Returns the number of requests for an operation, including refused and failed ones. */
  readonly count: (operation: Name) => Effect.Effect<number>
  /**
   * The number of requests for paths outside the contract: the documentation pages and unknown
   * paths.
   */
  readonly unmatched: Effect.Effect<number>
  /** The highest number of requests that were processed concurrently. */
  readonly maxConcurrency: Effect.Effect<number>
  readonly reset: Effect.Effect<void>
}

/**
 * @since 0.1.0
 * @category services
 */
export class Requests extends Context.Tag("@effect-glowmarkt/simulator/Requests")<Requests, RequestsService>() {}

/**
 * How many of the latest requests are kept.
 *
 * @since 0.1.0
 * @category constants
 */
export const capacity = 10_000
