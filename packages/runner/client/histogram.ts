/** A histogram as SVG, coloured by the style sheet, with its numbers in a table. */
import { axisBottom, axisLeft } from "d3-axis"
import { scaleLinear } from "d3-scale"
import { create } from "d3-selection"
import { type Binned, bin, spanned, type Unit } from "./bins.js"
import { element } from "./element.js"
import { count, plural, share } from "./format.js"

export interface Histogram {
  readonly id: string
  readonly title: string
  /** The label of the x axis. */
  readonly axis: string
  readonly millis: ReadonlyArray<number>
  readonly unit: Unit
  /** Describes the chart in a sentence, shown above it and read by screen readers. */
  readonly inWords: (binned: Binned) => string
  /** The label of a line at zero, if there should be one. */
  readonly zero?: string
}

const height = 240
const margin = { top: 18, right: 8, bottom: 38, left: 44 }

const draw = ({ axis, inWords, zero }: Histogram, binned: Binned, width: number, say: (text: string) => void) => {
  const { bins, unit } = binned
  const x = scaleLinear()
    .domain([bins[0]?.from ?? 0, bins.at(-1)?.to ?? 1])
    .range([margin.left, width - margin.right])
  const y = scaleLinear()
    .domain([0, Math.max(1, ...bins.map(({ count }) => count))])
    .nice(4)
    .range([height - margin.bottom, margin.top])
  const [bottom] = y.range()
  const floor = bottom ?? 0

  const svg = create("svg")
    .attr("viewBox", `0 0 ${width} ${height}`)
    .attr("width", width)
    .attr("height", height)
    .attr("role", "img")
    .attr("aria-label", inWords(binned))

  svg
    .append("g")
    .attr("class", "axis y")
    .attr("transform", `translate(${margin.left},0)`)
    .call(
      axisLeft<number>(y)
        .tickValues(y.ticks(4).filter(Number.isInteger))
        .tickFormat(count)
        .tickSizeInner(-(width - margin.left - margin.right))
        .tickPadding(8)
    )
  svg
    .append("g")
    .attr("class", "bars")
    .selectAll("rect")
    .data(bins)
    .join("rect")
    .attr("class", (bin) => (zero !== undefined && bin.to <= 0 ? "past" : "future"))
    .attr("x", ({ from }) => x(from) + 0.75)
    .attr("width", ({ from, to }) => Math.max(1, x(to) - x(from) - 1.5))
    // Keeps the shortest bar visible.
    .attr("y", ({ count }) => (count === 0 ? floor : Math.min(y(count), floor - 2)))
    .attr("height", ({ count }) => (count === 0 ? 0 : Math.max(2, floor - y(count))))
  svg
    .append("g")
    .attr("class", "axis x")
    .attr("transform", `translate(0,${floor})`)
    .call(
      axisBottom(x)
        .ticks(Math.max(2, Math.floor(width / 70)))
        .tickSizeOuter(0)
    )
  svg
    .append("text")
    .attr("class", "legend")
    .attr("x", (margin.left + width - margin.right) / 2)
    .attr("y", height - 4)
    .attr("text-anchor", "middle")
    .text(axis)
  if (zero !== undefined) {
    const at = x(0)
    const flipped = at > width - 90
    svg.append("line").attr("class", "zero").attr("x1", at).attr("x2", at).attr("y1", 6).attr("y2", floor)
    svg
      .append("text")
      .attr("class", "zero")
      .attr("x", at + (flipped ? -5 : 5))
      .attr("y", 13)
      .attr("text-anchor", flipped ? "end" : "start")
      .text(zero)
  }
  const node = svg.node()
  node?.addEventListener("pointermove", (event) => {
    const at = x.invert(event.clientX - node.getBoundingClientRect().left)
    const under = bins.find(({ from, to }) => from <= at && at < to)
    say(under === undefined ? "" : `${spanned(under, unit)}: ${plural(under.count, "account", "accounts")}`)
  })
  node?.addEventListener("pointerleave", () => say(""))
  return node
}

const numbers = ({ axis, title }: Histogram, { bins, unit, values }: Binned) =>
  element(
    "details",
    {},
    element("summary", {}, "Show as a table"),
    element(
      "table",
      { class: "numbers" },
      element("caption", {}, title),
      element(
        "thead",
        {},
        element("tr", {}, ...[axis, "Accounts", "Share"].map((label) => element("th", { scope: "col" }, label)))
      ),
      element(
        "tbody",
        {},
        ...bins.map((bin) =>
          element(
            "tr",
            {},
            element("th", { scope: "row" }, spanned(bin, unit)),
            element("td", {}, count(bin.count)),
            element("td", {}, share(bin.count, values))
          )
        )
      )
    )
  )

/** The panel of a histogram. A change of width redraws it, so that its text keeps its size. */
export const panel = (histogram: Histogram): HTMLElement => {
  const binned = bin(histogram.millis, histogram.unit)
  const heading = element("h2", { id: histogram.id }, histogram.title)
  const beyond = binned.bins.some(({ open }) => open !== undefined)
    ? " The outermost bars include all values beyond them."
    : ""
  const words = element("p", { class: "words" }, histogram.inWords(binned) + beyond)
  if (binned.values === 0) {
    return element("section", { class: "panel", "aria-labelledby": histogram.id }, heading, words)
  }
  const readout = element("p", { class: "readout", "aria-hidden": "true" })
  const chart = element("div", { class: "chart" })
  let drawn = 0
  new ResizeObserver(() => {
    const width = Math.floor(chart.clientWidth)
    if (width > 0 && width !== drawn) {
      drawn = width
      const svg = draw(histogram, binned, width, (text) => {
        readout.textContent = text
      })
      chart.replaceChildren(...(svg === null ? [] : [svg]))
    }
  }).observe(chart)
  return element(
    "section",
    { class: "panel", "aria-labelledby": histogram.id },
    heading,
    words,
    chart,
    readout,
    numbers(histogram, binned)
  )
}
