import { assert, layer } from "@effect/vitest"
import { Simulator } from "@effect-glowmarkt/simulator"
import * as Effect from "effect/Effect"
import * as Bulk from "./support/Bulk.js"
import type * as Captured from "./support/Captured.js"

const secret = "S3cretOfTheDatabase"

/** Nothing listens there. */
const closed = `postgres://someone:${secret}@127.0.0.1:1/runs`

layer(Simulator.layer({ accounts: 20, seed: 3 }), { excludeTestServices: true })("StoreSelection", (it) => {
  const refused = (args: ReadonlyArray<string>, situation: Captured.Situation = {}) =>
    Effect.map(Bulk.run(args, situation), ({ code, stderr, stdout }) => {
      assert.deepStrictEqual([code, stdout], [2, ""], stderr)
      assert.notInclude(stderr, secret)
      return stderr
    })

  it.effect("--store and --database cannot be used together", () =>
    Effect.gen(function* () {
      for (const args of [["audit"], ["runs", "list"], ["runs", "resume", "r1"], ["plan", "undo", "r1"]]) {
        const stderr = yield* refused([...args, "--store", "runs.db", "--database", closed])
        assert.match(stderr, /^--store and --database cannot be used together: .*\nPass one of them\.\n$/)
      }
    })
  )

  it.effect("--store takes precedence over the environment", () =>
    Effect.gen(function* () {
      const place = Bulk.place()
      const environment = { GLOWMARKT_DATABASE_URL: closed }
      const { code, stderr } = yield* Bulk.run(["audit", "--quiet", "--store", place.path("runs.db")], { environment })
      assert.strictEqual(code, 0, stderr)
      assert.match(
        yield* refused(["audit", "--quiet"], { environment }),
        /postgres:\/\/127\.0\.0\.1:1\/runs: .*ECONNREFUSED/
      )
    })
  )

  it.effect("the URL comes from an option, a variable or a file, and is checked before anything connects", () =>
    Effect.gen(function* () {
      const place = Bulk.place()
      const wrong: ReadonlyArray<readonly [url: string, problem: RegExp]> = [
        [
          `postgres://u:${secret}@db.example.com/runs`,
          /would not be encrypted; add sslmode=verify-full, or sslmode=disable/
        ],
        [`mysql://u:${secret}@127.0.0.1/runs`, /begins with "mysql:"; expected "postgres:"/],
        [`postgres://u:${secret}@127.0.0.1`, /names no database/],
        [`${secret} 127.0.0.1`, /is not a URL/]
      ]
      for (const [url, problem] of wrong) {
        const file = place.write("url", `${url}\n`)
        assert.match(yield* refused(["runs", "list", "--database", url]), problem)
        assert.match(yield* refused(["runs", "list"], { environment: { GLOWMARKT_DATABASE_URL: url } }), problem)
        assert.match(yield* refused(["runs", "list"], { environment: { GLOWMARKT_DATABASE_URL_FILE: file } }), problem)
      }
      const missing = place.path("missing")
      assert.include(
        yield* refused(["runs", "list"], { environment: { GLOWMARKT_DATABASE_URL_FILE: missing } }),
        `${missing} cannot be read (NotFound)`
      )
    })
  )

  it.effect("commands that need a database say how to pass it", () =>
    Effect.gen(function* () {
      for (const args of [["worker"], ["runs", "workers"], ["runs", "stop", "r1"], ["database", "check"]]) {
        assert.match(yield* refused(args), /^No database given\.\nSet GLOWMARKT_DATABASE_URL /)
      }
    })
  )

  it.effect("options that would have no effect are refused", () =>
    Effect.gen(function* () {
      const database = ["--database", closed]
      const limits = ["--rate", "5", "--concurrency", "3", "--auth", "orgAppKeys"]
      assert.match(
        yield* refused(["audit", ...limits, ...database]),
        /^--concurrency, --rate, --auth cannot be used .* workers/
      )
      assert.match(
        yield* refused(["audit", "--detach", "--out", "results", ...database]),
        /--out to glowmarkt runs watch/
      )
      assert.match(yield* refused(["audit", "--detach"]), /^--detach .*\nPass --database URL/)
    })
  )
})
