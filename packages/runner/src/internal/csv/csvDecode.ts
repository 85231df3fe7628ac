/** Decodes the bytes of a CSV file into records with line numbers. */
import { CsvError, parse } from "csv-parse/sync"
import * as Either from "effect/Either"

export interface Record {
  /** The line the record starts on, counting from 1 as an editor does. */
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
  /** The problem that stopped reading, if any. */
  readonly damage: ReadonlyArray<Damage>
}

const encodings: ReadonlyArray<readonly [mark: ReadonlyArray<number>, label: string]> = [
  [[0xef, 0xbb, 0xbf], "utf-8"],
  [[0xff, 0xfe], "utf-16le"],
  [[0xfe, 0xff], "utf-16be"]
]

/**
 * Returns the encoding that the byte order mark indicates. Without a mark, a zero byte in the first
 * character of the header reveals UTF-16.
 */
const encodingOf = (bytes: Uint8Array): string =>
  encodings.find(([mark]) => mark.every((byte, i) => bytes[i] === byte))?.[1] ??
  (bytes.length >= 2 && bytes[1] === 0 ? "utf-16le" : bytes.length >= 2 && bytes[0] === 0 ? "utf-16be" : "utf-8")

const decodeAs = (bytes: Uint8Array, encoding: string) =>
  Either.try(() => new TextDecoder(encoding, { fatal: true }).decode(bytes))

/**
 * Finds the first undecodable line. In UTF-8 a line break is a single byte, so lines can be decoded
 * separately.
 */
const firstBadLine = (bytes: Uint8Array): number => {
  let line = 1
  for (let from = 0; from < bytes.length; line++) {
    const end = bytes.indexOf(0x0a, from)
    const to = end === -1 ? bytes.length : end + 1
    if (Either.isLeft(decodeAs(bytes.subarray(from, to), "utf-8"))) {
      return line
    }
    from = to
  }
  return 1
}

export const text = (bytes: Uint8Array): Either.Either<string, Damage> => {
  const encoding = encodingOf(bytes)
  return Either.flatMap(
    Either.mapLeft(decodeAs(bytes, encoding), () => ({
      line: encoding === "utf-8" ? firstBadLine(bytes) : 1,
      problem: `the file is not ${encoding.toUpperCase()}`,
      remedy: "save it as UTF-8 (in a spreadsheet: “CSV UTF-8”, not “CSV”)"
    })),
    (text) =>
      text.includes("\0")
        ? Either.left({
            line: 1,
            problem: "the file contains NUL characters, so it is not text",
            remedy: "save it as UTF-8"
          })
        : Either.right(text)
  )
}

const delimiters = [",", ";", "\t", "|"] as const

const breaks = ["\r\n", "\n", "\r"]

// The longest row in characters, far longer than any valid row. Without a limit, a missing quote
// would turn the whole file into one record.
const maxRecordLength = 1 << 20

// Matches the line `sep=`. It may be quoted or followed by empty cells, if a program saved the file
// again with another delimiter.
const hintLine = /^("?)sep=([^"\r\n])\1(?:([^"\r\n])\3*)?(?=[\r\n]|$)/iu

/**
 * Reads the delimiter that a spreadsheet may name on a first line. The line is emptied and not
 * removed, so that line numbers stay correct.
 */
const withoutHint = (text: string): { readonly text: string; readonly hint: string | undefined } => {
  const found = hintLine.exec(text)
  return found === null ? { text, hint: undefined } : { text: text.slice(found[0].length), hint: found[3] ?? found[2] }
}

const damageOf = (error: unknown): Omit<Damage, "line"> => {
  const remedy = "put the whole cell in quotes, and double every quote inside it"
  switch (error instanceof CsvError ? error.code : undefined) {
    case "CSV_MAX_RECORD_SIZE":
      return {
        problem: `a row has more than ${maxRecordLength} characters`,
        remedy: "look for an unclosed quote"
      }
    case "CSV_QUOTE_NOT_CLOSED":
      return { problem: "unclosed quote", remedy }
    default:
      return { problem: "unexpected quote", remedy }
  }
}

const parseWith = (text: string, delimiter: string, to?: number): Records => {
  const bytes = Buffer.from(text)
  const records: Array<Record> = []
  let line = 1
  let offset = 0
  // Counts line breaks up to `end`; with "breaks", also skips the empty lines before the next
  // record.
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

/**
 * Returns the delimiter that splits the header into the most known columns or, in a tie, the most
 * cells.
 */
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
