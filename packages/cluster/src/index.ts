/** @since 0.1.0 */
export * as Cluster from "./Cluster.js"
export * as ClusterFlow from "./ClusterFlow.js"
export * as Database from "./Database.js"
export * as DatabaseUrl from "./DatabaseUrl.js"
export * as PgRunStore from "./PgRunStore.js"
export * as Submission from "./Submission.js"
