/**
 * Connects to the database of a cluster. Only commands that use such a database load this module.
 *
 * @since 0.1.0
 */
import * as Cluster from "@effect-glowmarkt/cluster/Cluster"
import * as Database from "@effect-glowmarkt/cluster/Database"
import type * as StoreSelection from "./StoreSelection.js"

/**
 * Connects commands that watch or manage runs. Creates no tables.
 *
 * @since 0.1.0
 * @category layers
 */
export const reader = (database: StoreSelection.Database) => Cluster.layer({ url: database.url, tables: "verify" })

/**
 * Connects workers, and commands that submit runs. Creates the tables if the database is empty.
 *
 * @since 0.1.0
 * @category layers
 */
export const submitter = (database: StoreSelection.Database) => Cluster.layer({ url: database.url, tables: "migrate" })

/**
 * Connects to the database without checking its tables.
 *
 * @since 0.1.0
 * @category layers
 */
export const client = ({ url }: StoreSelection.Database) => Database.layerClient({ url, applicationName: "glowmarkt" })
