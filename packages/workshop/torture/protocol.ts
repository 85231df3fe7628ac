/** What the processes tell each other. */
import * as Schema from "effect/Schema"

/** How a simulator begins. */
export const Settings = Schema.Struct({
  accounts: Schema.Int,
  seed: Schema.Int,
  throttle: Schema.optionalWith(Schema.Struct({ perSecond: Schema.Int, burst: Schema.Int }), { exact: true })
})

export type Settings = typeof Settings.Type

/** What a simulator is told. */
export const Command = Schema.Union(
  Schema.Struct({ do: Schema.Literal("breakDown", "recover") }),
  Schema.Struct({ do: Schema.Literal("count"), lastMillis: Schema.Int })
)

export type Command = typeof Command.Type

/** Requests for a status since the start; requests of any kind lately, and how many of these were refused. */
export const Counted = Schema.Struct({
  total: Schema.Int,
  lately: Schema.Int,
  refusedLately: Schema.Int
})

/** What an audit is told. `concurrency` 0 is "auto", `perSecond` 0 is no limit. */
export const Told = Schema.Struct({
  url: Schema.String,
  key: Schema.String,
  secret: Schema.String,
  store: Schema.String,
  runId: Schema.String,
  concurrency: Schema.Int,
  perSecond: Schema.Int
})

export type Told = typeof Told.Type

/** In megabytes: resident at most until the list was read, and until the end; and what of the heap was in use at the end. */
export const Memory = Schema.Struct({ listing: Schema.Number, peak: Schema.Number, live: Schema.Number })

/** What an audit says: that it has loaded and begins, that it waits or goes on, and how it ended. */
export const Said = Schema.Union(
  Schema.Struct({ said: Schema.Literal("begins") }),
  Schema.Struct({ said: Schema.Literal("waits"), reason: Schema.String }),
  Schema.Struct({ said: Schema.Literal("goesOn"), waitedMillis: Schema.Number }),
  Schema.Struct({
    said: Schema.Literal("ends"),
    total: Schema.Int,
    errors: Schema.Record({ key: Schema.String, value: Schema.Int }),
    /** Of all rows in order. */
    digest: Schema.String,
    retries: Schema.Int,
    memory: Memory
  }),
  Schema.Struct({ said: Schema.Literal("fails"), message: Schema.String })
)

export type Said = typeof Said.Type
