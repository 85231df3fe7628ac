/** Writing CSV that a spreadsheet opens without calculating, and that `CsvInput` reads back as it was. */
import { stringify } from "csv-stringify/sync"

// What a spreadsheet takes for the beginning of a formula, also after blanks and line breaks; apostrophes before it show
// that it was neutralised already, and one more makes sure that taking one away gives what was there.
const formula = /^'*(?:[\t\r]|\s*[=+\-@＝＋－＠])/

const neutralised = (cell: string) => (formula.test(cell) ? `'${cell}` : cell)

export const lines = (records: Iterable<ReadonlyArray<string>>): string =>
  stringify(
    [...records].map((cells) => cells.map(neutralised)),
    {
      record_delimiter: "windows",
      // By itself it quotes a line break only if it is the record delimiter.
      quoted_match: /[\r\n]/
    }
  )

/** The first line of a file. Without the byte order mark before it, Excel shows “Siân” as “SiÃ¢n”. */
export const header = (columns: ReadonlyArray<string>): string => `\ufeff${lines([columns])}`

/** The cell as it was before {@link lines} neutralised it. */
export const restored = (cell: string): string => (cell.startsWith("'") && formula.test(cell) ? cell.slice(1) : cell)
