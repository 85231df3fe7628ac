/**
 * The address of the PostgreSQL database that the workers of a cluster share.
 *
 * @since 0.1.0
 */
import * as FileSystem from "@effect/platform/FileSystem"
import * as Config from "effect/Config"
import * as ConfigError from "effect/ConfigError"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"

/**
 * A checked connection URL. `location` is the part that can be shown: host, port and database,
 * without user or password.
 *
 * @since 0.1.0
 * @category models
 */
export interface DatabaseUrl {
  readonly url: Redacted.Redacted
  readonly location: string
}

const example = "postgres://user:password@host:5432/database?sslmode=verify-full"

const sslModes = ["disable", "require", "verify-ca", "verify-full"]

const isLoopback = (host: string) => host === "localhost" || host === "[::1]" || /^127(\.\d{1,3}){3}$/.test(host)

/**
 * Checks a connection URL before it is used. Fails with one line that says what is wrong. It does
 * not repeat the URL, which contains a password.
 *
 * A connection to any host but loopback must be encrypted: without `sslmode` the driver would send
 * the password in plain text. `sslmode=disable` allows an unencrypted connection explicitly. With
 * every other mode the driver verifies the certificate.
 *
 * @example
 * ```ts
 * import { DatabaseUrl } from "@effect-glowmarkt/cluster"
 * import { Either, Redacted } from "effect"
 *
 * const checked = DatabaseUrl.parse(Redacted.make("postgres://glowmarkt:secret@127.0.0.1/glowmarkt"))
 * Either.map(checked, ({ location }) => location) // "postgres://127.0.0.1:5432/glowmarkt"
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const parse = (url: Redacted.Redacted): Either.Either<DatabaseUrl, string> => {
  const text = Redacted.value(url)
  if (!URL.canParse(text)) return Either.left(`the database URL is not a URL; expected something like ${example}`)
  const { hostname, pathname, port, protocol, searchParams } = new URL(text)
  if (protocol !== "postgres:" && protocol !== "postgresql:") {
    return Either.left(`the database URL begins with "${protocol}"; expected "postgres:"`)
  }
  if (hostname === "") return Either.left(`the database URL names no host; expected something like ${example}`)
  const database = pathname.slice(1)
  if (database === "") return Either.left(`the database URL names no database; expected something like ${example}`)
  const location = `postgres://${hostname}:${port === "" ? "5432" : port}/${database}`
  // The driver lets these parameters override the host that was just checked.
  const overriding = ["host", "hostaddr", "port", "dbname", "database", "ssl"].find((name) => searchParams.has(name))
  if (overriding !== undefined) {
    return Either.left(`the URL of ${location} has the parameter "${overriding}"; put it in the address instead`)
  }
  const mode = searchParams.get("sslmode")
  if (mode !== null && !sslModes.includes(mode)) {
    return Either.left(`sslmode=${mode} is not supported for ${location}; use ${sslModes.join(", ")}`)
  }
  if (mode === null && !isLoopback(hostname)) {
    return Either.left(
      `the connection to ${location} would not be encrypted; add sslmode=verify-full, or sslmode=disable to allow it`
    )
  }
  return Either.right({ url, location })
}

const variable = "GLOWMARKT_DATABASE_URL"
const fileVariable = "GLOWMARKT_DATABASE_URL_FILE"

/**
 * Reads `GLOWMARKT_DATABASE_URL`, or the file that `GLOWMARKT_DATABASE_URL_FILE` names: a file
 * keeps the password out of the environment of the process. Fails with a `ConfigError` if neither
 * or both are set, or if the URL is refused by {@link parse}.
 *
 * @example
 * ```ts
 * import { Cluster, DatabaseUrl } from "@effect-glowmarkt/cluster"
 * import { Effect, Layer } from "effect"
 *
 * const ClusterLive = Layer.unwrapEffect(Effect.map(DatabaseUrl.fromEnvironment, (url) => Cluster.layer({ url })))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const fromEnvironment: Effect.Effect<DatabaseUrl, ConfigError.ConfigError, FileSystem.FileSystem> = Effect.gen(
  function* () {
    const url = yield* Config.option(Config.redacted(variable))
    const file = yield* Config.option(Config.nonEmptyString(fileVariable))
    if (Option.isSome(url) && Option.isSome(file)) {
      return yield* invalid(fileVariable, `is set together with ${variable}; set one of them`)
    }
    if (Option.isSome(file)) return yield* checked(fileVariable, yield* readUrl(file.value))
    if (Option.isSome(url)) return yield* checked(variable, url.value)
    return yield* Effect.fail(ConfigError.MissingData([variable], `Expected ${variable} or ${fileVariable}`))
  }
)

const invalid = (name: string, problem: string) => Effect.fail(ConfigError.InvalidData([name], problem))

const readUrl = (path: string) =>
  FileSystem.FileSystem.pipe(
    Effect.flatMap((files) => files.readFileString(path)),
    Effect.map((text) => Redacted.make(text.trim())),
    Effect.catchAll((error) =>
      invalid(fileVariable, `${path} cannot be read (${error._tag === "SystemError" ? error.reason : error.message})`)
    )
  )

const checked = (name: string, url: Redacted.Redacted) =>
  Either.match(parse(url), { onLeft: (problem) => invalid(name, problem), onRight: Effect.succeed })
