/** The script of the report: reads the rows in the file and builds the page from them. */
import { type Binned, days, unitFor } from "./bins.js"
import * as Details from "./details.js"
import { element } from "./element.js"
import * as Filters from "./filters.js"
import * as FindingsChart from "./findingsChart.js"
import { count, plural } from "./format.js"
import * as Histogram from "./histogram.js"
import * as Rows from "./rows.js"
import * as Selection from "./selection.js"
import * as Table from "./table.js"

const rounded = (value: number) => String(Math.round(Math.abs(value) * 10) / 10)

const expiry = ({ median, past, values }: Binned): string =>
  values === 0
    ? "No account has a directory token with an expiry date."
    : `Of ${plural(values, "token", "tokens")}, ${count(past)} had expired when the audit began. The median expires ${rounded(median)} days ${
        median < 0 ? "before" : "after"
      } the audit.`

const age = ({ median, unit, values }: Binned): string =>
  values === 0
    ? "No account has a creation date."
    : `The median age of ${plural(values, "account", "accounts")} is ${rounded(median)} ${unit.many}.`

const instants = (values: Float64Array) => Array.from(values).filter((value) => !Number.isNaN(value))

const notice = ({ complete, rows, total }: Rows.Embedded): ReadonlyArray<HTMLElement> =>
  complete
    ? []
    : [
        element(
          "p",
          { class: "notice", role: "alert" },
          `This file has ${count(rows.count)} of ${plural(total, "account", "accounts")}: it is truncated, or its rows do not belong to its summary.`
        )
      ]

const charts = ({ rows, startedAt }: Rows.Embedded, found: FindingsChart.Counts) => {
  const ages = instants(rows.instants.createdAt).map((created) => startedAt - created)
  const unit = unitFor(ages)
  return element(
    "div",
    { class: "panels" },
    FindingsChart.panel(found, rows.count),
    Histogram.panel({
      id: "expiry",
      title: "Directory token expiry",
      axis: "Days from the audit to expiry",
      millis: instants(rows.instants.tokenExpiryDate).map((expires) => expires - startedAt),
      unit: days,
      inWords: expiry,
      zero: "audit"
    }),
    Histogram.panel({
      id: "age",
      title: "Account age",
      axis: `Age in ${unit.many}`,
      millis: ages,
      unit,
      inWords: age
    })
  )
}

const build = (main: HTMLElement) => {
  const embedded = Rows.read()
  const { rows, startedAt } = embedded
  const found = FindingsChart.counts(rows)
  const details = Details.make(rows, startedAt)
  const selection = Selection.make(rows)
  const said = element("p", { role: "status" })
  let filter = Selection.everything
  let sorting: Selection.Sorting | undefined

  const show = () => {
    const selected = selection.select(filter, sorting)
    table.show(selected, sorting)
    said.textContent =
      selected.length === rows.count
        ? plural(rows.count, "account", "accounts")
        : `${count(selected.length)} of ${plural(rows.count, "account", "accounts")}`
  }

  const table = Table.make(rows, startedAt, {
    open: details.open,
    sort: (chosen) => {
      sorting = chosen
      show()
    }
  })
  const filters = Filters.make(rows, found, (changed) => {
    filter = changed
    show()
  })

  main.replaceChildren(
    ...notice(embedded),
    charts(embedded, found),
    element(
      "section",
      { class: "panel wide", "aria-labelledby": "accounts" },
      element("header", {}, element("h2", { id: "accounts", tabindex: -1 }, "Accounts"), said),
      filters,
      table.element
    ),
    details.element
  )
  show()
  // Done while the reader looks at the page, so that the first search does not have to wait.
  setTimeout(selection.prepare, 0)
}

addEventListener("DOMContentLoaded", () => {
  const main = document.getElementById("main")
  if (main !== null) {
    build(main)
  }
})
