/**
 * A directory for a test, members of the simulator to change, and the command in that directory.
 */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Population, Simulator } from "@effect-glowmarkt/simulator"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Captured from "./Captured.js"

export interface Place {
  readonly path: (name: string) => string
  readonly write: (name: string, content: string | Uint8Array) => string
  readonly read: (name: string) => string
  readonly ndjson: (name: string) => ReadonlyArray<Record<string, unknown>>
}

export const place = (): Place => {
  const directory = mkdtempSync(join(tmpdir(), "glowmarkt-bulk-"))
  const path = (name: string) => join(directory, name)
  const read = (name: string) => readFileSync(path(name), "utf8")
  return {
    path,
    read,
    write: (name, content) => {
      writeFileSync(path(name), content, { mode: 0o600 })
      return path(name)
    },
    ndjson: (name) =>
      read(name)
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line))
  }
}

/** Healthy members who can sign in, with their passwords. */
export const members = Effect.map(Simulator.Simulator, ({ population }) =>
  [...population.members]
    .filter(Population.isOrdinary)
    .map((member) => ({ ...member, password: Redacted.value(population.password(member)) }))
)

export const nameOf = (accountId: string) =>
  Effect.flatMap(Simulator.Simulator, ({ state }) =>
    Effect.map(state.account(accountId), (account) => Option.getOrThrow(account).name)
  )

export const isActive = (accountId: string) =>
  Effect.flatMap(Simulator.Simulator, ({ state }) =>
    Effect.map(state.account(accountId), (account) => Option.getOrThrow(account).live.status === "active")
  )

export const csv = (header: string, rows: ReadonlyArray<ReadonlyArray<string>>) =>
  [header, ...rows.map((row) => row.join(","))].join("\n")

/**
 * Runs the command as an administrator of the simulator, with the test's files in its directory.
 */
export const run = (args: ReadonlyArray<string>, situation: Captured.Situation = {}) =>
  Effect.flatMap(Captured.environments, ({ orgAppKeys }) =>
    Captured.run(args, { ...situation, environment: { ...orgAppKeys, ...situation.environment } })
  )

/** A person at a terminal of 100 columns. */
export const typing = (text: string): Captured.Situation => ({ input: { kind: "terminal", text }, columns: 100 })

/** The last printed line, as JSON. */
export const last = ({ stdout }: Captured.Captured) => JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "")
