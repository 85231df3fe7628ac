import * as DateTime from "effect/DateTime"
import type { Summary } from "../../StatusAudit.js"
import { escapeText } from "./escape.js"

const number = new Intl.NumberFormat("en")

const share = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 1 })

const plural = (count: number, one: string, many: string) => `${number.format(count)} ${count === 1 ? one : many}`

const instant = (at: DateTime.Utc) => `${DateTime.formatIso(at).slice(0, 16).replace("T", " ")} UTC`

const formatDuration = (millis: number): string => {
  const seconds = Math.round(millis / 1000)
  const units = [
    [Math.floor(seconds / 3600), "h"],
    [Math.floor(seconds / 60) % 60, "min"],
    [seconds % 60, "s"]
  ] as const
  return units.flatMap(([count, unit]) => (count > 0 ? [`${count} ${unit}`] : [])).join(" ") || "less than a second"
}

interface Figure {
  readonly label: string
  readonly value: number
  readonly note: string
}

const figures = ({ counts, listed, total }: Summary): ReadonlyArray<Figure> => {
  const of = (value: number) => (total === 0 ? "of none" : `${share.format(value / total)} of all`)
  const attention = total - counts.healthy
  const tokens = counts.tokenExpired + counts.tokenExpiring
  const open = counts.missing + counts.denied + counts.undetermined
  return [
    {
      label: "Accounts",
      value: total,
      note: listed === undefined ? "in the list" : `audited, of ${number.format(listed)} in the list`
    },
    { label: "Healthy", value: counts.healthy, note: of(counts.healthy) },
    { label: "Need attention", value: attention, note: of(attention) },
    {
      label: "Tokens expired or expiring",
      value: tokens,
      note: `${number.format(counts.tokenExpired)} expired, ${number.format(counts.tokenExpiring)} expiring`
    },
    {
      label: "Could not be checked",
      value: open,
      note: `${number.format(counts.missing)} missing, ${number.format(counts.denied)} denied, ${number.format(counts.undetermined)} undetermined`
    }
  ]
}

const figure = ({ label, note, value }: Figure) =>
  `<div class="figure"><dt>${label}</dt><dd><strong>${number.format(value)}</strong><span>${note}</span></dd></div>`

// The kinds are limited in number and length, because custom steps may use any name for an error.
const kindsShown = 8
const longestKind = 60

const kind = ([name, count]: readonly [string, number]) => {
  const short = name.length > longestKind ? `${name.slice(0, longestKind)}…` : name
  return `${number.format(count)} <bdi><code>${escapeText(short)}</code></bdi>`
}

const errors = ({ errors }: Summary) => {
  const kinds = Object.entries(errors).sort(([, a], [, b]) => b - a)
  const others = kinds.length - kindsShown
  const named = kinds.slice(0, kindsShown).map(kind).join(", ")
  return kinds.length === 0
    ? ""
    : `<p class="errors">Errors while reading: ${named}${others > 0 ? ` and ${plural(others, "other kind", "other kinds")}` : ""}.</p>`
}

/** Renders the title and the headline numbers. They need no script and appear before the rows. */
export const headline = (summary: Summary): string => {
  const { finishedAt, runId, startedAt, total } = summary
  return `<header class="top">
<h1>Account audit</h1>
<p>${plural(total, "account", "accounts")}, as of <time datetime="${DateTime.formatIso(startedAt)}">${instant(startedAt)}</time>. \
Took ${formatDuration(DateTime.distance(startedAt, finishedAt))}. Run <code>${escapeText(runId)}</code>.</p>
</header>
<section aria-label="Headline numbers">
<dl class="figures">${figures(summary).map(figure).join("")}</dl>
${errors(summary)}
</section>`
}
