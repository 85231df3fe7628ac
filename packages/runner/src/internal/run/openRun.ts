/** Opens a run: creates it, or checks that an existing one matches. */
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { makeRunId, type Run, type RunId, RunMismatch, type RunNotFound } from "../../Run.js"
import { RunStore } from "../../RunStore.js"
import { damaged, type RunStoreError } from "../../RunStoreError.js"
import type { RunContext } from "../../Step.js"
import { definedFields } from "../definedFields.js"
import type { Flow, RunOptions } from "./flow.js"

export const toRecord = Schema.decodeUnknownSync(Schema.Record({ key: Schema.String, value: Schema.Unknown }))

const differences = (stored: Run["parameters"], requested: Run["parameters"]) =>
  Object.keys(requested)
    .filter((name) => JSON.stringify(stored[name]) !== JSON.stringify(requested[name]))
    .map((name) => ({ name, stored: stored[name], requested: requested[name] }))

/** A run, and the context its steps receive. */
export interface OpenedRun<P> {
  readonly run: Run
  readonly context: RunContext<P>
  readonly isNew: boolean
}

const mismatch = (runId: RunId, all: ReadonlyArray<RunMismatch["differences"][number]>) =>
  Arr.isNonEmptyReadonlyArray(all) ? Effect.fail(new RunMismatch({ runId, differences: all })) : Effect.void

export const damagedParameters = (runId: RunId, cause: unknown): Effect.Effect<never, RunStoreError, RunStore> =>
  Effect.flatMap(RunStore, ({ file }) => damaged(file, cause, `the parameters of run ${runId} cannot be read`))

/** Checks that a stored run belongs to this flow and has the same parameters. */
const checkExisting = Effect.fnUntraced(function* <P extends object, S, A, E, R>(
  flow: Flow<P, S, A, E, R>,
  run: Run,
  requested: Partial<P>
): Effect.fn.Return<OpenedRun<P>, RunMismatch | RunStoreError, RunStore> {
  const { runId, startedAt } = run
  yield* mismatch(runId, run.flow === flow.name ? [] : [{ name: "flow", stored: run.flow, requested: flow.name }])
  const stored = yield* Effect.catchAll(flow.parameters.decode(run.parameters), (cause) =>
    damagedParameters(runId, cause)
  )
  const parameters = { ...stored, ...requested }
  yield* mismatch(runId, differences(run.parameters, toRecord(flow.parameters.encode(parameters))))
  return { run, context: { runId, startedAt, parameters }, isNew: false }
})

export const existingRun = <P extends object, S, A, E, R>(
  flow: Flow<P, S, A, E, R>,
  runId: RunId
): Effect.Effect<OpenedRun<P>, RunMismatch | RunNotFound | RunStoreError, RunStore> =>
  Effect.flatMap(RunStore, (store) => Effect.flatMap(store.get(runId), (run) => checkExisting(flow, run, {})))

export const openRun = Effect.fnUntraced(function* <P extends object, S, A, E, R>(
  flow: Flow<P, S, A, E, R>,
  options: Pick<RunOptions<P>, "parameters" | "runId">
): Effect.fn.Return<OpenedRun<P>, RunMismatch | RunStoreError, RunStore> {
  const store = yield* RunStore
  const runId = options.runId ?? (yield* makeRunId(flow.name))
  const requested = definedFields<P>(options.parameters ?? {})
  const found = yield* store.get(runId).pipe(
    Effect.asSome,
    Effect.catchTag("RunNotFound", () => Effect.succeedNone)
  )
  if (Option.isSome(found)) return yield* checkExisting(flow, found.value, requested)
  const parameters = { ...flow.defaults, ...requested }
  const run = yield* store.open({
    runId,
    flow: flow.name,
    parameters: toRecord(flow.parameters.encode(parameters)),
    startedAt: yield* DateTime.now
  })
  return { run, context: { runId, startedAt: run.startedAt, parameters }, isNew: true }
})
