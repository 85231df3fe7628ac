/**
 * How far a run is, in one line.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"

/**
 * `before` of `processed` were done when this attempt began: they say nothing
 * of its speed.
 *
 * @since 0.1.0
 * @category models
 */
export interface Position {
  readonly total: number
  readonly before: number
  readonly processed: number
  readonly elapsed: Duration.Duration
}

const number = new Intl.NumberFormat("en-GB")

/**
 * @since 0.1.0
 * @category rendering
 */
export const count = (value: number): string => number.format(value)

const perSecond = ({ before, elapsed, processed }: Position): Option.Option<number> => {
  const seconds = Duration.toSeconds(elapsed)
  const done = processed - before
  // The first moments would promise anything.
  return seconds < 0.5 || done <= 0 ? Option.none() : Option.some(done / seconds)
}

const clock = (seconds: number): string => {
  const whole = Math.ceil(seconds)
  const two = (value: number) => String(value).padStart(2, "0")
  const hours = Math.floor(whole / 3600)
  const minutes = Math.floor(whole / 60) % 60
  if (hours > 99) return `${count(Math.round(hours / 24))} days`
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`
}

const speed = (position: Position): ReadonlyArray<string> =>
  Option.match(perSecond(position), {
    onNone: () => [],
    onSome: (rate) => [
      `${rate < 10 ? rate.toFixed(1) : count(Math.round(rate))}/s`,
      ...(position.processed < position.total ? [`${clock((position.total - position.processed) / rate)} left`] : [])
    ]
  })

const percent = ({ processed, total }: Position) => (total === 0 ? 100 : Math.floor((100 * processed) / total))

const counted = ({ processed, total }: Position) => `${count(processed)}/${count(total)}`

/**
 * For a log.
 *
 * @since 0.1.0
 * @category rendering
 */
export const line = (position: Position): string =>
  [`${percent(position)} %`, counted(position), ...speed(position)].join("  ")

const widestBar = 40

// "1,234/s  1:02:03 left": kept free from the start, so that the line does not dance when it appears.
const speedWidth = 21

/**
 * For a terminal: no wider than its columns, and a bar as long as there is room.
 *
 * @since 0.1.0
 * @category rendering
 */
export const bar = (position: Position, columns: number): string => {
  const total = count(position.total)
  const figures = `${String(percent(position)).padStart(3)} %  ${count(position.processed).padStart(total.length)}/${total}`
  const text = [figures, ...speed(position)].join("  ")
  // One column stays free: some terminals wrap when the last one is written.
  const room = Math.min(widestBar, columns - 1 - (1 + figures.length + 2 + speedWidth))
  if (room < 5) return text.slice(0, columns - 1)
  const full = position.total === 0 ? room : Math.floor((room * position.processed) / position.total)
  return `${"█".repeat(full)}${"░".repeat(room - full)} ${text}`
}
