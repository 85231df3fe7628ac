/**
 * How much of its traffic a client may spend on retries.
 *
 * Every call's own policy is blind to the others: when the provider is down,
 * five requests a call are five times the load on something that is already
 * failing. The budget is shared by all calls of a client, so that an outage is
 * answered with hardly more requests than a good day.
 *
 * @since 0.1.0
 */

/**
 * - `reserve`: retries that are always possible after a quiet time, and the most
 *   that is ever saved up.
 * - `perCall`: what each call adds, as a part of a retry. 0.1 means that while
 *   nothing succeeds, at most one request in eleven is a retry.
 *
 * @since 0.1.0
 * @category models
 */
export interface RetryBudget {
  readonly reserve: number
  readonly perCall: number
}

/**
 * A reserve of 100 retries, and one more for every ten calls.
 *
 * @since 0.1.0
 * @category constructors
 */
export const standard: RetryBudget = { reserve: 100, perCall: 0.1 }

/**
 * No limit but each call's own policy.
 *
 * @since 0.1.0
 * @category constructors
 */
export const unlimited: RetryBudget = { reserve: Number.POSITIVE_INFINITY, perCall: 0 }

/**
 * The account that is kept of it: a call deposits, a retry withdraws, and a
 * call that succeeds fills a whole retry back in, so that a client which met an
 * outage is soon itself again.
 *
 * @since 0.1.0
 * @category models
 */
export interface Balance {
  /** Deposits for a call. */
  readonly call: () => void
  /** Deposits for a call that succeeded. */
  readonly success: () => void
  /** Withdraws one retry, or returns `false` if the budget is used up. */
  readonly withdraw: () => boolean
}

/**
 * @since 0.1.0
 * @category constructors
 */
export const make = ({ perCall, reserve }: RetryBudget): Balance => {
  let balance = reserve
  const deposit = (part: number) => {
    balance = Math.min(reserve, balance + part)
  }
  return {
    call: () => deposit(perCall),
    success: () => deposit(1),
    withdraw: () => {
      if (balance < 1) return false
      balance -= 1
      return true
    }
  }
}
