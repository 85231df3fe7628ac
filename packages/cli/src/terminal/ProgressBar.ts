/**
 * Draws the progress of a run in one line. `run/RunProgress.ts` computes what is drawn.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import { count } from "./Format.js"

/**
 * A pause while the server is unreachable.
 *
 * @since 0.1.0
 * @category models
 */
export interface Pause {
  readonly lasted: Duration.Duration
  readonly nextTryIn: Duration.Duration
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Speed {
  readonly perSecond: number
  readonly timeLeft: Duration.Duration
}

/**
 * - `concurrency` is the number processed at a time, or 0 if unknown.
 * - `speed` is none while it is too early for an estimate.
 *
 * @since 0.1.0
 * @category models
 */
export interface Position {
  readonly total: number
  readonly processed: number
  readonly retries: number
  readonly concurrency: number
  readonly speed: Option.Option<Speed>
  readonly waiting: Option.Option<Pause>
}

const clock = (seconds: number): string => {
  const whole = Math.ceil(seconds)
  const two = (value: number) => String(value).padStart(2, "0")
  const hours = Math.floor(whole / 3600)
  const minutes = Math.floor(whole / 60) % 60
  if (hours > 99) return `${count(Math.round(hours / 24))} days`
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`
}

/**
 * @since 0.1.0
 * @category reports
 */
export const paused = ({ lasted, nextTryIn }: Pause): string =>
  `waiting for ${clock(Math.max(0, Duration.toSeconds(lasted)))}, next try in ${clock(Math.max(0, Duration.toSeconds(nextTryIn)))}`

const speedText = ({ processed, speed, total }: Position): ReadonlyArray<string> =>
  Option.match(speed, {
    onNone: () => [],
    onSome: ({ perSecond, timeLeft }) => [
      `${perSecond < 10 ? perSecond.toFixed(1) : count(Math.round(perSecond))}/s`,
      ...(processed < total ? [`${clock(Duration.toSeconds(timeLeft))} left`] : [])
    ]
  })

const effort = ({ concurrency, processed, retries, total }: Position): ReadonlyArray<string> => [
  ...(concurrency > 0 && processed < total ? [`${concurrency} at a time`] : []),
  ...(retries > 0 ? [`${count(retries)} ${retries === 1 ? "retry" : "retries"}`] : [])
]

const percent = ({ processed, total }: Position) => (total === 0 ? 100 : Math.floor((100 * processed) / total))

const counted = ({ processed, total }: Position) => `${count(processed)}/${count(total)}`

const joined = (parts: ReadonlyArray<string>) => parts.filter((part) => part !== "").join("  ")

/** Describes the speed and the time left, or the pause. */
const course = (position: Position): ReadonlyArray<string> =>
  Option.match(position.waiting, { onNone: () => speedText(position), onSome: (pause) => [paused(pause)] })

/**
 * Formats the progress as a line of a log.
 *
 * @since 0.1.0
 * @category reports
 */
export const logLine = (position: Position): string =>
  joined([`${percent(position)} %`, counted(position), ...course(position), ...effort(position)])

const widestBar = 40

const narrowestBar = 5

// The width of "1,234/s  1:02:03 left", reserved from the start so that the line does not jump.
const courseWidth = 21

/**
 * Formats the progress for a terminal, no wider than its columns: the bar is as long as fits, and
 * the concurrency and retries are left out if space is short.
 *
 * @since 0.1.0
 * @category reports
 */
export const bar = (position: Position, columns: number): string => {
  const total = count(position.total)
  const figures = `${String(percent(position)).padStart(3)} %  ${count(position.processed).padStart(total.length)}/${total}`
  const going = joined(course(position))
  // Some terminals wrap when the last column is written.
  const available = columns - 1
  const room = (extra: string) =>
    Math.min(widestBar, available - 1 - joined([figures, going.padEnd(courseWidth), extra]).length)
  const optional = joined(effort(position))
  const extra = room(optional) >= narrowestBar ? optional : ""
  const text = joined([figures, going, extra])
  const length = room(extra)
  if (length < narrowestBar) return text.slice(0, available)
  const full = position.total === 0 ? length : Math.floor((length * position.processed) / position.total)
  return `${"█".repeat(full)}${"░".repeat(length - full)} ${text}`
}
