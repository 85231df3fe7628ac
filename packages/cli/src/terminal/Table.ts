/**
 * Tables and lists of facts for people. No lines around them: they can be
 * selected, piped to `awk` and read at 80 columns.
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
 * `fixed` columns are always shown whole; the `flexible` ones share what is
 * left of the terminal's width and are cut with `…`. Where there is no terminal, none is cut.
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
 * A text, or one that means more than it says.
 *
 * @since 0.1.0
 * @category models
 */
export type Cell = string | { readonly text: string; readonly tone: Style.Tone }

const gap = 2

const narrowest = 8

// Wide enough for every honest value. Wider cells are shown whole where lines may be long, and make no other cell wider.
const widest = 400

/** The width on the screen; of a text that is wider than any column, only that it is. */
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

/** Takes from the widest flexible column until all fit, or are as narrow as they may be. */
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

/** The first line, and a function for the others, in columns as wide as these rows need. */
const lines = (columns: ReadonlyArray<Column>, sample: ReadonlyArray<Row>, { colour, columns: terminal }: Layout) => {
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
 * @category rendering
 */
export const render = (columns: ReadonlyArray<Column>, rows: ReadonlyArray<Row>, layout: Layout): string => {
  const { head, line } = lines(columns, rows, layout)
  return [head, ...rows.map(line)].join("\n")
}

const sampleSize = 1000

/**
 * The same for rows as they come, in pieces of many lines: the first 1,000 rows decide on the widths.
 *
 * @since 0.1.0
 * @category rendering
 */
export const stream = <E, R>(
  columns: ReadonlyArray<Column>,
  rows: Stream.Stream<Row, E, R>,
  layout: Layout
): Stream.Stream<string, E, R> =>
  rows.pipe(
    Stream.grouped(sampleSize),
    Stream.mapAccum(Option.none<(row: Row) => string>(), (known, chunk) => {
      const page = Chunk.toReadonlyArray(chunk)
      if (Option.isSome(known)) return [known, page.map(known.value).join("\n")]
      const { head, line } = lines(columns, page, layout)
      return [Option.some(line), [head, ...page.map(line)].join("\n")]
    }),
    Stream.orElseIfEmpty(() => lines(columns, [], layout).head)
  )

/**
 * What is known of one thing, a line each. What is not known is left out.
 *
 * @since 0.1.0
 * @category rendering
 */
export const facts = (entries: ReadonlyArray<readonly [name: string, value: string | undefined]>): string => {
  const width = Math.max(...entries.map(([name]) => name.length))
  return entries
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(width)}  ${Sanitize.text(value)}`]))
    .join("\n")
}
