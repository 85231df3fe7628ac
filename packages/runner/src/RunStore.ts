/**
 * Stores runs, their subjects and their results.
 *
 * Flows use it to record and resume. Programs mostly use `list`, `get`, `rows` and `forget`.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Layer from "effect/Layer"
import * as memoryStore from "./internal/store/memoryStore.js"
import type { RunStoreService } from "./internal/store/runStore.js"

export type { Counted, NewRun, PendingSubject, Result, RunStoreService, StoredRow } from "./internal/store/runStore.js"
export { pageSize } from "./internal/store/runStore.js"

/**
 * The store of runs, see {@link RunStoreService}.
 *
 * @since 0.1.0
 * @category services
 */
export class RunStore extends Context.Tag("@effect-glowmarkt/runner/RunStore")<RunStore, RunStoreService>() {}

/**
 * A store in memory. Its runs are lost with the layer.
 *
 * @example
 * ```ts
 * import { RunStore, StatusAudit } from "@effect-glowmarkt/runner"
 * import { Effect } from "effect"
 *
 * const audit = StatusAudit.run().pipe(Effect.provide(RunStore.layerMemory))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerMemory: Layer.Layer<RunStore> = Layer.sync(RunStore, () => memoryStore.make("in memory"))
