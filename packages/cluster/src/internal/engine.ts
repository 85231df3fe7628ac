/** Effect Cluster over PostgreSQL, for processes that only talk to each other through the database. */
import * as ClusterWorkflowEngine from "@effect/cluster/ClusterWorkflowEngine"
import * as RunnerAddress from "@effect/cluster/RunnerAddress"
import * as RunnerHealth from "@effect/cluster/RunnerHealth"
import * as Runners from "@effect/cluster/Runners"
import * as Sharding from "@effect/cluster/Sharding"
import * as ShardingConfig from "@effect/cluster/ShardingConfig"
import * as SqlMessageStorage from "@effect/cluster/SqlMessageStorage"
import * as SqlRunnerStorage from "@effect/cluster/SqlRunnerStorage"
import type * as SqlClient from "@effect/sql/SqlClient"
import type * as WorkflowEngine from "@effect/workflow/WorkflowEngine"
import type { RunStoreError } from "@effect-glowmarkt/runner"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { exclusively, type Settings } from "../Database.js"
import { toRunStoreError } from "./sqlState.js"

/** Creates the engine's own tables, one process at a time: two at once would fail. */
const storage = (location: string) => {
  const tables = Layer.mapError(Layer.merge(SqlMessageStorage.layer, SqlRunnerStorage.layer), (error) =>
    toRunStoreError(location, error)
  )
  return Layer.unwrapScoped(
    Effect.flatMap(Effect.scope, (scope) =>
      Effect.map(exclusively(location)(Layer.buildWithScope(tables, scope)), Layer.succeedContext)
    )
  )
}

/**
 * - Locks in a table instead of advisory locks: a frozen process would keep its advisory locks until it wakes.
 * - Workers open no port, so a worker that died is noticed by its expired locks and not by a ping.
 */
const sharding = ({ lockSeconds, shards }: Settings, address: RunnerAddress.RunnerAddress | undefined) =>
  ShardingConfig.layer({
    runnerAddress: Option.fromNullable(address),
    shardsPerGroup: shards,
    shardLockDisableAdvisory: true,
    shardLockExpiration: Duration.seconds(lockSeconds),
    shardLockRefreshInterval: Duration.seconds(lockSeconds / 3),
    refreshAssignmentsInterval: Duration.seconds(1),
    entityMessagePollInterval: Duration.seconds(1),
    entityTerminationTimeout: Duration.seconds(2),
    simulateRemoteSerialization: false
  })

const engine = (location: string, settings: Settings, address: RunnerAddress.RunnerAddress | undefined) =>
  ClusterWorkflowEngine.layer.pipe(
    Layer.provideMerge(Sharding.layer.pipe(Layer.provide([Runners.layerNoop, RunnerHealth.layerNoop]))),
    Layer.provide(storage(location)),
    Layer.provide(sharding(settings, address))
  )

type Engine = Layer.Layer<
  WorkflowEngine.WorkflowEngine | Sharding.Sharding,
  RunStoreError.RunStoreError,
  SqlClient.SqlClient
>

/** For a process that submits runs and works on none. */
export const submitter = (location: string, settings: Settings): Engine => engine(location, settings, undefined)

/**
 * For a process that works. Locks belong to an address, so each process needs its own; the worker's id serves as the
 * host, since nothing connects to it.
 */
export const worker = (location: string, settings: Settings, workerId: string): Engine =>
  engine(location, settings, RunnerAddress.make(workerId, 1))
