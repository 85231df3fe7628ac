/**
 * Tables and lists of facts for people. No lines around them: they can be
 * selected, piped to `awk` and read at 80 columns.
 *
 * @since 0.1.0
 */
import * as Option from "effect/Option"
import stringWidth from "string-width"
import type { Layout } from "./Output.js"
import * as Sanitize from "./Sanitize.js"
import * as Style from "./Style.js"

/**
 * `fixed` columns are always shown whole; the `flexible` ones share what is
 * left of the terminal's width and are cut with `…`.
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

const cut = (text: string, width: number): string => {
  if (stringWidth(text) <= width) return text
  let kept = ""
  let size = 0
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    size += stringWidth(segment)
    if (size > width - 1) break
    kept += segment
  }
  return `${kept}…`
}

const pad = (text: string, width: number, align: Column["align"]): string => {
  const space = " ".repeat(Math.max(0, width - stringWidth(text)))
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

/**
 * @since 0.1.0
 * @category rendering
 */
export const render = (
  columns: ReadonlyArray<Column>,
  rows: ReadonlyArray<ReadonlyArray<Cell>>,
  { colour, columns: terminal }: Layout
): string => {
  const cells: ReadonlyArray<ReadonlyArray<Cell>> = [
    columns.map(({ title }) => ({ text: title, tone: "strong" as const })),
    ...rows
  ]
  const natural = columns.map((_, index) => {
    let width = 0
    for (const row of cells) width = Math.max(width, stringWidth(textOf(row[index] ?? "")))
    return width
  })
  const widths = Option.match(terminal, {
    onNone: () => natural,
    onSome: (available) => fit(columns, natural, available)
  })
  return cells
    .map((row) => {
      const last = row.length - 1
      return row
        .map((cell, index) => {
          const width = widths[index] ?? 0
          const shown = pad(cut(textOf(cell), width), width, columns[index]?.align)
          return Style.paint(toneOf(cell), index === last ? shown.trimEnd() : shown, colour)
        })
        .join(" ".repeat(gap))
        .trimEnd()
    })
    .join("\n")
}

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
