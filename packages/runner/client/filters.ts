/** The filters of the table: words, findings, status and error. */
import { element } from "./element.js"
import type { Counts } from "./findingsChart.js"
import { count } from "./format.js"
import type { Rows } from "./rows.js"
import { everything, type Filter } from "./selection.js"

const tallied = (values: ReadonlyArray<string | undefined>): ReadonlyArray<readonly [string, number]> => {
  const found = new Map<string, number>()
  for (const value of values) {
    if (value !== undefined) {
      found.set(value, (found.get(value) ?? 0) + 1)
    }
  }
  return [...found].sort(([, a], [, b]) => b - a)
}

// A server may send any word as a status, so the number of choices is limited.
const offered = 50

const choice = (label: string, any: string, values: ReadonlyArray<string | undefined>) => {
  const select = element("select", {}, element("option", { value: "" }, any))
  for (const [value, accounts] of tallied(values).slice(0, offered)) {
    const name = value.length > 40 ? `${value.slice(0, 40)}…` : value
    select.append(element("option", { value }, `${name} (${count(accounts)})`))
  }
  return { select, field: element("label", {}, element("span", {}, label), select) }
}

export const make = (rows: Rows, found: Counts, changed: (filter: Filter) => void): HTMLElement => {
  let filter = everything
  const search = element("input", {
    type: "search",
    placeholder: "Name, e-mail, any id, error…",
    autocomplete: "off",
    spellcheck: "false"
  })
  const status = choice("Status", "Any", rows.texts.liveStatus)
  const error = choice("Error", "Any or none", rows.texts.errorKind)
  const clear = element("button", { type: "button", class: "clear", hidden: true }, "Clear filters")
  const chips = [...found].map(([described, accounts]) => ({
    described,
    chip: element(
      "button",
      { type: "button", class: `chip ${described.finding}`, "aria-pressed": "false", title: described.meaning },
      described.label,
      element("span", { class: "count" }, ` ${count(accounts)}`)
    )
  }))

  const change = (part: Partial<Filter>) => {
    filter = { ...filter, ...part }
    for (const { chip, described } of chips) {
      chip.setAttribute("aria-pressed", String((filter.findings & described.bit) !== 0))
    }
    clear.hidden = filter.search.trim() === "" && filter.findings === 0 && filter.status === "" && filter.error === ""
    changed(filter)
  }

  search.addEventListener("input", () => change({ search: search.value }))
  status.select.addEventListener("change", () => change({ status: status.select.value }))
  error.select.addEventListener("change", () => change({ error: error.select.value }))
  for (const { chip, described } of chips) {
    chip.addEventListener("click", () => change({ findings: filter.findings ^ described.bit }))
  }
  clear.addEventListener("click", () => {
    search.value = ""
    status.select.value = ""
    error.select.value = ""
    change(everything)
    search.focus()
  })

  const form = element(
    "form",
    { class: "filters", role: "search", "aria-label": "Filter the accounts" },
    element("label", { class: "search" }, element("span", {}, "Search"), search),
    status.field,
    error.field,
    element(
      "div",
      { class: "chips", role: "group", "aria-label": "Show accounts with any of these findings" },
      ...chips.map(({ chip }) => chip),
      clear
    )
  )
  // Pressing Enter in the search field must not submit the form.
  form.addEventListener("submit", (event) => event.preventDefault())
  return form
}
