/**
 * The PostgreSQL database of a cluster: its client, its tables, and the settings that all its
 * processes share.
 *
 * @since 0.1.0
 */

import * as Migrator from "@effect/sql/Migrator"
import * as SqlClient from "@effect/sql/SqlClient"
import * as PgClient from "@effect/sql-pg/PgClient"
import { RunStoreError } from "@effect-glowmarkt/runner"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type { DatabaseUrl } from "./DatabaseUrl.js"
import { latestVersion, migrations, table } from "./internal/migrations.js"
import * as socket from "./internal/socket.js"
import { toRunStoreError } from "./internal/sqlState.js"

/**
 * Settings that must be the same in every process of a cluster. The first process stores the
 * settings. Processes with other settings are refused, because their messages would never be
 * delivered.
 *
 * @since 0.1.0
 * @category models
 */
export interface Settings {
  /** The number of shards that are divided among the workers. Default: 120. */
  readonly shards: number
  /**
   * The number of seconds without a heartbeat after which other workers take a worker's shards.
   * Default: 9.
   */
  readonly lockSeconds: number
}

/**
 * @since 0.1.0
 * @category constants
 */
export const defaultSettings: Settings = { shards: 120, lockSeconds: 9 }

/**
 * The state of a database. Before the first migration `version` is 0 and `settings` is absent.
 *
 * @since 0.1.0
 * @category models
 */
export interface Status {
  readonly location: string
  readonly version: number
  readonly latestVersion: number
  readonly settings: Settings | undefined
}

/**
 * How to connect. `applicationName` is the name that PostgreSQL shows for the connections.
 * `maxConnections` is per process (default 10). A statement that gets no response for the
 * `statementTimeout` (default 1 minute) fails, and its connection is closed.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  readonly url: DatabaseUrl
  readonly applicationName: string
  readonly maxConnections?: number | undefined
  readonly statementTimeout?: Duration.DurationInput | undefined
}

/**
 * Provides a client for the database, without checking its tables. Fails with a `RunStoreError`
 * that names the host and the database, but neither the user nor the password.
 *
 * @example
 * ```ts
 * import { Database, DatabaseUrl } from "@effect-glowmarkt/cluster"
 * import { Effect } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const url = yield* DatabaseUrl.fromEnvironment
 *   return yield* Effect.provide(
 *     Database.check(url.location),
 *     Database.layerClient({ url, applicationName: "glowmarkt" })
 *   )
 * })
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerClient = ({
  applicationName,
  maxConnections = 10,
  statementTimeout = "1 minute",
  url: { location, url }
}: Options): Layer.Layer<PgClient.PgClient | SqlClient.SqlClient, RunStoreError.RunStoreError> =>
  PgClient.layer({
    url,
    applicationName,
    maxConnections,
    stream: socket.make(statementTimeout),
    idleTimeout: Duration.seconds(5),
    connectTimeout: Duration.seconds(5)
  }).pipe(Layer.mapError(toRunStoreError(location)))

const Version = Schema.Array(Schema.Struct({ version: Schema.NullOr(Schema.NonNegativeInt) }))
const StoredSettings = Schema.Array(Schema.Struct({ shards: Schema.Positive, lockSeconds: Schema.Positive }))

/**
 * Reads the version of the tables and the shared settings. Changes nothing.
 *
 * @example
 * ```ts
 * import { Database } from "@effect-glowmarkt/cluster"
 * import { Effect } from "effect"
 *
 * const isCurrent = (location: string) =>
 *   Effect.map(Database.check(location), ({ latestVersion, version }) => version === latestVersion)
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export const check = (location: string): Effect.Effect<Status, RunStoreError.RunStoreError, SqlClient.SqlClient> =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const tables = yield* sql`SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = ${table}`
    if (tables.length === 0) return { location, version: 0, latestVersion, settings: undefined }
    const [found] = yield* Effect.flatMap(
      sql`SELECT max(migration_id) AS version FROM ${sql(table)}`,
      Schema.decodeUnknown(Version)
    )
    const version = found?.version ?? 0
    if (version === 0) return { location, version, latestVersion, settings: undefined }
    const [settings] = yield* Effect.flatMap(
      sql`SELECT shards, lock_seconds AS "lockSeconds" FROM glowmarkt_settings`,
      Schema.decodeUnknown(StoredSettings)
    )
    return { location, version, latestVersion, settings }
  }).pipe(Effect.mapError(toRunStoreError(location)))

const lockTimeout = Duration.seconds(30)

const inUse = (location: string) =>
  new RunStoreError.RunStoreError({
    reason: "inUse",
    file: location,
    detail: `it has been creating or migrating the tables for ${Duration.format(lockTimeout)}`
  })

/**
 * Runs an effect while no other process creates or migrates tables of this database. Fails with a
 * `RunStoreError` of reason `inUse` if another process takes longer than 30 seconds. The lock
 * belongs to a transaction, because a pooler in transaction mode shares sessions between clients. Its
 * connection is silent meanwhile, so the effect must not take longer than the `statementTimeout`.
 *
 * @example
 * ```ts
 * import { Database } from "@effect-glowmarkt/cluster"
 * import { SqlClient } from "@effect/sql"
 * import { Effect } from "effect"
 *
 * // A table of your own in the same database.
 * const notes = (location: string) =>
 *   Effect.flatMap(SqlClient.SqlClient, (sql) => sql`CREATE TABLE IF NOT EXISTS notes (text text NOT NULL)`).pipe(
 *     Database.exclusively(location)
 *   )
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const exclusively =
  (location: string) =>
  <A, E, R>(
    effect: Effect.Effect<A, E, R>
  ): Effect.Effect<A, E | RunStoreError.RunStoreError, R | SqlClient.SqlClient> =>
    Effect.scoped(
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const connection = yield* sql.reserve
        yield* Effect.acquireRelease(connection.executeRaw("BEGIN", []), () =>
          Effect.ignore(connection.executeRaw("COMMIT", []))
        )
        yield* connection
          .executeRaw("SELECT pg_advisory_xact_lock(hashtext('glowmarkt tables'))", [])
          .pipe(Effect.timeoutFail({ duration: lockTimeout, onTimeout: () => inUse(location) }))
      }).pipe(Effect.mapError(toRunStoreError(location)), Effect.zipRight(effect))
    )

const newer = (location: string, version: number) =>
  new RunStoreError.RunStoreError({
    reason: "newer",
    file: location,
    detail: `version ${version}; this program knows ${latestVersion}`
  })

const older = (location: string, version: number) =>
  new RunStoreError.RunStoreError({
    reason: "older",
    file: location,
    detail: version === 0 ? "it has no tables yet" : `version ${version} of ${latestVersion}`
  })

const isSame = (one: Settings, other: Settings) => one.shards === other.shards && one.lockSeconds === other.lockSeconds

const differ = (location: string, stored: Settings, given: Settings) =>
  new RunStoreError.RunStoreError({
    reason: "settings",
    file: location,
    detail: `it has ${stored.shards} shards and locks of ${stored.lockSeconds} s, this process has ${given.shards} and ${given.lockSeconds} s`
  })

/**
 * Creates or migrates the tables and stores the settings, or checks them if another process was
 * first. Fails with a `RunStoreError` of reason `newer` if a later version made the tables, and of
 * reason `settings` if the settings differ.
 *
 * @example
 * ```ts
 * import { Database } from "@effect-glowmarkt/cluster"
 * import { Effect } from "effect"
 *
 * const program = (location: string) =>
 *   Effect.flatMap(Database.migrate(location), ({ version }) => Effect.log(`tables of version ${version}`))
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export const migrate = (
  location: string,
  settings: Settings = defaultSettings
): Effect.Effect<Status, RunStoreError.RunStoreError, SqlClient.SqlClient> =>
  exclusively(location)(
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const { version } = yield* check(location)
      if (version > latestVersion) return yield* newer(location, version)
      yield* Migrator.make({})({ loader: Migrator.fromRecord(migrations), table })
      yield* sql`
        INSERT INTO glowmarkt_settings (shards, lock_seconds) VALUES (${settings.shards}, ${settings.lockSeconds})
        ON CONFLICT DO NOTHING
      `
      const status = yield* check(location)
      const stored = status.settings ?? settings
      return isSame(stored, settings) ? status : yield* differ(location, stored, settings)
    }).pipe(Effect.mapError(toRunStoreError(location)))
  )

/**
 * Checks what {@link migrate} checks, but changes nothing. Fails with a `RunStoreError` of reason
 * `older` if the tables are missing or older.
 *
 * @example
 * ```ts
 * import { Database } from "@effect-glowmarkt/cluster"
 * import { Effect } from "effect"
 *
 * const isUsable = (location: string) =>
 *   Effect.match(Database.verify(location), { onSuccess: () => true, onFailure: () => false })
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export const verify = (
  location: string,
  settings: Settings = defaultSettings
): Effect.Effect<Status, RunStoreError.RunStoreError, SqlClient.SqlClient> =>
  Effect.flatMap(check(location), (status): Effect.Effect<Status, RunStoreError.RunStoreError> => {
    const { settings: stored = settings, version } = status
    if (version > latestVersion) return newer(location, version)
    if (version < latestVersion) return older(location, version)
    return isSame(stored, settings) ? Effect.succeed(status) : differ(location, stored, settings)
  })

/**
 * Whether a layer may create or migrate the tables: `migrate`, or only `verify` them.
 *
 * @since 0.1.0
 * @category models
 */
export type Tables = "migrate" | "verify"

/**
 * Provides the client after {@link migrate} or {@link verify} has checked the tables and settings.
 *
 * @example
 * ```ts
 * import { Database, type DatabaseUrl, PgRunStore } from "@effect-glowmarkt/cluster"
 * import { Layer } from "effect"
 *
 * const RunStoreLive = (url: DatabaseUrl.DatabaseUrl) =>
 *   PgRunStore.layer(url.location).pipe(Layer.provide(Database.layer({ url, applicationName: "billing" })))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (
  options: Options,
  settings: Settings = defaultSettings,
  tables: Tables = "migrate"
): Layer.Layer<PgClient.PgClient | SqlClient.SqlClient, RunStoreError.RunStoreError> =>
  Layer.tap(layerClient(options), (context) =>
    Effect.provide(
      (tables === "migrate" ? migrate : verify)(options.url.location, settings),
      Context.pick(SqlClient.SqlClient)(context)
    )
  )
