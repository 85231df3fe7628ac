/** Looking at subjects and putting into words what would be done with them. */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { Refused } from "../Converge.js"
import type { Row } from "../CsvInput.js"
import { count, type Entry, type Intent, type Plan } from "../Plan.js"
import type { PlannedFlow, PlanOptions, Trouble } from "../PlannedFlow.js"
import { makeRunId } from "../Run.js"
import { inWords, tagOf, toRecord } from "./entry.js"

const defaultConcurrency = 16

const entry = <P extends object, W, Read, E extends Trouble, R>(
  flow: PlannedFlow<P, W, Read, E, R>,
  parameters: P,
  { cells, line, value }: Row<W>
): Effect.Effect<Entry, E, R> => {
  const from = { cells, ...(line === undefined ? {} : { line }) }
  const key = flow.input.key(value)
  return flow.look(value, parameters).pipe(
    Effect.map((read): Entry => {
      const tag = tagOf(flow, read, value)
      const intent: Intent = {
        _tag: tag,
        read: toRecord(flow.read.encode(read)),
        wanted: toRecord(flow.wanted.encode(value))
      }
      return { key, will: inWords(flow, tag, read, value), intent, ...from }
    }),
    Effect.catchAll((error) =>
      error instanceof Refused
        ? Effect.succeed<Entry>({
            key,
            will: `skip: ${error.reason}`,
            intent: { _tag: "Skip", reason: error.reason },
            ...from
          })
        : // What is left when `Refused` is taken out of `E | Refused`; the compiler cannot subtract from a type parameter.
          Effect.fail(error as E)
    )
  )
}

export const plan = Effect.fn("PlannedFlow.plan")(function* <P extends object, W, Read, E extends Trouble, R>(
  flow: PlannedFlow<P, W, Read, E, R>,
  { concurrency = defaultConcurrency, parameters, rows, target = {} }: PlanOptions<P, W>
): Effect.fn.Return<Plan, E, R> {
  const createdAt = yield* DateTime.now
  const id = yield* makeRunId(flow.name)
  const entries = yield* Effect.forEach(rows, (row) => entry(flow, parameters, row), { concurrency })
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
