/**
 * Connects to the database of a cluster. Only commands that use one load this module.
 *
 * @since 0.1.0
 */
import * as Cluster from "@effect-glowmarkt/cluster/Cluster"
import * as Database from "@effect-glowmarkt/cluster/Database"
import * as Layer from "effect/Layer"
import type * as StoreSelection from "./StoreSelection.js"

/** The driver warns of a call that it makes itself. */
const withoutWarnings = <A, E>(layer: Layer.Layer<A, E>) =>
  Layer.suspend(() => {
    process.noDeprecation = true
    return layer
  })

/**
 * For commands that look on or manage runs. Creates nothing.
 *
 * @since 0.1.0
 * @category layers
 */
export const reader = (database: StoreSelection.Database) =>
  withoutWarnings(Cluster.layer({ url: database.url, tables: "verify" }))

/**
 * For workers and commands that submit runs. Creates the tables if the database is empty.
 *
 * @since 0.1.0
 * @category layers
 */
export const submitter = (database: StoreSelection.Database) =>
  withoutWarnings(Cluster.layer({ url: database.url, tables: "migrate" }))

/**
 * The database, without checking its tables.
 *
 * @since 0.1.0
 * @category layers
 */
export const client = ({ url }: StoreSelection.Database) =>
  withoutWarnings(Database.layerClient({ url, applicationName: "glowmarkt" }))
