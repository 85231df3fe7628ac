/** Runs commands against a database for this test, and workers for it. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { database, describeWithPostgres } from "../../../cluster/test/support/database.js"
import * as Captured from "./Captured.js"
import * as Spawned from "./Spawned.js"

export { describeWithPostgres }

/** The password of the test server's only user. */
const password = "simulated"

const ensureSecret = <A extends { readonly stdout: string; readonly stderr: string }>(captured: A): A => {
  assert.notInclude(captured.stdout + captured.stderr, password)
  return captured
}

/** A database, and an environment with its URL and an administrator of the simulator. */
export const environment = Effect.gen(function* () {
  const url = yield* database
  const { orgAppKeys } = yield* Captured.environments
  return { ...orgAppKeys, GLOWMARKT_DATABASE_URL: Redacted.value(url.url) }
})

export type Environment = Effect.Effect.Success<typeof environment>

/** Runs the command in this process. Fails the test if it prints the database password. */
export const run = (environment: Environment, args: ReadonlyArray<string>, situation: Captured.Situation = {}) =>
  Effect.map(
    Captured.run(args, { ...situation, environment: { ...environment, ...situation.environment } }),
    ensureSecret
  )

/** Runs the built command as a process that ends with the scope. */
export const start = (env: Environment, args: ReadonlyArray<string>) =>
  Effect.acquireRelease(
    Effect.sync(() => Spawned.start(args, { env })),
    ({ ended, process }) =>
      Effect.promise(async () => {
        process.kill("SIGTERM")
        ensureSecret(await ended)
      })
  )

export const worker = (env: Environment, ...options: ReadonlyArray<string>) =>
  Effect.tap(start(env, ["worker", ...options]), ({ until }) =>
    Effect.promise(() => until("stderr", /processes the runs of/))
  )
