/**
 * Formats tables and key-value lists as text, without borders, so that they can be copied or piped
 * to `awk`.
 *
 * @since 0.1.0
 */
import * as Chunk from "effect/Chunk"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import stringWidth from "string-width"
import type { Layout } from "./Output.js"
import * as Sanitize from "./Sanitize.js"
import * as Style from "./Style.js"

/**
 * `fixed` columns are shown whole. `flexible` columns share the remaining width of the terminal and
 * are cut with `…`; without a terminal, nothing is cut.
 *
 * @since 0.1.0
 * @category models
 */
export interface Column {
  readonly title: string
  readonly width: "fixed" | "flexible"
  readonly align?: "left" | "right"
}

/**
 * Text, optionally with a tone.
 *
 * @since 0.1.0
 * @category models
 */
export type Cell = string | { readonly text: string; readonly tone: Style.Tone }

const gap = 2

const narrowest = 8

// The widest column. Without a terminal, a longer cell is shown whole but does not widen its
// column.
const widest = 400

/**
 * Returns the width of a text on the screen. Text far wider than any column is not measured
 * exactly.
 */
const widthOf = (text: string): number => (text.length > widest * 4 ? widest + 1 : stringWidth(text))

const cut = (text: string, width: number): string => {
  if (widthOf(text) <= width) return text
  let kept = ""
  let size = 0
  for (const { segment } of new Intl.Segmenter().segment(text.slice(0, widest * 4))) {
    size += stringWidth(segment)
    if (size > width - 1) break
    kept += segment
  }
  return `${kept}…`
}

const pad = (text: string, width: number, align: Column["align"]): string => {
  const space = " ".repeat(Math.max(0, width - widthOf(text)))
  return align === "right" ? space + text : text + space
}

/** Narrows the widest flexible column until all fit or none can be narrowed. */
const fit = (columns: ReadonlyArray<Column>, natural: ReadonlyArray<number>, available: number): Array<number> => {
  const widths = [...natural]
  const total = () => widths.reduce((sum, width) => sum + width, 0) + gap * (widths.length - 1)
  while (total() > available) {
    let widest = -1
    for (const [index, column] of columns.entries()) {
      if (column.width === "flexible" && (widths[index] ?? 0) > Math.max(narrowest, widths[widest] ?? 0)) widest = index
    }
    if (widest === -1) break
    widths[widest] = (widths[widest] ?? 0) - 1
  }
  return widths
}

const textOf = (cell: Cell): string => Sanitize.text(typeof cell === "string" ? cell : cell.text)

const toneOf = (cell: Cell): Style.Tone => (typeof cell === "string" ? "plain" : cell.tone)

type Row = ReadonlyArray<Cell>

/**
 * Returns the header line and a function that formats rows, with the column widths that fit the
 * sample.
 */
const layOut = (columns: ReadonlyArray<Column>, sample: ReadonlyArray<Row>, { colour, columns: terminal }: Layout) => {
  const titles: Row = columns.map(({ title }) => ({ text: title, tone: "strong" }))
  const natural = columns.map((_, index) => {
    let width = 0
    for (const row of [titles, ...sample]) width = Math.max(width, widthOf(textOf(row[index] ?? "")))
    return Math.min(width, widest)
  })
  const widths = Option.match(terminal, {
    onNone: () => natural,
    onSome: (available) => fit(columns, natural, available)
  })
  const isCut = (index: number) => Option.isSome(terminal) && columns[index]?.width === "flexible"
  const line = (row: Row): string =>
    row
      .map((cell, index) => {
        const width = widths[index] ?? 0
        const text = textOf(cell)
        const shown = pad(isCut(index) ? cut(text, width) : text, width, columns[index]?.align)
        return Style.paint(toneOf(cell), index === row.length - 1 ? shown.trimEnd() : shown, colour)
      })
      .join(" ".repeat(gap))
      .trimEnd()
  return { head: line(titles), line }
}

/**
 * @since 0.1.0
 * @category reports
 */
export const render = (columns: ReadonlyArray<Column>, rows: ReadonlyArray<Row>, layout: Layout): string => {
  const { head, line } = layOut(columns, rows, layout)
  return [head, ...rows.map(line)].join("\n")
}

const sampleSize = 1000

/**
 * Formats a stream of rows as a table. Each element holds many lines; the first 1,000 rows set the
 * widths.
 *
 * @since 0.1.0
 * @category reports
 */
export const stream = <E, R>(
  columns: ReadonlyArray<Column>,
  rows: Stream.Stream<Row, E, R>,
  layout: Layout
): Stream.Stream<string, E, R> =>
  rows.pipe(
    Stream.grouped(sampleSize),
    Stream.mapAccum(Option.none<(row: Row) => string>(), (format, chunk) => {
      const page = Chunk.toReadonlyArray(chunk)
      if (Option.isSome(format)) return [format, page.map(format.value).join("\n")]
      const { head, line } = layOut(columns, page, layout)
      return [Option.some(line), [head, ...page.map(line)].join("\n")]
    }),
    Stream.orElseIfEmpty(() => layOut(columns, [], layout).head)
  )

/**
 * Formats names and values, one pair per line. Omits undefined values.
 *
 * @since 0.1.0
 * @category reports
 */
export const facts = (entries: ReadonlyArray<readonly [name: string, value: string | undefined]>): string => {
  const width = Math.max(...entries.map(([name]) => name.length))
  return entries
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(width)}  ${Sanitize.text(value)}`]))
    .join("\n")
}
