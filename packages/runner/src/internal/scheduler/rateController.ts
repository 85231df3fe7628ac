/** How many subjects may be worked on now, and when the next request may be sent: `Concurrency` and `Rate` of one attempt. */
import type * as Duration from "effect/Duration"
import type * as Option from "effect/Option"
import * as Concurrency from "../../Concurrency.js"
import type { Limits } from "../../Flow.js"
import * as Rate from "../../Rate.js"

const defaultConcurrency: Concurrency.Concurrency = "auto"

// Timers are late, on a busy machine by some milliseconds: what is missed is made up for, but never in a great burst.
const graceMillis = 20

export interface RateController {
  readonly allowed: () => number
  /** Not after `nowMillis` if a request may be sent. */
  readonly opensAtMillis: (nowMillis: number) => number
  /** Takes the next turn, and says when it is; not before `nowMillis`. */
  readonly take: (nowMillis: number) => number
  /** Gives back a turn that nobody used. */
  readonly giveBack: (nowMillis: number) => void
  readonly answered: (span: Concurrency.Span, busy: number) => void
  /** Answers that say nothing of the latency. */
  readonly admitted: (answers: number, nowMillis: number) => void
  readonly failed: (span: Concurrency.Span) => void
  /** The provider was away and is back. */
  readonly recovered: () => void
  /** Returns whether it is news. */
  readonly refused: (span: Concurrency.Span, retryAfter: Option.Option<Duration.Duration>) => boolean
  readonly resumesAtMillis: () => number
}

/** How many may ever be worked on at a time. */
export const most = ({ concurrency = defaultConcurrency }: Limits): number => Concurrency.make(concurrency).max

export const make = (
  { concurrency = defaultConcurrency, rate = Rate.polite }: Limits,
  nowMillis: number
): RateController => {
  let window = Concurrency.make(concurrency)
  let learned = Rate.make(rate === "unlimited" ? undefined : rate, nowMillis)
  let slot = nowMillis

  return {
    allowed: () => Concurrency.allowed(window),
    opensAtMillis: () => Math.max(slot, learned.resumesAtMillis),
    take: (nowMillis) => {
      const turn = Math.max(slot, learned.resumesAtMillis, nowMillis - graceMillis)
      slot = turn + 1000 / Rate.perSecond(learned, nowMillis)
      return Math.max(turn, nowMillis)
    },
    giveBack: (nowMillis) => {
      slot -= 1000 / Rate.perSecond(learned, nowMillis)
    },
    answered: (span, busy) => {
      window = Concurrency.answered(window, span, busy)
      learned = Rate.answered(learned, span.endedMillis)
    },
    admitted: (answers, nowMillis) => {
      learned = Rate.answered(learned, nowMillis, answers)
    },
    failed: (span) => {
      window = Concurrency.failed(window, span)
    },
    recovered: () => {
      window = Concurrency.afresh(window)
    },
    refused: (span, retryAfter) => {
      const isNews = Rate.isNews(learned, span)
      window = Concurrency.refused(window, span)
      learned = Rate.refused(learned, span, retryAfter)
      return isNews
    },
    resumesAtMillis: () => learned.resumesAtMillis
  }
}
