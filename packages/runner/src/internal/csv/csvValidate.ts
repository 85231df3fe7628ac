/** Turns records into rows of known columns, and collects all problems. */
import { canonical } from "@effect-glowmarkt/core/Identifier"
import { conversionProblem, placeholderProblem, quote } from "@effect-glowmarkt/core/VisibleText"
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import type { Damage, Records } from "./csvDecode.js"
import type { Column, Definition, Row } from "./csvInput.js"
import { unescapeFormula } from "./csvWriter.js"

interface Problem extends Damage {
  readonly column?: string
  readonly value?: string
}

export interface Read<A> {
  readonly rows: ReadonlyArray<Row<A>>
  readonly problems: ReadonlyArray<Problem>
  /** The cells of all rows by line. */
  readonly cells: ReadonlyMap<number, Readonly<Record<string, string>>>
  /** `broken`: the problem concerns the whole file, not single rows. */
  readonly state: "whole" | "broken"
}

export const unreadable = <A>(problems: ReadonlyArray<Problem>): Read<A> => ({
  rows: [],
  problems,
  cells: new Map(),
  state: "broken"
})

const normalizeHeader = (name: string) => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "")

const findColumn = (columns: ReadonlyArray<Column>, header: string) =>
  columns.find((column) => normalizeHeader(column.name) === normalizeHeader(header))

export const isKnownColumn = (columns: ReadonlyArray<Column>) => (header: string) =>
  findColumn(columns, header) !== undefined

/** Column names that suggest a secret, in the languages of our users' lists. */
const secretNames = [
  /pass(word|wd|wort|phrase|code)/,
  /pwd|^(old|new)?(pass|pw)$/,
  /kennwort|losungswort|geheim|motdepasse|^mdp$|contrasena|wachtwoord|haslo/,
  /secret|credential|(api|private)key/,
  /(^|old|new|app|access|refresh|bearer|session|user|mobile)token$/,
  /^(my|user|card|old|new)?pin(code|number|nr)?$/
]

const isSecretName = (header: string) => {
  // The patterns have no accents, but headers in a file may have them.
  const name = normalizeHeader(header.normalize("NFD").replace(/\p{M}/gu, ""))
  return secretNames.some((pattern) => pattern.test(name))
}

interface Place {
  readonly header: string
  readonly column: Column | undefined
}

// A file with more columns than this probably has its rows and columns swapped.
const mostColumns = 1000

const headerProblems = (
  columns: ReadonlyArray<Column>,
  places: ReadonlyArray<Place>,
  line: number
): ReadonlyArray<Problem> => {
  if (places.length > mostColumns) {
    return [{ line, problem: `the header has ${places.length} columns`, remedy: `keep at most ${mostColumns}` }]
  }
  const problems: Array<Problem> = []
  for (const column of columns) {
    const found = places.filter((place) => place.column === column)
    if (found.length === 0 && column.need === "required") {
      problems.push({
        line,
        column: column.name,
        problem: `column not found (found: ${places.map(({ header }) => JSON.stringify(header)).join(", ")})`,
        remedy: `add it`
      })
    }
    if (found.length > 1) {
      problems.push({ line, column: column.name, problem: "column appears twice", remedy: "remove one of them" })
    }
  }
  return problems
}

const shown = (column: Column | undefined, value: string) =>
  value === "" || column?.content === "secret" ? {} : { value }

/**
 * Describes the problem without the value, which schema messages repeat but which is reported
 * separately.
 */
const describeProblem = (column: Column, value: string, message: string) =>
  column.content === "secret"
    ? "is not valid"
    : message.replace(quote(value), "").trim().split("\n").at(-1)?.trim().replace(/^not /, "is not ") || "is not valid"

/** Finds lost characters and placeholders, which a column's schema does not check for. */
const lostValueProblems = (
  columns: ReadonlyArray<Column>,
  found: Readonly<Record<string, string>>,
  line: number
): ReadonlyArray<Problem> =>
  columns.flatMap((column) => {
    const value = found[column.name] ?? ""
    const problem = conversionProblem(value) ?? placeholderProblem(value)
    return problem === undefined
      ? []
      : [{ line, column: column.name, ...shown(column, value), problem, remedy: `enter ${column.expected}` }]
  })

const cellProblems = (
  columns: ReadonlyArray<Column>,
  found: Readonly<Record<string, string>>,
  error: ParseResult.ParseError,
  line: number,
  others: ReadonlyArray<Problem>
): ReadonlyArray<Problem> => {
  const problems: Array<Problem> = [...others]
  const empty = columns.filter(({ name, need }) => need === "required" && found[name] === undefined)
  for (const column of empty) {
    problems.push({ line, column: column.name, problem: "is empty", remedy: `enter ${column.expected}` })
  }
  for (const { message, path } of ParseResult.ArrayFormatter.formatErrorSync(error)) {
    const column = columns.find(({ name }) => name === path[0])
    if (column === undefined) {
      problems.push({ line, problem: message, remedy: "correct the row" })
    } else if (!empty.includes(column) && !problems.some((other) => other.column === column.name)) {
      const value = found[column.name] ?? ""
      problems.push({
        line,
        column: column.name,
        ...shown(column, value),
        problem: describeProblem(column, value, message),
        remedy: `enter ${column.expected}`
      })
    }
  }
  return problems
}

const isBlank = (cell: string) => cell.trim() === ""

const extraCells = (cells: ReadonlyArray<string>, width: number, line: number): ReadonlyArray<Problem> => {
  const extra = cells.slice(width).filter((cell) => !isBlank(cell))
  return extra.length === 0
    ? []
    : [
        {
          line,
          problem: `has ${cells.length} cells, but the header has ${width}`,
          remedy: "put cells that contain the delimiter in quotes"
        }
      ]
}

const sameValues = (a: Row<unknown>, b: Row<unknown>) => JSON.stringify(a.value) === JSON.stringify(b.value)

// The maximum number of lines that a message about a repeated key names.
const mostElsewhere = 10

/**
 * Finds rows with the same key. If they are identical, the first is kept. If they differ, none is
 * kept, because the right one is unknown.
 */
const findRepeated = <A>(rows: ReadonlyArray<Row<A> & { readonly line: number }>, key: (value: A) => string) => {
  const byKey = new Map<string, Array<Row<A> & { readonly line: number }>>()
  for (const row of rows) {
    const name = canonical(key(row.value))
    const same = byKey.get(name)
    if (same === undefined) byKey.set(name, [row])
    else same.push(row)
  }
  const kept: Array<Row<A>> = []
  const problems: Array<Problem> = []
  for (const [name, same] of byKey) {
    const [first, ...others] = same
    if (first === undefined) {
      continue
    }
    const agree = others.every((row) => sameValues(row, first))
    if (agree) {
      kept.push(first)
    }
    for (const row of agree ? others : same) {
      const elsewhere = same.slice(0, mostElsewhere + 1).flatMap(({ line }) => (line === row.line ? [] : [line]))
      const shown = elsewhere.slice(0, mostElsewhere)
      const lines = `${shown.length === 1 ? "line" : "lines"} ${shown.join(", ")}`
      const more = same.length - 1 > mostElsewhere ? " and others" : ""
      problems.push({
        line: row.line,
        problem: `${name} is also on ${lines}${more}${agree ? "" : ", with other values"}`,
        remedy: "keep one of these lines"
      })
    }
  }
  return { kept, problems }
}

type Cells = Readonly<Record<string, string>>

/**
 * Removes the cells of secret columns that have a problem, because people paste the secret itself
 * where a reference belongs.
 */
const withoutSecrets = (places: ReadonlyArray<Place>, cells: Cells, problems: ReadonlyArray<Problem>): Cells => {
  const wrong = new Set(problems.map(({ column }) => column))
  const secret = places.filter(({ column }) => column?.content === "secret" && wrong.has(column.name))
  return secret.length === 0 ? cells : { ...cells, ...Object.fromEntries(secret.map(({ header }) => [header, ""])) }
}

/**
 * Removes all cells of a row with too many cells if the file has secret columns, because any of the
 * cells could be the secret.
 */
const withoutShiftedSecrets = (columns: ReadonlyArray<Column>, cells: Cells): Cells =>
  columns.some(({ content }) => content === "secret") ? {} : cells

export const read = <A>({ columns, decode, key }: Definition<A>, { damage, records }: Records): Read<A> => {
  const [head, ...body] = records
  if (head === undefined) {
    const names = columns.map(({ name }) => name).join(",")
    return unreadable(
      damage.length > 0
        ? damage
        : [{ line: 1, problem: "the file is empty", remedy: `start it with the header ${names}` }]
    )
  }
  const places: ReadonlyArray<Place> = head.cells.map((header) => ({
    header: header.trim(),
    column: findColumn(columns, header)
  }))
  const ofHeader = headerProblems(columns, places, head.line)
  const structural = [...ofHeader, ...damage]
  const problems: Array<Problem> = []
  const rows: Array<Row<A> & { readonly line: number }> = []
  const kept = new Map<number, Readonly<Record<string, string>>>()
  for (const { cells, line } of ofHeader.length > 0 ? [] : body) {
    const original: Record<string, string> = {}
    const found: Record<string, string> = {}
    for (const [i, { column, header }] of places.entries()) {
      const cell = unescapeFormula(cells[i] ?? "")
      if (column !== undefined || !isSecretName(header)) {
        original[header] = cell
      }
      if (column !== undefined && !isBlank(cell)) {
        found[column.name] = cell
      }
    }
    const extra = extraCells(cells, places.length, line)
    const decoded = decode(found)
    const strange = lostValueProblems(columns, found, line)
    const wrong = Either.isLeft(decoded) ? cellProblems(columns, found, decoded.left, line, strange) : strange
    problems.push(...extra, ...wrong)
    kept.set(
      line,
      extra.length > 0 ? withoutShiftedSecrets(columns, original) : withoutSecrets(places, original, wrong)
    )
    if (Either.isRight(decoded) && extra.length === 0 && wrong.length === 0) {
      rows.push({ line, cells: original, value: decoded.right })
    }
  }
  const unique = findRepeated(rows, key)
  return {
    rows: unique.kept,
    cells: kept,
    problems: [...structural, ...problems, ...unique.problems].sort((a, b) => a.line - b.line),
    state: structural.length > 0 ? "broken" : "whole"
  }
}
