/**
 * Options of the commands that run something: how hard, where it is kept, and how it is watched.
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
import * as Flags from "./Flags.js"

/** A whole number, or the one word that stands for none. */
const wordOr = <const Word extends string>(name: string, word: Word, most: number): Options.Options<Word | number> =>
  Options.text(name).pipe(
    Options.withPseudoName(`N|${word}`),
    Options.mapEffect((text) => {
      const value = Number(text)
      if (text === word) return Effect.succeed<Word | number>(word)
      return /^\d+$/.test(text) && value >= 1 && value <= most
        ? Effect.succeed<Word | number>(value)
        : Effect.fail(
            Flags.invalid(`--${name} takes a whole number from 1 to ${most}, or ${word}, not ${JSON.stringify(text)}.`)
          )
    })
  )

/**
 * How hard a run works, and for how many minutes it waits out an outage.
 *
 * @since 0.1.0
 * @category models
 */
export interface Effort {
  readonly concurrency: Option.Option<"auto" | number>
  readonly rate: Option.Option<"unlimited" | number>
  readonly patience: Option.Option<number>
}

/**
 * @since 0.1.0
 * @category options
 */
export const effort = {
  concurrency: wordOr("concurrency", "auto", 256).pipe(
    Options.withDescription(
      "How many are worked on at a time; auto, which it is without this option: as many as the server bears."
    ),
    Options.optional
  ),
  rate: wordOr("rate", "unlimited", 10_000).pipe(
    Options.withDescription(
      "How many requests are sent in a second, at most. Default: 200, and fewer where the server refuses."
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
 * @category options
 */
export const store = Flags.path("store", "FILE").pipe(
  Options.withDescription(
    "Where runs are kept, a SQLite file. Default: $XDG_STATE_HOME/glowmarkt/runs.db, or ~/.local/state/glowmarkt/runs.db."
  ),
  Options.optional
)

const today = Effect.map(DateTime.now, (now) => DateTime.formatIsoDateUtc(now))

/**
 * @since 0.1.0
 * @category options
 */
export const run = Options.text("run").pipe(
  Options.withPseudoName("ID"),
  Options.mapEffect((text) =>
    Effect.flatMap(today, (date) => Flags.decode("run", RunId)(text.replaceAll("{date}", date)))
  ),
  Options.withDescription(
    "The name of a new run, or of an unfinished one to resume. {date} in it becomes the date of today in UTC, as in nightly-{date}. Default: a new name."
  ),
  Options.optional
)

/**
 * @since 0.1.0
 * @category options
 */
export const overwrite = Options.boolean("force").pipe(
  Options.map((force): "allowed" | "refused" => (force ? "allowed" : "refused")),
  Options.withDescription("Writes over the results of another run in --out DIR.")
)

/**
 * @since 0.1.0
 * @category options
 */
export const progress = Options.boolean("quiet").pipe(
  Options.withAlias("q"),
  Options.map((quiet): "quiet" | "shown" => (quiet ? "quiet" : "shown")),
  Options.withDescription("Shows no progress.")
)

/**
 * How a run is shown: to people, or event by event to programs.
 *
 * @since 0.1.0
 * @category options
 */
export const form = Options.boolean("json").pipe(
  Options.map((json): Flags.Form => (json ? "json" : "human")),
  Options.withDescription(
    "Prints JSON instead, a line each time something happens, and the summary as the last; with --quiet only that."
  )
)

/**
 * What is said beforehand to the questions a run asks.
 *
 * @since 0.1.0
 * @category options
 */
export const consent = {
  consent: Flags.consent,
  deleting: Options.boolean("delete").pipe(
    Options.map((allowed): "allowed" | "forbidden" => (allowed ? "allowed" : "forbidden")),
    Options.withDescription("Allows what makes accounts inactive. It is asked for all the same: type how many.")
  ),
  deletions: Flags.wholeNumber("deletions", { min: 1, max: 10_000_000 }).pipe(
    Options.withDescription("With --delete and --yes, instead of typing it: how many accounts become inactive."),
    Options.optional
  )
}
