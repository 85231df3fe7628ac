/** From the bytes of a file that calls itself CSV to records with the lines they begin on. */
import { CsvError, parse } from "csv-parse/sync"
import * as Either from "effect/Either"

export interface Record {
  /** The line it begins on, from 1, as an editor counts. */
  readonly line: number
  readonly cells: ReadonlyArray<string>
}

export interface Damage {
  readonly line: number
  readonly problem: string
  readonly remedy: string
}

export interface Records {
  readonly records: ReadonlyArray<Record>
  /** Where reading had to stop, if it had to. */
  readonly damage: ReadonlyArray<Damage>
}

const encodings: ReadonlyArray<readonly [mark: ReadonlyArray<number>, label: string]> = [
  [[0xef, 0xbb, 0xbf], "utf-8"],
  [[0xff, 0xfe], "utf-16le"],
  [[0xfe, 0xff], "utf-16be"]
]

/** By its mark; without one UTF-16 gives itself away by the zero in its first character, which is the header's. */
const encodingOf = (bytes: Uint8Array): string =>
  encodings.find(([mark]) => mark.every((byte, i) => bytes[i] === byte))?.[1] ??
  (bytes.length >= 2 && bytes[1] === 0 ? "utf-16le" : bytes.length >= 2 && bytes[0] === 0 ? "utf-16be" : "utf-8")

const decoded = (bytes: Uint8Array, encoding: string) =>
  Either.try(() => new TextDecoder(encoding, { fatal: true }).decode(bytes))

/** The first line that is not text. In UTF-8 a line break is a byte of its own, so lines can be tried one by one. */
const firstBadLine = (bytes: Uint8Array): number => {
  let line = 1
  for (let from = 0; from < bytes.length; line++) {
    const end = bytes.indexOf(0x0a, from)
    const to = end === -1 ? bytes.length : end + 1
    if (Either.isLeft(decoded(bytes.subarray(from, to), "utf-8"))) {
      return line
    }
    from = to
  }
  return 1
}

export const text = (bytes: Uint8Array): Either.Either<string, Damage> => {
  const encoding = encodingOf(bytes)
  return Either.flatMap(
    Either.mapLeft(decoded(bytes, encoding), () => ({
      line: encoding === "utf-8" ? firstBadLine(bytes) : 1,
      problem: `the file is not ${encoding.toUpperCase()}`,
      remedy: "save it as UTF-8 (in a spreadsheet: “CSV UTF-8”, not “CSV”)"
    })),
    (text) =>
      text.includes("\0")
        ? Either.left({ line: 1, problem: "the file has NUL characters: it is not text", remedy: "save it as UTF-8" })
        : Either.right(text)
  )
}

const delimiters = [",", ";", "\t", "|"] as const

const breaks = ["\r\n", "\n", "\r"]

// A record of this many characters is no row of accounts; without a limit a missing quote makes one of the whole file.
const maxRecordLength = 1 << 20

// Quoted, or with empty cells after it, where another program saved the file again: then by that one's delimiter.
const hintLine = /^("?)sep=([^"\r\n])\1(?:([^"\r\n])\3*)?(?=[\r\n]|$)/iu

/** Spreadsheets may begin a file with a line that names the delimiter. It is emptied, so that lines keep their numbers. */
const withoutHint = (text: string): { readonly text: string; readonly hint: string | undefined } => {
  const found = hintLine.exec(text)
  return found === null ? { text, hint: undefined } : { text: text.slice(found[0].length), hint: found[3] ?? found[2] }
}

const damageOf = (error: unknown): Omit<Damage, "line"> => {
  const remedy = "put the whole cell into quotes, and write a quote inside it twice"
  switch (error instanceof CsvError ? error.code : undefined) {
    case "CSV_MAX_RECORD_SIZE":
      return {
        problem: `a row has more than ${maxRecordLength} characters`,
        remedy: "look for a quote that is not closed"
      }
    case "CSV_QUOTE_NOT_CLOSED":
      return { problem: "a quote is opened and never closed", remedy }
    default:
      return { problem: "a quote stands where none can stand", remedy }
  }
}

const parseWith = (text: string, delimiter: string, to?: number): Records => {
  const bytes = Buffer.from(text)
  const records: Array<Record> = []
  let line = 1
  let offset = 0
  // Line breaks up to there; and past those of empty lines, to where a record really begins.
  const advance = (end: number, over: "all" | "breaks") => {
    while (offset < end && (over === "all" || bytes[offset] === 0x0a || bytes[offset] === 0x0d)) {
      const single = bytes[offset] === 0x0d && bytes[offset + 1] === 0x0a
      if (!single && (bytes[offset] === 0x0a || bytes[offset] === 0x0d)) {
        line++
      }
      offset++
    }
  }
  let recordEnd = 0
  try {
    parse(bytes, {
      delimiter,
      record_delimiter: breaks,
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: maxRecordLength,
      ...(to === undefined ? {} : { to }),
      on_record: (cells: Array<string>, info) => {
        advance(recordEnd, "all")
        advance(bytes.length, "breaks")
        if (cells.some((cell) => cell.trim() !== "")) {
          records.push({ line, cells })
        }
        recordEnd = info.bytes
        return null
      }
    })
    return { records, damage: [] }
  } catch (error) {
    advance(recordEnd, "all")
    advance(bytes.length, "breaks")
    return { records, damage: [{ line, ...damageOf(error) }] }
  }
}

/** The delimiter by which the first record has most cells that `isKnown`; by itself also the one with most cells. */
const delimiterOf = (text: string, isKnown: (cell: string) => boolean): string => {
  const score = (delimiter: string) => {
    const cells = parseWith(text, delimiter, 1).records[0]?.cells ?? []
    return cells.filter(isKnown).length * 1000 + cells.length
  }
  return delimiters.reduce<string>((best, next) => (score(next) > score(best) ? next : best), ",")
}

export const records = (all: string, isKnown: (cell: string) => boolean): Records => {
  const { hint, text } = withoutHint(all)
  return parseWith(text, hint ?? delimiterOf(text, isKnown))
}
