import { FileSystem } from "@effect/platform"
import { NodeFileSystem } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Either, Redacted } from "effect"
import { DatabaseUrl } from "../src/index.js"

const parse = (url: string) => DatabaseUrl.parse(Redacted.make(url))

const problem = (url: string) => Either.match(parse(url), { onLeft: (text) => text, onRight: () => "accepted" })

const location = (url: string) => Either.match(parse(url), { onLeft: (text) => text, onRight: (it) => it.location })

const withVariables = (variables: Record<string, string>) =>
  DatabaseUrl.fromEnvironment.pipe(
    Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(variables)))),
    Effect.provide(NodeFileSystem.layer)
  )

describe("DatabaseUrl", () => {
  it("shows host, port and database, but not the user", () => {
    assert.strictEqual(location("postgres://ann:secret@127.0.0.1/runs"), "postgres://127.0.0.1:5432/runs")
    assert.strictEqual(
      location("postgresql://ann:secret@db.example:6000/runs?sslmode=verify-full"),
      "postgres://db.example:6000/runs"
    )
    assert.notInclude(JSON.stringify(parse("postgres://ann:secret@localhost/runs")), "secret")
  })

  it("refuses plain text to other hosts unless it is explicit", () => {
    assert.include(problem("postgres://ann:secret@db.example/runs"), "not be encrypted")
    assert.include(problem("postgres://ann:secret@127.0.0.1.example/runs"), "not be encrypted")
    for (const mode of ["disable", "require", "verify-ca", "verify-full"]) {
      assert.strictEqual(problem(`postgres://ann:secret@db.example/runs?sslmode=${mode}`), "accepted")
    }
    for (const host of ["localhost", "127.0.0.1", "127.1.2.3", "[::1]"]) {
      assert.strictEqual(problem(`postgres://ann:secret@${host}/runs`), "accepted")
    }
  })

  it("refuses parameters that weaken or replace what it checked", () => {
    for (const mode of ["no-verify", "prefer", "allow", "DISABLE"]) {
      assert.include(problem(`postgres://ann:secret@db.example/runs?sslmode=${mode}`), `sslmode=${mode}`)
    }
    for (const parameter of ["host=db.example", "ssl=false", "port=1", "database=other"]) {
      assert.include(problem(`postgres://ann:secret@127.0.0.1/runs?${parameter}`), `"${parameter.split("=")[0]}"`)
    }
  })

  it("names the mistake without repeating the URL", () => {
    const mistakes = {
      "ann:secret@host": `begins with "ann:"`,
      "http://ann:secret@127.0.0.1/runs": `begins with "http:"`,
      "postgres://ann:secret@127.0.0.1": "names no database",
      "postgres://ann:secret@127.0.0.1/": "names no database",
      "secret words": "is not a URL"
    }
    for (const [url, expected] of Object.entries(mistakes)) {
      assert.include(problem(url), expected)
      assert.notInclude(problem(url), "secret")
    }
  })

  it.effect("reads the variable or the file, but not both", () =>
    Effect.gen(function* () {
      const url = "postgres://ann:secret@127.0.0.1/runs"
      assert.strictEqual(
        (yield* withVariables({ GLOWMARKT_DATABASE_URL: url })).location,
        "postgres://127.0.0.1:5432/runs"
      )
      const files = yield* FileSystem.FileSystem
      const file = yield* files.makeTempFileScoped()
      yield* files.writeFileString(file, `${url}\n`)
      assert.strictEqual(Redacted.value((yield* withVariables({ GLOWMARKT_DATABASE_URL_FILE: file })).url), url)
      const refused = (variables: Record<string, string>) => Effect.map(Effect.flip(withVariables(variables)), String)
      assert.include(
        yield* refused({ GLOWMARKT_DATABASE_URL: url, GLOWMARKT_DATABASE_URL_FILE: file }),
        "set one of them"
      )
      assert.include(yield* refused({}), "GLOWMARKT_DATABASE_URL_FILE")
      assert.include(yield* refused({ GLOWMARKT_DATABASE_URL_FILE: `${file}.missing` }), "cannot be read")
      const plain = yield* refused({ GLOWMARKT_DATABASE_URL: "postgres://ann:secret@db.example/runs" })
      assert.include(plain, "sslmode")
      assert.notInclude(plain, "secret")
    }).pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer))
  )
})
