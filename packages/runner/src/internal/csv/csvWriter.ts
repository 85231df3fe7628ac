/** Writes CSV that spreadsheets do not evaluate and that `CsvInput` reads back unchanged. */
import { stringify } from "csv-stringify/sync"

// The start of a formula, even after spaces and line breaks. A cell that starts with apostrophes
// may look escaped already. It gets one more, so that removing one restores it.
const formula = /^'*(?:[\t\r]|\s*[=+\-@＝＋－＠])/

const escapeFormula = (cell: string) => (formula.test(cell) ? `'${cell}` : cell)

export const lines = (records: Iterable<ReadonlyArray<string>>): string =>
  stringify(
    [...records].map((cells) => cells.map(escapeFormula)),
    {
      record_delimiter: "windows",
      // By default it quotes a line break only if it is the record delimiter.
      quoted_match: /[\r\n]/
    }
  )

/** The header line. Without the byte order mark, Excel shows “Siân” as “SiÃ¢n”. */
export const header = (columns: ReadonlyArray<string>): string => `\ufeff${lines([columns])}`

/** Removes the apostrophe that {@link lines} added. */
export const unescapeFormula = (cell: string): string =>
  cell.startsWith("'") && formula.test(cell) ? cell.slice(1) : cell
