/**
 * The table of accounts. The document only contains the rows in view; `aria-rowcount` and
 * `aria-rowindex` tell assistive technology the total and the position of each.
 */
import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type VirtualizerOptions
} from "@tanstack/virtual-core"
import { columns } from "./columns.js"
import { element } from "./element.js"
import { plural } from "./format.js"
import type { Rows } from "./rows.js"
import type { Direction, Sorting, SortKey } from "./selection.js"

// The number of rows to print. More would block the browser for a minute.
const printed = 1_000

export interface Table {
  readonly element: HTMLElement
  readonly show: (selected: Uint32Array, sorting: Sorting | undefined) => void
}

export interface Events {
  readonly sort: (sorting: Sorting) => void
  readonly open: (row: number) => void
}

const header = (sort: (key: SortKey) => void) =>
  columns.map(({ key, label }) => {
    const button = element("button", { type: "button" }, label)
    button.addEventListener("click", () => sort(key))
    return {
      key,
      cell: element(
        "th",
        { scope: "col", class: key, role: "columnheader", "aria-sort": "none", "data-label": label },
        button
      )
    }
  })

export const make = (rows: Rows, startedAt: number, { open, sort }: Events): Table => {
  let selected: Uint32Array = new Uint32Array(0)
  let sorting: Sorting | undefined
  /** The index, among the selected rows, of the row that Tab and the arrow keys start from. */
  let current = 0
  /** The row to focus once it is rendered. Scroll events arrive later. */
  let awaited: number | undefined
  let printing = false
  const shown = new Map<number, HTMLTableRowElement>()

  const turned = (key: SortKey): Direction =>
    sorting?.key === key && sorting.direction === "ascending" ? "descending" : "ascending"
  const heads = header((key) => sort({ key, direction: turned(key) }))
  const head = element(
    "thead",
    { role: "rowgroup" },
    element("tr", { role: "row", "aria-rowindex": 1 }, ...heads.map(({ cell }) => cell))
  )
  const above = element("tbody", { "aria-hidden": "true", class: "space" })
  const body = element("tbody", { role: "rowgroup" })
  const below = element("tbody", { "aria-hidden": "true", class: "space" })
  const table = element("table", { role: "table", "aria-labelledby": "accounts" }, head, above, body, below)
  const empty = element("p", { class: "empty", hidden: true }, "No accounts match these filters.")
  const cut = element("p", { class: "cut" })
  const pane = element(
    "div",
    { class: "pane", role: "region", "aria-label": "Rows of the table", tabindex: 0 },
    table,
    empty
  )

  const line = (place: number): HTMLTableRowElement => {
    const row = selected[place] ?? 0
    const cells = columns.map(({ cell, key }) => {
      const content = cell(rows, row, startedAt)
      if (key !== "name") {
        return element("td", { class: key, role: "cell" }, content)
      }
      const button = element(
        "button",
        { type: "button", tabindex: place === current ? 0 : -1, title: "Details" },
        content
      )
      button.addEventListener("click", () => {
        settle(place)
        open(row)
      })
      return element("th", { class: key, scope: "row", role: "rowheader" }, button)
    })
    return element(
      "tr",
      { role: "row", "aria-rowindex": place + 2, class: place % 2 === 0 ? "even" : undefined },
      ...cells
    )
  }

  /** Shows the rows from `first` to `last` and reuses the elements that exist already. */
  const place = (first: number, last: number, before: number, after: number) => {
    for (const [place, line] of shown) {
      if (place < first || place > last) {
        // Keeps the keys working when the focused row scrolls out of view.
        if (line.contains(document.activeElement)) {
          pane.focus({ preventScroll: true })
        }
        line.remove()
        shown.delete(place)
      }
    }
    let next = body.firstElementChild
    for (let at = first; at <= last; at++) {
      const known = shown.get(at)
      if (known === undefined) {
        const made = line(at)
        shown.set(at, made)
        body.insertBefore(made, next)
      } else {
        next = known.nextElementSibling
      }
    }
    above.style.height = `${before}px`
    below.style.height = `${after}px`
    if (awaited !== undefined && shown.has(awaited)) {
      buttonAt(awaited)?.focus({ preventScroll: true })
      awaited = undefined
    }
  }

  const rowHeight = () => 2.5 * Number.parseFloat(getComputedStyle(document.documentElement).fontSize)

  const options = (): VirtualizerOptions<HTMLElement, HTMLTableRowElement> => ({
    count: selected.length,
    getScrollElement: () => pane,
    estimateSize: rowHeight,
    overscan: 12,
    // Leaves room for the header, which stays at the top.
    scrollPaddingStart: head.offsetHeight,
    scrollMargin: head.offsetHeight,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    onChange: () => render()
  })

  const virtualizer = new Virtualizer(options())

  const render = () => {
    // The pane is then as long as its rows, so all of them would count as in view.
    if (printing) return
    const items = virtualizer.getVirtualItems()
    const first = items[0]
    const last = items.at(-1)
    if (first === undefined || last === undefined) {
      place(0, -1, 0, 0)
    } else {
      const margin = virtualizer.options.scrollMargin
      place(first.index, last.index, first.start - margin, virtualizer.getTotalSize() - (last.end - margin))
    }
  }

  const refresh = () => {
    virtualizer.setOptions(options())
    virtualizer._willUpdate()
    render()
  }

  const buttonAt = (place: number) => shown.get(place)?.querySelector<HTMLButtonElement>("th button")

  /** Makes a row the one that Tab and the arrow keys start from. */
  const settle = (place: number) => {
    const before = buttonAt(current)
    if (before) before.tabIndex = -1
    current = Math.max(0, Math.min(selected.length - 1, place))
    const now = buttonAt(current)
    if (now) now.tabIndex = 0
  }

  const move = (place: number) => {
    settle(place)
    awaited = current
    virtualizer.scrollToIndex(current)
    render()
  }

  const steps: Readonly<Record<string, (page: number) => number>> = {
    ArrowDown: () => current + 1,
    ArrowUp: () => current - 1,
    PageDown: (page) => current + page,
    PageUp: (page) => current - page,
    Home: () => 0,
    End: () => selected.length - 1
  }

  pane.addEventListener("keydown", (event) => {
    const step = steps[event.key]
    const inHead = event.target instanceof Node && head.contains(event.target)
    if (step === undefined || inHead || selected.length === 0 || event.altKey || event.ctrlKey || event.metaKey) {
      return
    }
    event.preventDefault()
    // From the pane, the first key returns to the current row.
    const enters = event.target === pane && awaited === undefined && shown.has(current)
    move(enters ? current : step(Math.max(1, Math.floor(pane.clientHeight / rowHeight()) - 2)))
  })

  addEventListener("beforeprint", () => {
    const last = Math.min(selected.length, printed) - 1
    cut.textContent =
      selected.length > printed
        ? `The first ${plural(printed, "account", "accounts")} of the ${plural(selected.length, "account", "accounts")} selected. The other formats of this report contain all of them.`
        : ""
    place(0, last, 0, 0)
    printing = true
  })
  addEventListener("afterprint", () => {
    printing = false
    refresh()
  })

  return {
    element: element("div", { class: "accounts" }, pane, cut),
    show: (next, order) => {
      selected = next
      sorting = order
      current = 0
      awaited = undefined
      for (const line of shown.values()) line.remove()
      shown.clear()
      table.setAttribute("aria-rowcount", String(selected.length + 1))
      for (const { cell, key } of heads) {
        cell.setAttribute("aria-sort", sorting?.key === key ? sorting.direction : "none")
      }
      empty.hidden = selected.length > 0
      pane.scrollTop = 0
      refresh()
    }
  }
}
