/**
 * Options of `glowmarkt audit` and of `glowmarkt runs resume`.
 *
 * @since 0.1.0
 */
import * as Options from "@effect/cli/Options"
import { Finding } from "@effect-glowmarkt/runner/Finding"
import * as Flags from "../../args/Flags.js"

/**
 * The formats of an audit's results.
 *
 * @since 0.1.0
 * @category constants
 */
export const allFormats = ["json", "ndjson", "csv", "html"] as const

/**
 * @since 0.1.0
 * @category models
 */
export type Format = (typeof allFormats)[number]

/**
 * @since 0.1.0
 * @category constants
 */
export const out = Flags.path("out", "DIR").pipe(
  Options.withDescription(
    "The directory for the results; created if it does not exist. Without it, only the summary is shown."
  ),
  Options.optional
)

/**
 * @since 0.1.0
 * @category constants
 */
export const formats = Flags.someOf("format", allFormats).pipe(
  Options.withPseudoName("LIST"),
  Options.withDescription(
    "Which audit results to write, separated by commas: json is DIR/audit.json, the summary; ndjson and csv are DIR/accounts.ndjson and DIR/accounts.csv, one row per account; html is DIR/report.html, charts and a searchable table. Default: all of them."
  ),
  Options.optional
)

/**
 * @since 0.1.0
 * @category constants
 */
export const failOn = Flags.someOf("fail-on", Finding.literals).pipe(
  Options.withPseudoName("LIST"),
  Options.withDescription(
    `Exits 1 if an account has any of these findings, separated by commas: ${Finding.literals.join(", ")}.`
  ),
  Options.optional
)
