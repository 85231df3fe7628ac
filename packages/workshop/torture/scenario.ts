/** Definitions that all scenarios share. */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type { Figure } from "./figures.js"
import type { End, simulator, worker } from "./processes.js"
import type { Work, WorkerMessage } from "./protocol.js"

/** The options of the command line. */
export interface Choice {
  readonly seconds: number
  readonly points: number
  readonly seed: number
  readonly burst: number
  readonly accounts: number
  /** The flows to run; all if empty. */
  readonly flows: ReadonlyArray<string>
}

/** Runs a scenario and returns its tables. */
export type Scenario = (choice: Choice) => Effect.Effect<ReadonlyArray<readonly [title: string, ReadonlyArray<Figure>]>>

export type Served = Effect.Effect.Success<ReturnType<typeof simulator>>

export type Worker = Effect.Effect.Success<ReturnType<Effect.Effect.Success<typeof worker>>>

export const ended = (end: Exclude<End, { readonly event: "finished" }>) =>
  Effect.dieMessage(end.event === "failed" ? `the run failed: ${end.message}` : "the run was killed")

/** Waits until the run has listed its subjects (or made its plan) and sent its first requests. */
export const underWay = (served: Served, work: Work, running: Worker) =>
  Effect.gen(function* () {
    const awaited: WorkerMessage["event"] = work.flow === "statusAudit" ? "started" : "applying"
    yield* Effect.repeat(
      Effect.sync(() => running.hasSent(awaited)),
      {
        until: (hasSent) => hasSent,
        schedule: Schedule.spaced("50 millis")
      }
    )
    const before = yield* served.count(0)
    yield* served
      .count(0)
      .pipe(Effect.repeat({ until: ({ total }) => total > before.total + 20, schedule: Schedule.spaced("50 millis") }))
  })

/** The work for each named flow, or for all flows. */
export const selected = (works: ReadonlyArray<Work>, { flows }: Choice): ReadonlyArray<Work> =>
  flows.length === 0 ? works : works.filter(({ flow }) => flows.includes(flow))

export const title = (scenario: string, { flow }: Work, detail = ""): string => `${scenario} ${flow}${detail}`
