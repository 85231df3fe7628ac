/** The messages between the processes. */
import * as Schema from "effect/Schema"

/** The options of a simulator process. */
export const Settings = Schema.Struct({
  accounts: Schema.Int,
  seed: Schema.Int,
  throttle: Schema.optionalWith(Schema.Struct({ perSecond: Schema.Int, burst: Schema.Int }), { exact: true }),
  /** How long every response takes. */
  latencyMillis: Schema.optionalWith(Schema.Int, { exact: true }),
  /** How long the list of accounts takes. */
  listMillis: Schema.optionalWith(Schema.Int, { exact: true })
})

export type Settings = typeof Settings.Type

/** The kinds of outage: errors and reset connections, no responses, or refused connections. */
export const Outage = Schema.Literal("failing", "hanging", "refusing")

export type Outage = typeof Outage.Type

/** A command to a simulator process. */
export const Command = Schema.Union(
  Schema.Struct({ do: Schema.Literal("breakDown"), how: Outage }),
  Schema.Struct({ do: Schema.Literal("recover") }),
  Schema.Struct({ do: Schema.Literal("count"), lastMillis: Schema.Int }),
  /** Asks for the requests after this one. */
  Schema.Struct({ do: Schema.Literal("requests"), after: Schema.Int })
)

export type Command = typeof Command.Type

/**
 * Requests since the start (excluding refused connections), requests in the last period, and how
 * many of these were throttled.
 */
export const Counted = Schema.Struct({
  total: Schema.Int,
  /** Requests for the list of accounts. */
  lists: Schema.Int,
  /** Accounts that were renamed, and renames beyond the first of each account. */
  renamed: Schema.Int,
  renamedAgain: Schema.Int,
  connections: Schema.Int,
  lately: Schema.Int,
  refusedLately: Schema.Int
})

export type Counted = typeof Counted.Type

/** When requests arrived, and how many of them were throttled. `last` is the number of the latest. */
export const Requests = Schema.Struct({
  last: Schema.Int,
  atMillis: Schema.Array(Schema.Number),
  refused: Schema.Int
})

/** The work of a run: an audit, or planning and applying that many renames. */
export const Work = Schema.Union(
  Schema.Struct({ flow: Schema.Literal("statusAudit") }),
  Schema.Struct({ flow: Schema.Literal("renameAccounts"), rows: Schema.Int })
)

export type Work = typeof Work.Type

/** The options of a worker process. Rate and concurrency default to those of the library. */
export const WorkerOptions = Schema.Struct({
  work: Work,
  url: Schema.String,
  key: Schema.String,
  secret: Schema.String,
  store: Schema.String,
  runId: Schema.String,
  concurrency: Schema.optionalWith(Schema.Int, { exact: true }),
  rate: Schema.optionalWith(Schema.Literal("unlimited"), { exact: true })
})

export type WorkerOptions = typeof WorkerOptions.Type

/**
 * Memory in megabytes: at the end the heap in use, the heap allocated and external memory; resident
 * memory after the list was read, and its peak.
 */
export const Memory = Schema.Struct({
  live: Schema.Number,
  heap: Schema.Number,
  external: Schema.Number,
  listing: Schema.Number,
  peak: Schema.Number
})

export type Memory = typeof Memory.Type

/** A message from a worker process about its progress. */
export const WorkerMessage = Schema.Union(
  Schema.Struct({ event: Schema.Literal("started") }),
  Schema.Struct({ event: Schema.Literal("applying") }),
  Schema.Struct({ event: Schema.Literal("waiting"), reason: Schema.String }),
  Schema.Struct({ event: Schema.Literal("resumed"), waitedMillis: Schema.Number }),
  Schema.Struct({
    event: Schema.Literal("finished"),
    total: Schema.Int,
    /** Rows that were not completed, or whose status could not be determined. */
    failed: Schema.Int,
    /** A hash of all rows in order. */
    digest: Schema.String,
    retries: Schema.Int,
    memory: Memory
  }),
  Schema.Struct({ event: Schema.Literal("failed"), message: Schema.String })
)

export type WorkerMessage = typeof WorkerMessage.Type

/** The options of a cluster worker process. */
export const ClusterWorkerOptions = Schema.Struct({
  name: Schema.String,
  database: Schema.String,
  url: Schema.String,
  key: Schema.String,
  secret: Schema.String,
  rate: Schema.Union(Schema.Int, Schema.Literal("unlimited"))
})

export type ClusterWorkerOptions = typeof ClusterWorkerOptions.Type
