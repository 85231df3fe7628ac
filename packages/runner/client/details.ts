/** Shows everything the report has about one account. */
import { caption, tag } from "./columns.js"
import { element } from "./element.js"
import * as Finding from "./finding.js"
import { distance, instant } from "./format.js"
import type { Rows } from "./rows.js"

const entry = (label: string, ...value: ReadonlyArray<Node | string>) => [
  element("dt", {}, label),
  element("dd", {}, ...value)
]

const texts = [
  ["Name", "name"],
  ["User name", "username"],
  ["E-mail", "email"],
  ["Account id", "accountId"],
  ["User id", "userId"],
  ["Directory id", "directoryId"],
  ["Application id", "applicationId"],
  ["Listed status", "listStatus"],
  ["Live status", "liveStatus"]
] as const

const instants = [
  ["Directory token expires", "tokenExpiryDate"],
  ["Updated", "updatedAt"],
  ["Created", "createdAt"]
] as const

const list = (rows: Rows, row: number, startedAt: number) => {
  const kind = rows.texts.errorKind[row]
  const message = rows.texts.errorMessage[row]
  return element(
    "dl",
    {},
    ...entry(
      "Findings",
      ...Finding.of(rows.findings[row] ?? 0).map((described) =>
        element("div", {}, tag(described), `: ${described.meaning}`)
      )
    ),
    ...(kind === undefined
      ? []
      : entry("Error", element("code", {}, kind), element("bdi", { class: "whole" }, ` ${message ?? ""}`))),
    ...texts.flatMap(([label, field]) => {
      const value = rows.texts[field][row]
      return value === undefined ? [] : entry(label, element("bdi", { class: "whole" }, value))
    }),
    ...instants.flatMap(([label, field]) => {
      const at = rows.instants[field][row] ?? Number.NaN
      return Number.isNaN(at) ? [] : entry(label, instant(at), element("small", {}, distance(at - startedAt)))
    })
  )
}

export interface Details {
  readonly element: HTMLElement
  readonly open: (row: number) => void
}

export const make = (rows: Rows, startedAt: number): Details => {
  const title = element("h2", { id: "details" })
  const content = element("div", { class: "content", tabindex: 0 })
  const close = element("button", { type: "button", class: "close" }, "Close")
  const dialog = element("dialog", { "aria-labelledby": "details" }, element("header", {}, title, close), content)
  close.addEventListener("click", () => dialog.close())
  // A click outside hits the backdrop, and its target is the dialog itself.
  dialog.addEventListener("click", ({ target }) => {
    if (target === dialog) dialog.close()
  })
  return {
    element: dialog,
    open: (row) => {
      title.replaceChildren(element("bdi", {}, caption(rows, row)))
      content.replaceChildren(list(rows, row, startedAt))
      dialog.showModal()
      content.scrollTop = 0
    }
  }
}
