/**
 * What runs are executed by: an engine is a layer, and flows do not know which.
 *
 * @since 0.1.0
 */
import * as ClusterWorkflowEngine from "@effect/cluster/ClusterWorkflowEngine"
import * as RunnerHealth from "@effect/cluster/RunnerHealth"
import * as RunnerStorage from "@effect/cluster/RunnerStorage"
import * as Runners from "@effect/cluster/Runners"
import * as Sharding from "@effect/cluster/Sharding"
import * as ShardingConfig from "@effect/cluster/ShardingConfig"
import * as SqlMessageStorage from "@effect/cluster/SqlMessageStorage"
import type { SqlClient } from "@effect/sql/SqlClient"
import { WorkflowEngine } from "@effect/workflow/WorkflowEngine"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import * as Layer from "effect/Layer"
import * as LogLevel from "effect/LogLevel"
import * as attended from "./internal/run/attended.js"
import * as runWorkflow from "./internal/run/runWorkflow.js"
import * as trouble from "./internal/run/trouble.js"
import * as Sqlite from "./internal/store/sqlite.js"
import * as RunStore from "./RunStore.js"
import { fromCause, type RunStoreError } from "./RunStoreError.js"

/**
 * The parts of `SingleRunner.layer`, which reads its settings from `HOST`, `PORT` and the like of
 * the environment: those belong to other programs here.
 *
 * One process owns the whole store (see `sqlite.exclusive`), so who holds which
 * shard is kept in memory: after `kill -9` there is no lock to wait for. With one runner
 * more than one shard only makes every read longer. And since an attended execution that has to
 * stop is unfinished by intention, closing does not wait for it.
 */
const cluster = ClusterWorkflowEngine.layer.pipe(
  Layer.provide(Sharding.layer),
  Layer.provide([Runners.layerNoop, RunnerHealth.layerNoop]),
  Layer.provide([trouble.watched(SqlMessageStorage.layer), RunnerStorage.layerMemory]),
  Layer.provide(
    ShardingConfig.layer({
      shardsPerGroup: 1,
      entityTerminationTimeout: Duration.zero,
      simulateRemoteSerialization: false
    })
  ),
  // It has one runner, this process, and warns while it ends that there is none.
  Layer.locally(FiberRef.currentMinimumLogLevel, LogLevel.Error)
)

/** Workflows in an SQLite database, and the runs they work on. */
const engine = <E>(
  store: Layer.Layer<RunStore.RunStore, E, SqlClient>
): Layer.Layer<WorkflowEngine | RunStore.RunStore, E, SqlClient> =>
  runWorkflow.layer.pipe(
    Layer.provideMerge(Layer.scoped(WorkflowEngine, Effect.flatMap(WorkflowEngine, attended.make))),
    Layer.provide(cluster),
    Layer.provide(trouble.layer),
    Layer.provideMerge(store)
  )

/**
 * Keeps runs in memory: they are gone when the layer is released. For tests, and for programs
 * that want a flow's result and nothing to resume.
 *
 * @since 0.1.0
 * @category layers
 */
export const memory: Layer.Layer<WorkflowEngine | RunStore.RunStore> = engine(RunStore.layerMemory).pipe(
  Layer.provide(Sqlite.client(Sqlite.memory)),
  // Memory is not a file that could be missing, full, damaged or in use.
  Layer.orDie
)

/**
 * Keeps runs in one SQLite file, created when there is none. A run that was interrupted, or
 * whose process was killed, continues when it is started again with its run id.
 *
 * - One process at a time: a second one gets a `RunStoreError` with reason `inUse`. Only looking
 *   at runs meanwhile is what `RunStore.layerSqlite` is for.
 * - Beside `file` there are `file-wal` and `file-shm` (SQLite's) and `file-lock` (ours); all
 *   but the first can be deleted while no process uses the store.
 * - Other workflows may use the engine too, but an execution works only while a fiber of this process waits for it.
 *
 * Fails with a {@link RunStoreError} that says what to do when the file cannot be used.
 *
 * @example
 * ```ts
 * import { Engine } from "@effect-glowmarkt/runner"
 *
 * const EngineLive = Engine.sqlite("runs.sqlite")
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const sqlite = (file: string): Layer.Layer<WorkflowEngine | RunStore.RunStore, RunStoreError> =>
  engine(RunStore.layer(file)).pipe(
    Layer.provide(Sqlite.client(file)),
    Layer.provide(Sqlite.exclusive(file)),
    // What the cluster cannot keep while it starts, it dies of.
    Layer.catchAllCause((cause) =>
      Cause.isInterruptedOnly(cause) ? Layer.failCause(cause) : Layer.fail(fromCause(file, cause))
    )
  )
