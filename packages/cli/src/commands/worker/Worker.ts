/**
 * Runs `glowmarkt worker`.
 *
 * @since 0.1.0
 */
import { hostname } from "node:os"
import * as Cluster from "@effect-glowmarkt/cluster/Cluster"
import * as ClusterFlow from "@effect-glowmarkt/cluster/ClusterFlow"
import * as Secrets from "@effect-glowmarkt/runner/Secrets"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { AdminScheme } from "../../args/Auth.js"
import type { LimitFlags, StoreFlags } from "../../args/RunFlags.js"
import * as CredentialResolver from "../../config/CredentialResolver.js"
import * as InterruptedExit from "../../exit/InterruptedExit.js"
import * as ClusterLayer from "../../run/ClusterLayer.js"
import * as Reachability from "../../run/Reachability.js"
import * as RunLimits from "../../run/RunLimits.js"
import * as StoreSelection from "../../run/StoreSelection.js"
import * as Output from "../../terminal/Output.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface WorkerOptions extends Pick<StoreFlags, "database">, Pick<LimitFlags, "rate"> {
  readonly name: Option.Option<string>
  readonly concurrency: Option.Option<number>
  readonly auth: Option.Option<AdminScheme>
}

const services = (auth: WorkerOptions["auth"]) =>
  Layer.mergeAll(CredentialResolver.admin(auth), CredentialResolver.client, Secrets.layer)

/**
 * @since 0.1.0
 * @category running
 */
export const run = Effect.fn("glowmarkt.worker")(function* (options: WorkerOptions) {
  const database = yield* StoreSelection.selectDatabase(options)
  const name = Option.getOrElse(options.name, hostname)
  const target = yield* CredentialResolver.target
  const { rate } = RunLimits.fromFlags({ ...options, patience: Option.none() })
  const worker = Cluster.worker({
    flows: ClusterFlow.all,
    target,
    name,
    concurrency: Option.getOrUndefined(options.concurrency),
    rate
  })
  const working = Effect.gen(function* () {
    yield* InterruptedExit.exitWithSuccess
    yield* Output.note(`Worker ${name} processes the runs of ${database.url.location} until Ctrl-C.`)
    return yield* Effect.never
  })
  yield* Reachability.check
  yield* working.pipe(
    Effect.provide(worker),
    Effect.provide(services(options.auth)),
    Effect.provide(ClusterLayer.submitter(database)),
    Effect.onInterrupt(() => Output.note(`Worker ${name} has stopped.`))
  )
})
