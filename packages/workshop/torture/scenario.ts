/** What all scenarios have in common. */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type { Figure } from "./figures.js"
import type { End, simulator, worker } from "./processes.js"
import type { Said, Work } from "./protocol.js"

/** What the command line may change. */
export interface Choice {
  readonly seconds: number
  readonly points: number
  readonly seed: number
  readonly burst: number
  readonly accounts: number
  /** Of which flows, where a scenario has several. */
  readonly flows: ReadonlyArray<string>
}

/** Tables with their titles. */
export type Scenario = (choice: Choice) => Effect.Effect<ReadonlyArray<readonly [title: string, ReadonlyArray<Figure>]>>

export type Served = Effect.Effect.Success<ReturnType<typeof simulator>>

export type Worker = Effect.Effect.Success<ReturnType<Effect.Effect.Success<typeof worker>>>

export const ended = (end: Exclude<End, { readonly said: "ends" }>) =>
  Effect.dieMessage(end.said === "fails" ? `the run failed: ${end.message}` : "the run was killed")

/** Until the work proper has begun: after the list, after the plan. */
export const underWay = (served: Served, work: Work, running: Worker) =>
  Effect.gen(function* () {
    const awaited: Said["said"] = work.flow === "statusAudit" ? "begins" : "applies"
    yield* Effect.repeat(
      Effect.sync(() => running.hasSaid(awaited)),
      {
        until: (said) => said,
        schedule: Schedule.spaced("50 millis")
      }
    )
    const before = yield* served.count(0)
    yield* served
      .count(0)
      .pipe(Effect.repeat({ until: ({ total }) => total > before.total + 20, schedule: Schedule.spaced("50 millis") }))
  })

/** All of them, unless some are named. */
export const asked = (works: ReadonlyArray<Work>, { flows }: Choice): ReadonlyArray<Work> =>
  flows.length === 0 ? works : works.filter(({ flow }) => flows.includes(flow))

export const title = (scenario: string, { flow }: Work, detail = ""): string => `${scenario} ${flow}${detail}`
