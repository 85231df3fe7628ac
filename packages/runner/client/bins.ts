/** Groups lengths of time into the bars of a histogram. */
import { quantileSorted, tickStep } from "d3-array"
import { day } from "./format.js"

export interface Bin {
  readonly from: number
  readonly to: number
  readonly count: number
  /** Set for an outermost bar that also counts the values beyond it. */
  readonly open: "below" | "above" | undefined
}

export interface Binned {
  readonly bins: ReadonlyArray<Bin>
  readonly unit: Unit
  readonly values: number
  /** In the unit. */
  readonly median: number
  /** The number of values below zero. */
  readonly past: number
}

export interface Unit {
  readonly one: string
  readonly many: string
  readonly days: number
}

export const days: Unit = { one: "day", many: "days", days: 1 }
const months: Unit = { one: "month", many: "months", days: 365.25 / 12 }
const years: Unit = { one: "year", many: "years", days: 365.25 }

/** The unit that gives readable numbers for the longest of these times. */
export const unitFor = (millis: ReadonlyArray<number>): Unit => {
  const span = millis.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / day
  return span <= 120 ? days : span <= 3 * 365 ? months : years
}

const wanted = 30

/**
 * Makes about thirty bars of a round width. A few outliers would squeeze all other values into one
 * bar, so the outermost bars also count the outliers.
 */
export const bin = (millis: ReadonlyArray<number>, unit: Unit): Binned => {
  const values = [...Float64Array.from(millis, (value) => value / (unit.days * day)).sort()]
  const first = values[0]
  const last = values.at(-1)
  if (first === undefined || last === undefined) {
    return { bins: [], unit, values: 0, median: Number.NaN, past: 0 }
  }
  const low = Math.min(0, quantileSorted(values, 0.01) ?? first)
  const high = Math.max(0, quantileSorted(values, 0.99) ?? last)
  const step = Math.max(unit.days === 1 ? 1 : 0.1, tickStep(low, high, wanted) || 1)
  const start = Math.floor(low / step)
  const count = Math.max(1, Math.floor(high / step) + 1 - start)
  const counts = new Array<number>(count).fill(0)
  let past = 0
  for (const value of values) {
    const place = Math.max(0, Math.min(count - 1, Math.floor(value / step) - start))
    counts[place] = (counts[place] ?? 0) + 1
    past += value < 0 ? 1 : 0
  }
  const edge = (place: number) => Math.round((start + place) * step * 1e6) / 1e6
  return {
    bins: counts.map((count, place) => ({
      from: edge(place),
      to: edge(place + 1),
      count,
      open:
        place === 0 && first < edge(0)
          ? "below"
          : place === counts.length - 1 && last >= edge(counts.length)
            ? "above"
            : undefined
    })),
    unit,
    values: values.length,
    median: quantileSorted(values, 0.5) ?? 0,
    past
  }
}

/** The range of a bar in words: "30 to 40 days". */
export const spanned = ({ from, open, to }: Bin, unit: Unit): string =>
  open === "below"
    ? `less than ${to} ${unit.many}`
    : open === "above"
      ? `${from} ${unit.many} or more`
      : `${from} to ${to} ${unit.many}`
