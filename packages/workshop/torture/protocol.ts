/** What the processes tell each other. */
import * as Schema from "effect/Schema"

/** How a simulator begins. */
export const Settings = Schema.Struct({
  accounts: Schema.Int,
  seed: Schema.Int,
  throttle: Schema.optionalWith(Schema.Struct({ perSecond: Schema.Int, burst: Schema.Int }), { exact: true }),
  /** How long every answer takes. */
  latencyMillis: Schema.optionalWith(Schema.Int, { exact: true })
})

export type Settings = typeof Settings.Type

/** How a provider is away: it answers with errors and cuts connections, takes requests and says nothing, or takes no connections. */
export const Outage = Schema.Literal("failing", "hanging", "refusing")

export type Outage = typeof Outage.Type

/** What a simulator is told. */
export const Command = Schema.Union(
  Schema.Struct({ do: Schema.Literal("breakDown"), how: Outage }),
  Schema.Struct({ do: Schema.Literal("recover") }),
  Schema.Struct({ do: Schema.Literal("count"), lastMillis: Schema.Int })
)

export type Command = typeof Command.Type

/** Requests since the start, but for those that were refused a connection; those of lately, and how many of these were throttled. */
export const Counted = Schema.Struct({
  total: Schema.Int,
  /** Renames. */
  updates: Schema.Int,
  connections: Schema.Int,
  lately: Schema.Int,
  refusedLately: Schema.Int
})

export type Counted = typeof Counted.Type

/** What is done: an audit, or a plan to rename so many accounts and its application. */
export const Work = Schema.Union(
  Schema.Struct({ flow: Schema.Literal("statusAudit") }),
  Schema.Struct({ flow: Schema.Literal("renameAccounts"), rows: Schema.Int })
)

export type Work = typeof Work.Type

/** What a worker is told. A rate and a concurrency that are not given are the library's own. */
export const Told = Schema.Struct({
  work: Work,
  url: Schema.String,
  key: Schema.String,
  secret: Schema.String,
  store: Schema.String,
  runId: Schema.String,
  concurrency: Schema.optionalWith(Schema.Int, { exact: true }),
  rate: Schema.optionalWith(Schema.Literal("unlimited"), { exact: true })
})

export type Told = typeof Told.Type

/** In megabytes, at the end: what of the heap was in use, what was mapped for it, what is outside of it; and resident, at most. */
export const Memory = Schema.Struct({
  live: Schema.Number,
  heap: Schema.Number,
  external: Schema.Number,
  listing: Schema.Number,
  peak: Schema.Number
})

export type Memory = typeof Memory.Type

/** What a worker says: that it has loaded and begins, that it applies what it planned, that it waits or goes on, how it ended. */
export const Said = Schema.Union(
  Schema.Struct({ said: Schema.Literal("begins") }),
  Schema.Struct({ said: Schema.Literal("applies") }),
  Schema.Struct({ said: Schema.Literal("waits"), reason: Schema.String }),
  Schema.Struct({ said: Schema.Literal("goesOn"), waitedMillis: Schema.Number }),
  Schema.Struct({
    said: Schema.Literal("ends"),
    total: Schema.Int,
    /** Rows whose end was missed, or whose status could not be established but for a reason of their own. */
    failed: Schema.Int,
    /** Of all rows in order. */
    digest: Schema.String,
    retries: Schema.Int,
    memory: Memory
  }),
  Schema.Struct({ said: Schema.Literal("fails"), message: Schema.String })
)

export type Said = typeof Said.Type

/** What a worker of a cluster is told. */
export const ClusterWorkerTold = Schema.Struct({
  name: Schema.String,
  database: Schema.String,
  url: Schema.String,
  key: Schema.String,
  secret: Schema.String,
  rate: Schema.Union(Schema.Int, Schema.Literal("unlimited"))
})

export type ClusterWorkerTold = typeof ClusterWorkerTold.Type
