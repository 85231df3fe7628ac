const numbers = new Intl.NumberFormat("en")

export const day = 86_400_000

export const count = (value: number): string => numbers.format(value)

export const plural = (value: number, one: string, many: string): string =>
  `${count(value)} ${value === 1 ? one : many}`

const percent = new Intl.NumberFormat("en", { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 })

export const share = (part: number, whole: number): string => (whole === 0 ? "" : percent.format(part / whole))

const isDate = (instant: number) => Math.abs(instant) <= 8.64e15

export const date = (instant: number): string => (isDate(instant) ? new Date(instant).toISOString().slice(0, 10) : "")

export const instant = (instant: number): string =>
  isDate(instant)
    ? new Date(instant)
        .toISOString()
        .replace("T", " ")
        .replace(/(?:\.000)?Z$/, " UTC")
    : ""

/** In the largest unit that is not too coarse. */
const length = (millis: number): string => {
  const days = Math.round(Math.abs(millis) / day)
  return days < 100
    ? plural(days, "day", "days")
    : days < 730
      ? `${Math.round(days / 30.44)} months`
      : `${Math.round(days / 365.25)} years`
}

/** `−5 days`, `+7 months`: short, for a cell. */
export const signed = (millis: number): string => `${millis < 0 ? "−" : "+"}${length(millis)}`

export const distance = (millis: number): string => `${length(millis)} ${millis < 0 ? "before" : "after"} the audit`
