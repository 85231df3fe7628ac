import { assert, it } from "@effect/vitest"
import { Simulator } from "@effect-glowmarkt/simulator"
import * as Effect from "effect/Effect"
import * as Submitted from "./support/Submitted.js"

const timeout = 60_000

const withSimulator = Effect.provide(Simulator.layer({ accounts: 450, seed: 31 }))

Submitted.describeWithPostgres("glowmarkt worker", () => {
  it.scopedLive(
    "SIGTERM stops it with exit code 0, and another worker continues its run",
    () =>
      Effect.gen(function* () {
        const environment = yield* Submitted.environment
        const run = (...args: ReadonlyArray<string>) => Submitted.run(environment, args)
        const first = yield* Submitted.worker(environment, "--name", "first", "--rate", "40")
        yield* run("audit", "--run", "a1", "--detach")
        yield* Effect.repeat(run("runs", "show", "a1", "--json"), {
          until: ({ stdout }) => JSON.parse(stdout).recorded > 0
        })
        first.process.kill("SIGTERM")
        const { code, stderr } = yield* Effect.promise(() => first.ended)
        assert.strictEqual(code, 0, stderr)
        assert.match(stderr, /Worker first has stopped\.\n$/)
        assert.deepStrictEqual(JSON.parse((yield* run("runs", "workers", "--json")).stdout), [])

        yield* Submitted.worker(environment, "--rate", "unlimited")
        const watched = yield* run("runs", "watch", "a1")
        assert.strictEqual(watched.code, 0, watched.stderr)
        assert.match(watched.stdout, /^450 accounts audited in /)
      }).pipe(withSimulator),
    timeout
  )

  it.scopedLive(
    "a run for another application is stopped with a reason",
    () =>
      Effect.gen(function* () {
        const environment = yield* Submitted.environment
        yield* Submitted.worker(environment, "--name", "first")
        const other = "b0f1b774-a586-4f72-9edd-27ead8aa7a8d"
        const { code, stderr } = yield* Submitted.run(environment, ["audit"], {
          environment: { GLOWMARKT_APPLICATION_ID: other }
        })
        assert.strictEqual(code, 4, stderr)
        assert.match(stderr, new RegExp(`was stopped: the run is for application ${other}, but worker first is`))
      }).pipe(withSimulator),
    timeout
  )

  it.scopedLive(
    "wrong credentials and an unreachable database or server stop it at once",
    () =>
      Effect.gen(function* () {
        const environment = yield* Submitted.environment
        const refused = (changed: Partial<Submitted.Environment>) =>
          Submitted.run({ ...environment, ...changed }, ["worker"])
        const noKeys = yield* refused({ GLOWMARKT_ORG_KEY: "", GLOWMARKT_ORG_SECRET: "" })
        assert.strictEqual(noKeys.code, 2)
        assert.match(noKeys.stderr, /^No credentials for an administrator/)
        const noServer = yield* refused({ GLOWMARKT_BASE_URL: "http://127.0.0.1:1/api/v0-1" })
        assert.strictEqual(noServer.code, 4)
        const noDatabase = yield* refused({ GLOWMARKT_DATABASE_URL: "postgres://u:simulated@127.0.0.1:1/runs" })
        assert.strictEqual(noDatabase.code, 2)
        assert.match(noDatabase.stderr, /postgres:\/\/127\.0\.0\.1:1\/runs: .*ECONNREFUSED/)
      }).pipe(withSimulator),
    timeout
  )
})
