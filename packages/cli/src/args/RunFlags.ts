/**
 * Options of the commands that run something: limits, the store, confirmation and progress.
 *
 * @since 0.1.0
 */
import * as Options from "@effect/cli/Options"
import { defaultMaxOutage } from "@effect-glowmarkt/runner/Limits"
import { RunId } from "@effect-glowmarkt/runner/Run"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Flags from "./Flags.js"

/** Makes an option whose value is a whole number or one given word. */
const numberOrWord = <const Word extends string>(
  name: string,
  word: Word,
  max: number
): Options.Options<Word | number> =>
  Options.text(name).pipe(
    Options.withPseudoName(`N|${word}`),
    Options.mapEffect((text) => {
      const value = Number(text)
      if (text === word) return Effect.succeed<Word | number>(word)
      return /^\d+$/.test(text) && value >= 1 && value <= max
        ? Effect.succeed<Word | number>(value)
        : Effect.fail(
            Flags.invalid(`--${name} takes a whole number from 1 to ${max}, or ${word}, not ${JSON.stringify(text)}.`)
          )
    })
  )

/**
 * The options that limit a run. `patience` is in minutes.
 *
 * @since 0.1.0
 * @category models
 */
export interface LimitFlags {
  readonly concurrency: Option.Option<"auto" | number>
  readonly rate: Option.Option<"unlimited" | number>
  readonly patience: Option.Option<number>
}

/**
 * @since 0.1.0
 * @category constants
 */
export const limits = {
  concurrency: numberOrWord("concurrency", "auto", 256).pipe(
    Options.withDescription(
      "How many accounts or users to process at a time. Default: auto, as many as the server can handle."
    ),
    Options.optional
  ),
  rate: numberOrWord("rate", "unlimited", 10_000).pipe(
    Options.withDescription(
      "The maximum number of requests per second. Default: 200, or fewer if the server throttles."
    ),
    Options.optional
  ),
  patience: Flags.wholeNumber("patience", { min: 0, max: 10_080 }).pipe(
    Options.withPseudoName("MINUTES"),
    Options.withDescription(
      `How long to wait for an unreachable server. After that the run stops; it can be resumed. Default: ${Duration.toMinutes(defaultMaxOutage)}.`
    ),
    Options.optional
  )
}

/**
 * @since 0.1.0
 * @category constants
 */
export const database = Options.text("database").pipe(
  Options.withPseudoName("URL"),
  Options.map(Redacted.make),
  Options.withDescription(
    "The PostgreSQL database whose workers carry out the runs. Default: GLOWMARKT_DATABASE_URL, or the file that GLOWMARKT_DATABASE_URL_FILE names; prefer these, because other users of this machine can see command lines."
  ),
  Options.optional
)

/**
 * @since 0.1.0
 * @category constants
 */
export const store = Flags.path("store", "FILE").pipe(
  Options.withDescription(
    "The SQLite file that runs are saved in. Default: $XDG_STATE_HOME/glowmarkt/runs.db, or ~/.local/state/glowmarkt/runs.db."
  ),
  Options.optional
)

/**
 * Where runs are stored: in a file on this machine, or in a database that workers share.
 *
 * @since 0.1.0
 * @category models
 */
export interface StoreFlags {
  readonly store: Option.Option<string>
  readonly database: Option.Option<Redacted.Redacted>
}

/**
 * The options `--store` and `--database`.
 *
 * @since 0.1.0
 * @category constants
 */
export const storeOrDatabase = { store, database }

/**
 * What a command does after submitting a run to a database.
 *
 * @since 0.1.0
 * @category models
 */
export type AfterSubmitting = "watch" | "return"

/**
 * @since 0.1.0
 * @category constants
 */
export const afterSubmitting = Options.boolean("detach").pipe(
  Options.map((detach): AfterSubmitting => (detach ? "return" : "watch")),
  Options.withDescription("With a database: submits the run to the workers and exits without watching it.")
)

const today = Effect.map(DateTime.now, (now) => DateTime.formatIsoDateUtc(now))

/**
 * @since 0.1.0
 * @category constants
 */
export const run = Options.text("run").pipe(
  Options.withPseudoName("ID"),
  Options.mapEffect((text) =>
    Effect.flatMap(today, (date) => Flags.decode("run", RunId)(text.replaceAll("{date}", date)))
  ),
  Options.withDescription(
    "The name of a new run, or of an unfinished run to resume. {date} is replaced by today's date in UTC, as in nightly-{date}. Default: a new name."
  ),
  Options.optional
)

/**
 * @since 0.1.0
 * @category constants
 */
export const overwrite = Options.boolean("force").pipe(
  Options.map((force): "allowed" | "refused" => (force ? "allowed" : "refused")),
  Options.withDescription("Overwrites the results of another run in --out DIR.")
)

/**
 * @since 0.1.0
 * @category constants
 */
export const progress = Options.boolean("quiet").pipe(
  Options.withAlias("q"),
  Options.map((quiet): "quiet" | "shown" => (quiet ? "quiet" : "shown")),
  Options.withDescription("Shows no progress.")
)

/**
 * The option `--json` of commands that run something: prints events, then the summary.
 *
 * @since 0.1.0
 * @category constants
 */
export const form = Options.boolean("json").pipe(
  Options.map((json): Flags.Form => (json ? "json" : "human")),
  Options.withDescription("Prints JSON Lines: one event per line, then a summary; with --quiet, only the summary.")
)

/**
 * Options that answer a run's confirmation in advance.
 *
 * @since 0.1.0
 * @category constants
 */
export const consent = {
  consent: Flags.consent,
  deleting: Options.boolean("delete").pipe(
    Options.map((allowed): "allowed" | "forbidden" => (allowed ? "allowed" : "forbidden")),
    Options.withDescription(
      "Allows changes that make accounts inactive. The number of accounts must still be confirmed."
    )
  ),
  deletions: Flags.wholeNumber("deletions", { min: 1, max: 10_000_000 }).pipe(
    Options.withDescription(
      "With --delete and --yes, confirms the number of accounts that become inactive, instead of typing it."
    ),
    Options.optional
  )
}
