/**
 * Stores runs in a SQLite-compatible database behind an `SqlClient`.
 *
 * @since 0.1.0
 */
import type { SqlClient } from "@effect/sql/SqlClient"
import * as Layer from "effect/Layer"
import * as internal from "./internal/store/sqlRunStore.js"
import { RunStore } from "./RunStore.js"
import type { RunStoreError } from "./RunStoreError.js"

/**
 * Creates or migrates the tables, all named `glowmarkt_…`. `name` is the database's name in
 * messages.
 *
 * Only one process may use a database at a time. This layer does not enforce that;
 * `SqliteRunStore.layer` does for files.
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
