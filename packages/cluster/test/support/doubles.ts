/** A flow that doubles numbers, and workers for it. */
import { Flow, type Run } from "@effect-glowmarkt/runner"
import { Chunk, Context, Effect, Layer, Logger, Schema, Stream } from "effect"
import { Cluster, ClusterFlow, Database, type DatabaseUrl } from "../../src/index.js"
import { database } from "./database.js"

/** A service that the flow's steps need, so that the types show where it is required. */
export class Calculator extends Context.Tag("test/Calculator")<
  Calculator,
  { readonly double: (n: number) => Effect.Effect<number, { readonly _tag: "Broken"; readonly message: string }> }
>() {}

export const doubles = Flow.make({
  name: "doubles",
  parameters: Schema.Struct({ count: Schema.Int }),
  defaults: { count: 1000 },
  subject: Schema.Int,
  result: Schema.Int,
  subjects: ({ parameters }) => Stream.range(0, parameters.count - 1),
  step: (n) => Effect.flatMap(Calculator, ({ double }) => double(n))
})

export const double = (n: number) => Effect.succeed(2 * n)

export const target = { origin: "https://api.example" }

/** A worker and its log. */
export const worker = (
  url: DatabaseUrl.DatabaseUrl,
  name: string,
  double: Context.Tag.Service<Calculator>["double"],
  log: Array<string> = [],
  lockSeconds = Database.defaultSettings.lockSeconds
) =>
  Cluster.worker({ flows: [ClusterFlow.make(doubles)], target, name, rate: "unlimited" }).pipe(
    Layer.provide(Layer.succeed(Calculator, { double })),
    Layer.provide(Cluster.layer({ url, lockSeconds })),
    Layer.provide(
      Logger.replace(
        Logger.defaultLogger,
        Logger.make(({ message }) => void log.push(String(message)))
      )
    )
  )

/** Runs a test as a client of a cluster with a new database. */
export const onNewDatabase = <A, E, R>(
  test: (url: DatabaseUrl.DatabaseUrl) => Effect.Effect<A, E, R>,
  settings: Pick<Cluster.Options, "lockSeconds"> = {}
) => Effect.flatMap(database, (url) => Effect.provide(test(url), Cluster.layer({ url, ...settings })))

export const finished = (runId: Run.RunId) => Effect.map(Stream.runCollect(Cluster.watch(runId)), Chunk.toReadonlyArray)

export const until = <A, E, R>(effect: Effect.Effect<A, E, R>, isReached: (a: A) => boolean) =>
  Effect.repeat(Effect.delay(effect, "50 millis"), { until: isReached })
