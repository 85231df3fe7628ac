/** Writes CSV that spreadsheets do not evaluate and that `CsvInput` reads back unchanged. */
import { stringify } from "csv-stringify/sync"

// Matches the start of a formula, even after spaces, line breaks or apostrophes. A formula after an
// apostrophe looks escaped already: the cell gets one more apostrophe, so that removing one
// restores it.
const formula = /^'*(?:[\t\r]|\s*[=+\-@＝＋－＠])/

const escapeFormula = (cell: string) => (formula.test(cell) ? `'${cell}` : cell)

export const lines = (records: Iterable<ReadonlyArray<string>>): string =>
  stringify(
    [...records].map((cells) => cells.map(escapeFormula)),
    {
      record_delimiter: "windows",
      // By default the library quotes a line break only if it is the record delimiter.
      quoted_match: /[\r\n]/
    }
  )

/**
 * Returns the header line. It starts with a byte order mark, without which Excel shows “Siân” as
 * “SiÃ¢n”.
 */
export const header = (columns: ReadonlyArray<string>): string => `\ufeff${lines([columns])}`

/** Removes the apostrophe that {@link lines} added. */
export const unescapeFormula = (cell: string): string =>
  cell.startsWith("'") && formula.test(cell) ? cell.slice(1) : cell
