/**
 * Saved runs as text for people.
 *
 * @since 0.1.0
 */
import type { Run } from "@effect-glowmarkt/runner"
import { count, instant, plural } from "../terminal/Format.js"
import type { Layout } from "../terminal/Output.js"
import type { Tone } from "../terminal/Style.js"
import * as Table from "../terminal/Table.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface State {
  readonly text: string
  readonly tone: Tone
}

/**
 * Describes how a run stands, which its results alone do not show: its state, for people and as
 * JSON, and the command to run next, if any.
 *
 * @since 0.1.0
 * @category models
 */
export interface Course {
  readonly state: (run: Run.Run) => State
  readonly json: (run: Run.Run) => Readonly<Record<string, unknown>>
  readonly next: (run: Run.Run) => string | undefined
}

/**
 * Returns the state of a run as far as its results show it.
 *
 * @since 0.1.0
 * @category reports
 */
export const state = ({ finishedAt, recorded, total }: Run.Run): State => {
  if (finishedAt !== undefined) return { text: "finished", tone: "good" }
  return total === undefined ? { text: "not started", tone: "warn" } : { text: `${count(recorded)} done`, tone: "warn" }
}

/**
 * @since 0.1.0
 * @category reports
 */
export const list = (runs: ReadonlyArray<Run.Run>, stateOf: (run: Run.Run) => State, layout: Layout): string =>
  Table.render(
    [
      { title: "RUN", width: "fixed" },
      { title: "FLOW", width: "fixed" },
      { title: "STARTED", width: "fixed" },
      { title: "ROWS", width: "fixed", align: "right" },
      { title: "STATE", width: "fixed" }
    ],
    runs.map((run) => [
      run.runId,
      run.flow,
      instant(run.startedAt),
      run.total === undefined ? "" : count(run.total),
      stateOf(run)
    ]),
    layout
  )

const labels: Readonly<Record<string, string>> = {
  plan: "Plan",
  origin: "Server",
  applicationId: "Application",
  change: "Changes",
  nothing: "Nothing to do",
  skip: "Skipped",
  invalid: "Invalid",
  dormantFor: "Dormant after",
  expiringWithin: "Expiring within",
  only: "Only",
  where: "Where",
  sample: "Sample"
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const formatValue = (value: unknown): string => {
  if (Array.isArray(value)) return plural(value.length, "account")
  return typeof value === "string" ? value : JSON.stringify(value)
}

/**
 * Flattens the plan's and the flow's parameters, which may repeat each other, and omits zero
 * counts.
 */
const flat = (parameters: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(parameters).flatMap(([name, value]): ReadonlyArray<readonly [string, string]> => {
      if (isRecord(value)) return [...flat(value)]
      return value === 0 ? [] : [[labels[name] ?? name, formatValue(value)]]
    })
  )

/**
 * @since 0.1.0
 * @category reports
 */
export const facts = (run: Run.Run, { text }: State = state(run)): string =>
  Table.facts([
    ["Run", run.runId],
    ["Flow", run.flow],
    ["Started", instant(run.startedAt)],
    ["Finished", run.finishedAt === undefined ? undefined : instant(run.finishedAt)],
    ["Rows", run.total === undefined ? undefined : count(run.total)],
    ["State", text],
    ...flat(run.parameters)
  ])
