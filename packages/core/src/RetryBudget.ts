/**
 * Limits the share of a client's requests that are retries.
 *
 * A retry policy sees one call only: during an outage, five requests per call put five times the
 * load on a server that is already failing. All calls of a client share the budget, so an outage
 * causes hardly more requests than normal operation.
 *
 * @since 0.1.0
 */

/**
 * - `reserve`: the number of retries available at the start, and the maximum.
 * - `perCall`: the fraction of a retry that each call adds. With 0.1, at most one request in eleven
 *   is a retry while every call fails.
 *
 * @since 0.1.0
 * @category models
 */
export interface RetryBudget {
  readonly reserve: number
  readonly perCall: number
}

/**
 * A reserve of 100 retries, plus one for every ten calls.
 *
 * @example
 * ```ts
 * import { GlowmarktClient, RetryBudget } from "@effect-glowmarkt/core"
 *
 * const Client = GlowmarktClient.layer({ retryBudget: { ...RetryBudget.standard, reserve: 20 } })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const standard: RetryBudget = { reserve: 100, perCall: 0.1 }

/**
 * No budget: retries are limited only by each call's own policy.
 *
 * @example
 * ```ts
 * import { GlowmarktClient, RetryBudget } from "@effect-glowmarkt/core"
 *
 * const Client = GlowmarktClient.layer({ retryBudget: RetryBudget.unlimited })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const unlimited: RetryBudget = { reserve: Number.POSITIVE_INFINITY, perCall: 0 }

/**
 * The retries that a client has left.
 *
 * @since 0.1.0
 * @category models
 */
export interface Balance {
  /**
   * Adds `perCall`, a fraction of a retry. Run it once for every call.
   */
  readonly deposit: () => void
  /**
   * Adds a whole retry. Run it for every call that succeeds, so that a client recovers soon after
   * an outage.
   */
  readonly refund: () => void
  /** Takes one retry. Returns false if none is left. */
  readonly tryWithdraw: () => boolean
}

/**
 * @example
 * ```ts
 * import { RetryBudget } from "@effect-glowmarkt/core"
 *
 * const balance = RetryBudget.make(RetryBudget.standard)
 * const mayRetry = balance.tryWithdraw()
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = ({ perCall, reserve }: RetryBudget): Balance => {
  let balance = reserve
  const add = (amount: number) => {
    balance = Math.min(reserve, balance + amount)
  }
  return {
    deposit: () => add(perCall),
    refund: () => add(1),
    tryWithdraw: () => {
      if (balance < 1) return false
      balance -= 1
      return true
    }
  }
}
