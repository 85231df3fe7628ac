/** The columns of the table: label, sort key and cell of each. */
import type { InstantField, TextField } from "../src/internal/htmlReport/payload.js"
import { element } from "./element.js"
import * as Finding from "./finding.js"
import { date, signed } from "./format.js"
import type { Rows } from "./rows.js"
import type { SortKey } from "./selection.js"

export interface Column {
  readonly key: SortKey
  readonly label: string
  readonly cell: (rows: Rows, row: number, startedAt: number) => string | Node
}

// Cells shorten long texts; the details show the full text.
const longest = 160

const shortened = (text: string) => (text.length > longest ? `${text.slice(0, longest)}…` : text)

/**
 * Isolates the text direction, so that a right-to-left name does not reverse the text beside it.
 */
const isolated = (text: string) => element("bdi", {}, text)

const text = (key: TextField, label: string): Column => ({
  key,
  label,
  cell: (rows, row) => isolated(shortened(rows.texts[key][row] ?? ""))
})

const instant = (key: InstantField, label: string): Column => ({
  key,
  label,
  cell: (rows, row) => date(rows.instants[key][row] ?? Number.NaN)
})

export const tag = ({ finding, label }: Finding.Described): HTMLElement =>
  element("span", { class: `tag ${finding}` }, label)

/** The heading of a row: the account's name, or else what identifies it best. */
export const caption = (rows: Rows, row: number): string =>
  rows.texts.name[row] || rows.texts.username[row] || rows.texts.email[row] || rows.texts.accountId[row] || "(unnamed)"

/** `active`, or `active → inactive` if the list and the live status disagree. */
export const status = (rows: Rows, row: number): string => {
  const listed = rows.texts.listStatus[row]
  const live = rows.texts.liveStatus[row]
  return listed !== undefined && live !== undefined && listed !== live ? `${listed} → ${live}` : (live ?? "")
}

// More would not fit; the details show all of them.
const tagsACell = 2

const tags = (rows: Rows, row: number) => {
  const found = Finding.of(rows.findings[row] ?? 0)
  const others = found.length - tagsACell
  return element(
    "span",
    { class: "tags", title: others > 0 ? found.map(({ label }) => label).join(", ") : undefined },
    ...found.slice(0, tagsACell).map(tag),
    ...(others > 0 ? [`+${others} more`] : [])
  )
}

const expiry = (rows: Rows, row: number, startedAt: number) => {
  const at = rows.instants.tokenExpiryDate[row] ?? Number.NaN
  return Number.isNaN(at) ? "" : element("span", {}, date(at), element("small", {}, signed(at - startedAt)))
}

export const columns: ReadonlyArray<Column> = [
  { key: "name", label: "Name", cell: (rows, row) => isolated(shortened(caption(rows, row))) },
  { key: "findings", label: "Findings", cell: tags },
  { key: "liveStatus", label: "Status", cell: (rows, row) => isolated(shortened(status(rows, row))) },
  { key: "tokenExpiryDate", label: "Token expires", cell: expiry },
  instant("updatedAt", "Updated"),
  instant("createdAt", "Created"),
  text("errorKind", "Error"),
  text("email", "E-mail"),
  text("accountId", "Account id")
]
