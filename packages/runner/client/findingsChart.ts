/**
 * The number of accounts with each finding. The chart is a table with bars, so screen readers can
 * read it.
 */
import { scaleLinear } from "d3-scale"
import { create } from "d3-selection"
import { tag } from "./columns.js"
import { element } from "./element.js"
import * as Finding from "./finding.js"
import { count, share } from "./format.js"
import type { Rows } from "./rows.js"

export type Counts = ReadonlyMap<Finding.Described, number>

export const counts = ({ findings }: Rows): Counts => {
  const found = new Map<Finding.Described, number>(Finding.all.map((described) => [described, 0]))
  for (const mask of findings) {
    for (const described of Finding.all) {
      if ((mask & described.bit) !== 0) {
        found.set(described, (found.get(described) ?? 0) + 1)
      }
    }
  }
  return found
}

const bar = (finding: string, percent: number) => {
  const svg = create("svg").attr("class", "bar").attr("aria-hidden", "true").attr("width", "100%").attr("height", 14)
  svg.append("rect").attr("class", "track").attr("width", "100%").attr("height", 14).attr("rx", 2)
  svg.append("rect").attr("class", finding).attr("width", `${percent}%`).attr("height", 14).attr("rx", 2)
  return svg.node() ?? ""
}

export const panel = (found: Counts, total: number): HTMLElement => {
  const length = scaleLinear()
    .domain([0, Math.max(1, ...found.values())])
    .range([0, 100])
  return element(
    "section",
    { class: "panel", "aria-labelledby": "findings" },
    element("h2", { id: "findings" }, "Findings"),
    element("p", { class: "words" }, "The number of accounts with each finding. An account can have several."),
    element(
      "table",
      { class: "shares" },
      element(
        "thead",
        { class: "hidden" },
        element(
          "tr",
          {},
          ...["Finding", "Bar", "Accounts", "Share"].map((label) => element("th", { scope: "col" }, label))
        )
      ),
      element(
        "tbody",
        {},
        ...[...found].map(([described, accounts]) =>
          element(
            "tr",
            { title: described.meaning },
            element("th", { scope: "row" }, tag(described)),
            // A bar of less than a pixel would look like zero.
            element("td", {}, bar(described.finding, accounts === 0 ? 0 : Math.max(0.8, length(accounts)))),
            element("td", { class: "number" }, count(accounts)),
            element("td", { class: "number share" }, share(accounts, total))
          )
        )
      )
    )
  )
}
