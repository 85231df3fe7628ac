import * as DateTime from "effect/DateTime"
import { script, scriptHash, style, styleHash } from "#html-report-client"
import type { Summary } from "../../StatusAudit.js"
import { escapeJson, escapeText } from "./escape.js"
import { headline } from "./headline.js"
import * as payload from "./payload.js"

// Nothing is loaded or sent, and only this package's own script and style run.
const policy = [
  "default-src 'none'",
  `script-src '${scriptHash}'`,
  `style-src '${styleHash}'`,
  "base-uri 'none'",
  "form-action 'none'"
].join("; ")

/** Renders everything before the rows. */
export const opening = (summary: Summary): string => {
  const head: payload.Head = { startedAt: DateTime.toEpochMillis(summary.startedAt), total: summary.total }
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="effect-glowmarkt">
<title>Account audit ${escapeText(summary.runId)}</title>
<style>${style}</style>
<script>${script}</script>
</head>
<body>
<a class="skip" href="#accounts">Skip to the accounts</a>
${headline(summary)}
<main id="main"><p class="waiting">Reading the accounts…</p></main>
<noscript><p class="notice">The charts and the table of accounts need JavaScript, which is off.</p></noscript>
<script type="application/json" id="${payload.headId}">${escapeJson(head)}</script>
`
}

/** Everything after the rows. If it is there, the page knows that no rows are missing. */
export const closing = `<script type="application/json" id="${payload.endId}">{}</script>
</body>
</html>
`
