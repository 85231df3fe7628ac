/** Finds out whether a run is new or goes on, and with which parameters. */
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Flow, RunOptions } from "../../Flow.js"
import { makeRunId, type Run, RunMismatch } from "../../Run.js"
import { RunStore } from "../../RunStore.js"
import { RunStoreError } from "../../RunStoreError.js"
import type { RunContext } from "../../Step.js"

const toRecord = Schema.decodeUnknownSync(Schema.Record({ key: Schema.String, value: Schema.Unknown }))

const without = <A extends object>(options: { readonly [K in keyof A]?: A[K] | undefined }): Partial<A> => {
  const defined: Partial<A> = {}
  for (const key in options) {
    const value = options[key]
    if (value !== undefined) {
      defined[key] = value
    }
  }
  return defined
}

const differences = (recorded: Run["parameters"], given: Run["parameters"]) =>
  Object.keys(given)
    .filter((name) => JSON.stringify(recorded[name]) !== JSON.stringify(given[name]))
    .map((name) => ({ name, recorded: recorded[name], given: given[name] }))

export const openRun = Effect.fnUntraced(function* <P extends object, S, A, E, R>(
  flow: Flow<P, S, A, E, R>,
  options: RunOptions<P>
) {
  const store = yield* RunStore
  const runId = options.runId ?? (yield* makeRunId(flow.name))
  const given = without<P>(options.parameters ?? {})
  const mismatch = (all: ReadonlyArray<RunMismatch["differences"][number]>) =>
    Arr.isNonEmptyReadonlyArray(all) ? Effect.fail(new RunMismatch({ runId, differences: all })) : Effect.void

  const existing = yield* store.get(runId).pipe(
    Effect.asSome,
    Effect.catchTag("RunNotFound", () => Effect.succeedNone)
  )
  if (Option.isNone(existing)) {
    const parameters = { ...flow.defaults, ...given }
    const run = yield* store.open({
      runId,
      flow: flow.name,
      parameters: toRecord(flow.parameters.encode(parameters)),
      startedAt: yield* DateTime.now
    })
    return {
      run,
      begins: "now" as const,
      given: { runId, startedAt: run.startedAt, parameters } satisfies RunContext<P>
    }
  }
  const run = existing.value
  yield* mismatch(run.flow === flow.name ? [] : [{ name: "flow", recorded: run.flow, given: flow.name }])
  const recorded = yield* Effect.mapError(
    flow.parameters.decode(run.parameters),
    (cause) =>
      new RunStoreError({
        reason: "damaged",
        file: store.file,
        detail: `the parameters of run ${runId} cannot be read`,
        cause
      })
  )
  const parameters = { ...recorded, ...given }
  yield* mismatch(differences(run.parameters, toRecord(flow.parameters.encode(parameters))))
  return {
    run,
    begins: "earlier" as const,
    given: { runId, startedAt: run.startedAt, parameters } satisfies RunContext<P>
  }
})
