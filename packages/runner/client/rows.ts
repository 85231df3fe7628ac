/** The rows in memory, column by column. A row is an index. */
import * as payload from "../src/internal/htmlReport/payload.js"

export interface Rows {
  readonly count: number
  /** A bit for each finding. */
  readonly findings: Uint16Array
  readonly texts: Readonly<Record<payload.TextField, ReadonlyArray<string | undefined>>>
  /** Milliseconds since 1970, `NaN` for none. */
  readonly instants: Readonly<Record<payload.InstantField, Float64Array>>
}

export interface Embedded {
  readonly rows: Rows
  readonly startedAt: number
  /** The total in the summary, which exceeds the number of rows if the file is truncated. */
  readonly total: number
  readonly complete: boolean
}

const isBlock = (value: unknown): value is payload.Block =>
  typeof value === "object" && value !== null && "rows" in value

const isHead = (value: unknown): value is payload.Head =>
  typeof value === "object" && value !== null && "startedAt" in value && "total" in value

const parsed = (element: Element | null): unknown => {
  try {
    return JSON.parse(element?.textContent ?? "")
  } catch {
    // The last block of a truncated file.
    return undefined
  }
}

const textsInto = (column: Array<string | undefined>, texts: payload.Texts | undefined, count: number) => {
  for (let row = 0; row < count; row++) {
    column.push(
      texts === undefined
        ? undefined
        : "distinct" in texts
          ? texts.distinct[(texts.at[row] ?? 0) - 1]
          : texts[row] || undefined
    )
  }
}

/** Reads the rows from the file and removes their elements, to free memory. */
export const read = (): Embedded => {
  const head = parsed(document.getElementById(payload.headId))
  const elements = [...document.getElementsByClassName(payload.blockClass)]
  const blocks = elements.map(parsed).filter(isBlock)
  for (const element of elements) {
    element.remove()
  }
  const count = blocks.reduce((sum, block) => sum + block.rows, 0)

  const findings = new Uint16Array(count)
  const texts = new Map(payload.textFields.map((field) => [field, [] as (string | undefined)[]] as const))
  const instants = new Map(
    payload.instantFields.map((field) => [field, new Float64Array(count).fill(Number.NaN)] as const)
  )
  let done = 0
  for (const block of blocks) {
    findings.set(block.findings, done)
    for (const [field, column] of texts) {
      textsInto(column, block.texts[field], block.rows)
    }
    for (const [field, column] of instants) {
      block.instants[field]?.forEach((value, row) => {
        column[done + row] = value ?? Number.NaN
      })
    }
    done += block.rows
  }

  const text = (field: payload.TextField) => texts.get(field) ?? []
  const instant = (field: payload.InstantField) => instants.get(field) ?? new Float64Array(0)
  return {
    rows: {
      count,
      findings,
      texts: {
        accountId: text("accountId"),
        applicationId: text("applicationId"),
        userId: text("userId"),
        directoryId: text("directoryId"),
        name: text("name"),
        username: text("username"),
        email: text("email"),
        listStatus: text("listStatus"),
        liveStatus: text("liveStatus"),
        errorKind: text("errorKind"),
        errorMessage: text("errorMessage")
      },
      instants: {
        createdAt: instant("createdAt"),
        updatedAt: instant("updatedAt"),
        tokenExpiryDate: instant("tokenExpiryDate")
      }
    },
    startedAt: isHead(head) ? head.startedAt : Number.NaN,
    total: isHead(head) ? head.total : count,
    complete: document.getElementById(payload.endId) !== null && (!isHead(head) || head.total === count)
  }
}
