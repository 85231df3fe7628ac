/** Writing CSV that a spreadsheet opens without calculating, and that `CsvInput` reads back as it was. */
import { stringify } from "csv-stringify/sync"

// What a spreadsheet takes for the beginning of a formula: what csv-stringify escapes.
const formula = /^'+[=+\-@\t\r＝＋－＠]/

/** Text that already looks neutralised gets one more apostrophe, so that taking one away gives what was there. */
const distinct = (cell: string) => (formula.test(cell) ? `'${cell}` : cell)

export const lines = (records: Iterable<ReadonlyArray<string>>): string =>
  stringify(
    [...records].map((cells) => cells.map(distinct)),
    {
      // A spreadsheet would calculate a cell that begins with =, +, -, @ and the like: it gets an apostrophe in front.
      escape_formulas: true,
      record_delimiter: "windows",
      // By itself it quotes a line break only if it is the record delimiter.
      quoted_match: /[\r\n]/
    }
  )

/** The cell as it was before {@link lines} neutralised it. */
export const restored = (cell: string): string => (formula.test(cell) ? cell.slice(1) : cell)
