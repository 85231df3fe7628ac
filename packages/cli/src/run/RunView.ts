/**
 * Runs as people read them.
 *
 * @since 0.1.0
 */
import type { Run } from "@effect-glowmarkt/runner"
import * as DateTime from "effect/DateTime"
import { count } from "../terminal/Format.js"
import type { Layout } from "../terminal/Output.js"
import type { Tone } from "../terminal/Style.js"
import * as Table from "../terminal/Table.js"

/**
 * @since 0.1.0
 * @category rendering
 */
export const instant = (at: DateTime.Utc): string => `${DateTime.formatIso(at).slice(0, 16).replace("T", " ")} UTC`

const state = ({ finishedAt, recorded, total }: Run.Run): { readonly text: string; readonly tone: Tone } => {
  if (finishedAt !== undefined) return { text: "finished", tone: "good" }
  return total === undefined ? { text: "not begun", tone: "warn" } : { text: `${count(recorded)} done`, tone: "warn" }
}

/**
 * @since 0.1.0
 * @category rendering
 */
export const list = (runs: ReadonlyArray<Run.Run>, layout: Layout): string =>
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
      state(run)
    ]),
    layout
  )

const labels: Readonly<Record<string, string>> = {
  plan: "Plan",
  origin: "Server",
  applicationId: "Application",
  change: "Changes",
  nothing: "Already so",
  skip: "Left alone",
  invalid: "Left out",
  dormantFor: "Dormant after",
  expiringWithin: "Expiring within",
  only: "Only",
  where: "Where",
  sample: "Sample"
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const said = (value: unknown): string => {
  if (Array.isArray(value)) return `${count(value.length)} accounts`
  return typeof value === "string" ? value : JSON.stringify(value)
}

/** The same may be recorded twice, of the plan and of its flow; what there is none of is not told. */
const flat = (parameters: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(parameters).flatMap(([name, value]): ReadonlyArray<readonly [string, string]> => {
      if (isRecord(value)) return [...flat(value)]
      return value === 0 ? [] : [[labels[name] ?? name, said(value)]]
    })
  )

/**
 * @since 0.1.0
 * @category rendering
 */
export const facts = (run: Run.Run): string =>
  Table.facts([
    ["Run", run.runId],
    ["Flow", run.flow],
    ["Started", instant(run.startedAt)],
    ["Finished", run.finishedAt === undefined ? undefined : instant(run.finishedAt)],
    ["Rows", run.total === undefined ? undefined : count(run.total)],
    ["State", state(run).text],
    ...flat(run.parameters)
  ])
