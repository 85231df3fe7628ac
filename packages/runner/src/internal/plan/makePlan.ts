/** Reads subjects and plans what to do with them. */
import { type AccessDenied, type CallError, explanation } from "@effect-glowmarkt/core/GlowmarktError"
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Order from "effect/Order"
import { Refused } from "../../Converge.js"
import type { InvalidRow, Row } from "../../CsvInput.js"
import type { Limits } from "../../Limits.js"
import { count, type Entry, type Intent, type Plan } from "../../Plan.js"
import * as Progress from "../../Progress.js"
import { makeRunId, type RunId } from "../../Run.js"
import { TransientFailure } from "../../Step.js"
import { toRecord } from "../run/openRun.js"
import { publishProgress } from "../run/publishProgress.js"
import { unretried } from "../scheduler/unretried.js"
import * as WorkerPool from "../scheduler/workerPool.js"
import { sourceOf } from "../scheduler/workQueue.js"
import { isCallError } from "./callError.js"
import { describeIntent, intentTag } from "./planEntry.js"
import type { PlannedFlow, PlanOptions, StepError } from "./plannedFlow.js"
import * as targetMismatch from "./targetMismatch.js"

const planRow = <P extends object, W, Read, E extends StepError, R>(
  flow: PlannedFlow<P, W, Read, E, R>,
  parameters: P,
  { cells, line, value }: Row<W>
): Effect.Effect<Entry, TransientFailure<Entry, CallError>, R> => {
  const from = { cells, ...(line === undefined ? {} : { line }) }
  const key = flow.input.key(value)
  const skip = (reason: string): Entry => ({
    key,
    will: `skip: ${reason}`,
    intent: { _tag: "Skip", reason },
    ...from
  })
  return Effect.matchEffect(flow.read(value, parameters), {
    onSuccess: (read) => {
      const tag = intentTag(flow, read, value)
      const intent: Intent = {
        _tag: tag,
        read: toRecord(flow.state.encode(read)),
        wanted: toRecord(flow.wanted.encode(value))
      }
      return Effect.succeed<Entry>({ key, will: describeIntent(flow, tag, read, value), intent, ...from })
    },
    onFailure: (error: StepError) => {
      if (error instanceof Refused) return Effect.succeed(skip(error.reason))
      const unread = skip(`could not be read: ${explanation(error)}`)
      const failure = isCallError(error) ? error : error.failure
      return failure === undefined
        ? Effect.succeed(unread)
        : Effect.fail(new TransientFailure(failure, unread, failure))
    }
  }).pipe(unretried)
}

/**
 * Makes planning fail with `AccessDenied` if access is denied for every subject, instead of making
 * a plan that skips everything.
 */
const denialWatch = () => {
  let denied: AccessDenied | undefined
  let others = 0
  return {
    watch: <A, R>(read: Effect.Effect<A, TransientFailure<A, CallError>, R>) =>
      Effect.tapBoth(read, {
        onSuccess: () => Effect.sync(() => others++),
        onFailure: ({ failure }) =>
          Effect.sync(() => {
            if (failure._tag === "AccessDenied") denied = failure
            else others++
          })
      }),
    check: Effect.suspend(() => (denied !== undefined && others === 0 ? Effect.fail(denied) : Effect.void))
  }
}

/**
 * Makes the entry of an invalid row. Its key is the line, because two invalid rows may name the
 * same subject.
 */
const invalidEntry = ({ cells, line, problems }: InvalidRow): Entry => {
  const reason = problems.map(({ message }) => message).join("; ")
  return { key: `line ${line}`, will: `invalid: ${reason}`, intent: { _tag: "Invalid", reason }, line, cells }
}

const byLine = Order.mapInput(Order.number, ({ line = Number.POSITIVE_INFINITY }: Entry) => line)

/**
 * Uses the same worker pool as a run, so that it survives outages in the same way. The results stay
 * in memory, because planning can be repeated.
 */
const planRows = Effect.fnUntraced(function* <P extends object, W, Read, E extends StepError, R>(
  flow: PlannedFlow<P, W, Read, E, R>,
  run: { readonly runId: RunId; readonly startedAt: DateTime.Utc; readonly parameters: P },
  rows: ReadonlyArray<Row<W>>,
  limits: Limits
): Effect.fn.Return<ReadonlyArray<Entry>, CallError, R> {
  const { publish } = yield* Progress.Progress
  const { runId } = run
  const total = rows.length
  const denials = denialWatch()
  const count = { processed: 0, recorded: 0 }
  const entries: Array<Entry> = []
  publish(new Progress.RunStarted({ runId, flow: flow.name, recorded: 0 }))
  publish(new Progress.SubjectsListed({ runId, recorded: 0, total }))
  const pool = yield* WorkerPool.make(
    {
      step: (row: Row<W>) => denials.watch(planRow(flow, run.parameters, row)),
      read: (row) => planRow(flow, run.parameters, row),
      retriedBy: "run"
    },
    {
      context: run,
      limits,
      publish,
      source: sourceOf(rows),
      sink: {
        add: (position, entry) => {
          entries[position] = entry
          count.processed++
          return undefined
        }
      }
    }
  )
  yield* Effect.raceFirst(pool.run, publishProgress({ runId, total, count, publish }, pool))
  yield* denials.check
  publish(new Progress.RunFinished({ runId, total }))
  return entries
})

export const plan = Effect.fn("PlannedFlow.plan")(function* <P extends object, W, Read, E extends StepError, R>(
  flow: PlannedFlow<P, W, Read, E, R>,
  { invalid = [], parameters, rows, target = {}, ...limits }: PlanOptions<P, W>
): Effect.fn.Return<Plan, CallError, R> {
  const createdAt = yield* DateTime.now
  const id = yield* makeRunId(flow.name)
  const planned = yield* planRows(
    targetMismatch.refuseOtherApplication(flow, target),
    { runId: id, startedAt: createdAt, parameters },
    rows,
    limits
  )
  const entries = invalid.length === 0 ? planned : Arr.sort([...planned, ...invalid.map(invalidEntry)], byLine)
  return {
    header: {
      plan: 1,
      id,
      flow: flow.name,
      createdAt,
      target,
      parameters: toRecord(flow.parameters.encode(parameters)),
      counts: count(entries)
    },
    entries
  }
})
