/**
 * Selects the rows to show and their order. Each order is computed once, on first use; after that,
 * filtering is a single pass.
 */
import type { InstantField, TextField } from "../src/internal/htmlReport/payload.js"
import type { Rows } from "./rows.js"

export type SortKey = TextField | InstantField | "findings"

export type Direction = "ascending" | "descending"

export interface Sorting {
  readonly key: SortKey
  readonly direction: Direction
}

export interface Filter {
  /** Words that must all occur in the row. */
  readonly search: string
  /** A bit for each finding; a row with any of them passes. 0 matches every row. */
  readonly findings: number
  /** The live status; "" matches every row. */
  readonly status: string
  /** The kind of error; "" matches every row. */
  readonly error: string
}

export const everything: Filter = { search: "", findings: 0, status: "", error: "" }

export interface Selection {
  readonly select: (filter: Filter, sorting: Sorting | undefined) => Uint32Array
  /** Prepares the first search. */
  readonly prepare: () => void
}

interface Order {
  /** Ascending, rows without a value last. */
  readonly rows: Uint32Array
  readonly valued: number
}

const searched = [
  "name",
  "username",
  "email",
  "accountId",
  "userId",
  "directoryId",
  "applicationId",
  "liveStatus",
  "errorKind",
  "errorMessage"
] as const satisfies ReadonlyArray<TextField>

const plain = /^[ -~]*$/

/**
 * Removes case and accents, so that É is found and sorted as e. Comparing such texts is many times
 * faster than `Intl.Collator`.
 */
const folded = (text: string) => (plain.test(text) ? text : text.normalize("NFD").replace(/\p{M}+/gu, "")).toLowerCase()

const compare = <A extends string | number>(a: A, b: A) => (a < b ? -1 : a > b ? 1 : 0)

const ordered = <A extends string | number>(values: ReadonlyArray<A | undefined>): Order => {
  const valued = values.flatMap((value, row) => (value === undefined ? [] : [{ row, value }]))
  valued.sort((a, b) => compare(a.value, b.value) || a.row - b.row)
  const without = values.flatMap((value, row) => (value === undefined ? [row] : []))
  return { rows: Uint32Array.from([...valued.map(({ row }) => row), ...without]), valued: valued.length }
}

export const make = (rows: Rows): Selection => {
  const orders = new Map<SortKey, Order>()
  let haystack: ReadonlyArray<string> | undefined

  const values = (key: SortKey): ReadonlyArray<string | number | undefined> =>
    key === "findings"
      ? Array.from(rows.findings)
      : key === "createdAt" || key === "updatedAt" || key === "tokenExpiryDate"
        ? Array.from(rows.instants[key], (value) => (Number.isNaN(value) ? undefined : value))
        : rows.texts[key].map((value) => (value === undefined ? undefined : folded(value)))

  const order = (key: SortKey): Order => {
    const known = orders.get(key)
    if (known !== undefined) {
      return known
    }
    const made = ordered(values(key))
    orders.set(key, made)
    return made
  }

  const lines = (): ReadonlyArray<string> => {
    haystack ??= Array.from({ length: rows.count }, (_, row) =>
      folded(searched.map((field) => rows.texts[field][row] ?? "").join("\n"))
    )
    return haystack
  }

  const passing = ({ error, findings, search, status }: Filter): ((row: number) => boolean) => {
    const words = folded(search).split(/\s+/).filter(Boolean)
    const text = words.length === 0 ? [] : lines()
    return (row) =>
      (findings === 0 || ((rows.findings[row] ?? 0) & findings) !== 0) &&
      (status === "" || rows.texts.liveStatus[row] === status) &&
      (error === "" || rows.texts.errorKind[row] === error) &&
      words.every((word) => text[row]?.includes(word))
  }

  return {
    prepare: () => {
      lines()
    },
    select: (filter, sorting) => {
      const passes = passing(filter)
      const chosen = new Uint32Array(rows.count)
      let found = 0
      const consider = (row: number | undefined) => {
        if (row !== undefined && passes(row)) {
          chosen[found++] = row
        }
      }
      if (sorting === undefined) {
        for (let row = 0; row < rows.count; row++) consider(row)
      } else {
        const { rows: sorted, valued } = order(sorting.key)
        if (sorting.direction === "ascending") {
          for (let place = 0; place < valued; place++) consider(sorted[place])
        } else {
          for (let place = valued - 1; place >= 0; place--) consider(sorted[place])
        }
        for (let place = valued; place < sorted.length; place++) consider(sorted[place])
      }
      return chosen.subarray(0, found)
    }
  }
}
