/**
 * Keeps runs in a database behind an `SqlClient`: SQLite's dialect, whichever driver.
 *
 * @since 0.1.0
 */
import type { SqlClient } from "@effect/sql/SqlClient"
import * as Layer from "effect/Layer"
import * as internal from "./internal/store/sqlRunStore.js"
import { RunStore } from "./RunStore.js"
import type { RunStoreError } from "./RunStoreError.js"

/**
 * Creates or migrates the tables, all of them named `glowmarkt_…`. `name` stands for the database in messages.
 *
 * Only one process may work on the runs of a database at a time, which this layer does not enforce: of a file,
 * `SqliteRunStore.layer` does.
 *
 * @example
 * ```ts
 * import { SqliteClient } from "@effect/sql-sqlite-node"
 * import * as SqlRunStore from "@effect-glowmarkt/runner/SqlRunStore"
 * import { Layer } from "effect"
 *
 * const RunStoreLive = Layer.provide(SqlRunStore.layer("app.sqlite"), SqliteClient.layer({ filename: "app.sqlite" }))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (name: string): Layer.Layer<RunStore, RunStoreError, SqlClient> =>
  Layer.effect(RunStore, internal.make(name))
