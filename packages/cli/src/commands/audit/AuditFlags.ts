/**
 * Options of audits, whether they begin or go on.
 *
 * @since 0.1.0
 */
import * as Options from "@effect/cli/Options"
import { Finding } from "@effect-glowmarkt/runner/Finding"
import * as Flags from "../../args/Flags.js"

/**
 * The formats an audit can be written in.
 *
 * @since 0.1.0
 * @category models
 */
export const allFormats = ["json", "ndjson", "csv", "html"] as const

/**
 * @since 0.1.0
 * @category models
 */
export type Format = (typeof allFormats)[number]

/**
 * @since 0.1.0
 * @category options
 */
export const out = Flags.path("out", "DIR").pipe(
  Options.withDescription("The directory for the results, created if need be. Without it only the summary is shown."),
  Options.optional
)

/**
 * @since 0.1.0
 * @category options
 */
export const formats = Flags.someOf("format", allFormats).pipe(
  Options.withPseudoName("LIST"),
  Options.withDescription(
    "Which results of an audit to write: json is DIR/audit.json, the summary; ndjson and csv are DIR/accounts.ndjson and DIR/accounts.csv, a row an account; html is DIR/report.html, charts and a table to search in a browser. All of them unless given."
  ),
  Options.optional
)

/**
 * @since 0.1.0
 * @category options
 */
export const failOn = Flags.someOf("fail-on", Finding.literals).pipe(
  Options.withPseudoName("LIST"),
  Options.withDescription(
    `Exit with 1 if an account has any of these findings, separated by commas: ${Finding.literals.join(", ")}.`
  ),
  Options.optional
)
