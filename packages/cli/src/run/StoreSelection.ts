/**
 * Selects where a run is stored: in a file on this machine, where this process carries it out, or
 * in a database, where workers do. `StorePath.ts` decides where the file is.
 *
 * @since 0.1.0
 */
import type * as FileSystem from "@effect/platform/FileSystem"
import type * as DatabaseUrl from "@effect-glowmarkt/cluster/DatabaseUrl"
import * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import type { AdminScheme } from "../args/Auth.js"
import * as Lazy from "../args/Lazy.js"
import type { AfterSubmitting, LimitFlags, StoreFlags } from "../args/RunFlags.js"
import { UsageError } from "../exit/CommandError.js"
import type { OptionValue } from "./ResumeCommand.js"

/**
 * `repeated` holds the options that select the same database in a printed command. The URL itself is
 * never printed.
 *
 * @since 0.1.0
 * @category models
 */
export interface Database {
  readonly url: DatabaseUrl.DatabaseUrl
  readonly repeated: Readonly<Record<string, OptionValue>>
}

/**
 * @since 0.1.0
 * @category models
 */
export type StoreSelection = Data.TaggedEnum<{
  readonly File: { readonly store: Option.Option<string> }
  readonly Database: Database
}>

const { Database: database, File: file } = Data.taggedEnum<StoreSelection>()

const databaseUrl = Lazy.module(() => import("@effect-glowmarkt/cluster/DatabaseUrl"))

const fromFlag = (url: Redacted.Redacted) =>
  Effect.flatMap(databaseUrl, ({ parse }) =>
    Either.match(parse(url), {
      onLeft: (problem) => new UsageError({ message: `--database: ${problem}.` }),
      onRight: (url) => Effect.succeed(database({ url, repeated: { database: Option.some("URL") } }))
    })
  )

const variables = ["GLOWMARKT_DATABASE_URL", "GLOWMARKT_DATABASE_URL_FILE"]

const isSet = (variable: string) => Effect.map(Config.option(Config.nonEmptyString(variable)), Option.isSome)

/** The URL from the environment, or `None` if the environment names no database. */
const fromEnvironment = Effect.flatMap(Effect.exists(variables, isSet), (some) =>
  some
    ? Effect.flatMap(databaseUrl, ({ fromEnvironment }) =>
        Effect.asSome(Effect.map(fromEnvironment, (url) => database({ url, repeated: {} })))
      )
    : Effect.succeedNone
)

/**
 * Selects the store. An option takes precedence over the environment; without either, runs are in a
 * file.
 *
 * @since 0.1.0
 * @category constructors
 */
export const select = (
  flags: StoreFlags
): Effect.Effect<StoreSelection, UsageError | ConfigError.ConfigError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    if (Option.isSome(flags.store) && Option.isSome(flags.database)) {
      return yield* new UsageError({
        message:
          "--store and --database cannot be used together: a run is either in a file on this machine or in a database.\nPass one of them."
      })
    }
    if (Option.isSome(flags.store)) return file(flags)
    if (Option.isSome(flags.database)) return yield* fromFlag(flags.database.value)
    return Option.getOrElse(yield* fromEnvironment, () => file(flags))
  })

/**
 * The options of a command that runs something.
 *
 * @since 0.1.0
 * @category models
 */
export interface RunFlags extends StoreFlags, Omit<LimitFlags, "patience"> {
  readonly afterSubmitting: AfterSubmitting
  readonly auth: Option.Option<AdminScheme>
  readonly out: Option.Option<string>
}

/** Names the options that would have no effect, and what to do instead. */
const unusable = (selection: StoreSelection, flags: RunFlags): string | undefined => {
  if (selection._tag === "File") {
    return flags.afterSubmitting === "return"
      ? "--detach submits a run to a database, but this run is in a file.\nPass --database URL, or set GLOWMARKT_DATABASE_URL."
      : undefined
  }
  const { afterSubmitting, auth, concurrency, out, rate } = flags
  const settings: Readonly<Record<string, Option.Option<unknown>>> = { concurrency, rate, auth }
  const given = Object.entries(settings).flatMap(([name, value]) => (Option.isSome(value) ? [`--${name}`] : []))
  if (given.length > 0) {
    return `${given.join(", ")} cannot be used for a run in a database: its workers have their own settings.\nPass them to glowmarkt worker, or run it on this machine with --store FILE.`
  }
  return afterSubmitting === "return" && Option.isSome(out)
    ? "--detach returns before there are results for --out.\nPass --out to glowmarkt runs watch later."
    : undefined
}

/**
 * Selects the store as {@link select} does, for a command that runs something. Refuses options that
 * would have no effect.
 *
 * @since 0.1.0
 * @category constructors
 */
export const selectToRun = (
  flags: RunFlags
): Effect.Effect<StoreSelection, UsageError | ConfigError.ConfigError, FileSystem.FileSystem> =>
  Effect.flatMap(select(flags), (selection): Effect.Effect<StoreSelection, UsageError> => {
    const message = unusable(selection, flags)
    return message === undefined ? Effect.succeed(selection) : new UsageError({ message })
  })

/**
 * Selects the database, for commands that need one. Fails if none is given.
 *
 * @since 0.1.0
 * @category constructors
 */
export const selectDatabase = (
  flags: Pick<StoreFlags, "database">
): Effect.Effect<Database, UsageError | ConfigError.ConfigError, FileSystem.FileSystem> =>
  Effect.flatMap(Effect.transposeOption(Option.map(flags.database, fromFlag)), (given) =>
    Option.isSome(given) ? Effect.succeed(given.value) : Effect.flatMap(fromEnvironment, orMissing)
  )

const orMissing = Option.match({
  onNone: () =>
    Effect.fail(
      new UsageError({
        message:
          "No database given.\nSet GLOWMARKT_DATABASE_URL or GLOWMARKT_DATABASE_URL_FILE, or pass --database URL."
      })
    ),
  onSome: (database: Database) => Effect.succeed(database)
})
