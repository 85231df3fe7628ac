import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib"
import { assert, describe, it, layer } from "@effect/vitest"
import { Simulator } from "@effect-glowmarkt/simulator"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Captured from "./support/Captured.js"
import * as StubServer from "./support/StubServer.js"

const json = (captured: Captured.Captured) => {
  assert.strictEqual(captured.code, 0, captured.stderr)
  return JSON.parse(captured.stdout)
}

layer(Simulator.layer({ accounts: 100, seed: 4 }))("accounts", (it) => {
  it.effect("list: filters, limits, and fits the terminal", () =>
    Effect.gen(function* () {
      const { appKeys } = yield* Captured.environments
      const list = (...args: ReadonlyArray<string>) =>
        Effect.map(Captured.run(["accounts", "list", "--json", ...args], { environment: appKeys }), (captured) => {
          assert.strictEqual(captured.code, 0, captured.stderr)
          return captured.stdout
            .trimEnd()
            .split("\n")
            .map((line) => JSON.parse(line))
        })
      const accounts = yield* list()
      assert.lengthOf(accounts, 100)
      const inactive = accounts.filter(({ status }) => status === "inactive")
      assert.isAbove(inactive.length, 2)
      assert.deepStrictEqual(yield* list("--where", "status = inactive"), inactive)
      assert.deepStrictEqual(yield* list("--where", "status = inactive", "--limit", "2"), inactive.slice(0, 2))

      const { stdout } = yield* Captured.run(["accounts", "list"], { environment: appKeys, columns: 80 })
      const lines = stdout.trimEnd().split("\n")
      assert.lengthOf(lines, 101)
      assert.deepStrictEqual(
        lines.filter((line) => line.length > 80),
        []
      )
    })
  )

  it.effect("get, status and rename accept each credential that the operation allows", () =>
    Effect.gen(function* () {
      const { appKeys, devUserToken, member, orgAppKeys } = yield* Captured.environments
      const id = member.accountId
      const account = json(yield* Captured.run(["accounts", "get", id, "--json"], { environment: orgAppKeys }))
      assert.strictEqual(account.username, member.username)

      const status = json(yield* Captured.run(["accounts", "status", id, "--json"], { environment: devUserToken }))
      assert.deepInclude(status, { accountId: id, status: "active", active: true })

      const args = ["accounts", "rename", id, "--name", "Flat 3", "--json"]
      assert.strictEqual(json(yield* Captured.run(args, { environment: appKeys })).name, "Flat 3")
      const { stdout } = yield* Captured.run(["accounts", "get", id], { environment: appKeys })
      assert.match(stdout, /^Name +Flat 3$/m)
    })
  )

  it.effect("add: the account exists afterwards", () =>
    Effect.gen(function* () {
      const { appKeys } = yield* Captured.environments
      const { population } = yield* Simulator.Simulator
      const person = Option.getOrThrow(population.newcomer(0))
      const args = ["accounts", "add", "--username", person.username, "--directory-id", person.directoryId]
      const added = json(yield* Captured.run([...args, "--json"], { environment: appKeys }))
      const account = json(
        yield* Captured.run(["accounts", "get", added.accountId, "--json"], { environment: appKeys })
      )
      assert.strictEqual(account.username, person.username)
    })
  )

  it.effect("add: names the likely cause if the provider gives none", () =>
    Effect.gen(function* () {
      const { appKeys } = yield* Captured.environments
      const args = ["accounts", "add", "--username", "nobody", "--directory-id", "D"]
      const { code, stderr } = yield* Captured.run(args, { environment: appKeys })
      assert.strictEqual(code, 1)
      assert.include(stderr, "\nCheck that directory D exists and contains the user nobody.")
    })
  )

  it.effect("delete: shows the account, asks, and deletes nothing when the answer is no", () =>
    Effect.gen(function* () {
      const { appKeys } = yield* Captured.environments
      const { population, requests } = yield* Simulator.Simulator
      const { accountId, username } = Option.getOrThrow(population.member(50))
      const args = ["accounts", "delete", accountId]
      const typing = (text: string) => ({ environment: appKeys, input: { kind: "terminal", text } }) as const

      const refused = yield* Captured.run(args, typing("n\n"))
      assert.strictEqual(refused.code, 1)
      assert.include(refused.stderr, username)
      assert.include(refused.stderr, "Nothing was deleted.")
      const typo = yield* Captured.run(args, typing("t\n"))
      assert.strictEqual(typo.code, 1)
      const left = yield* Captured.run(args, typing("y\u0003"))
      assert.include(left.stderr, "(y/N) y\nCancelled. Nothing was changed.")
      assert.strictEqual(left.code, 130)
      const piped = yield* Captured.run(args, { environment: appKeys, input: { kind: "text", text: "y\n" } })
      assert.strictEqual(piped.code, 2)
      assert.include(piped.stderr, "--yes")
      assert.strictEqual(yield* requests.count("deleteAccount"), 0)

      const consented = yield* Captured.run(args, typing("y\n"))
      assert.strictEqual(consented.code, 0, consented.stderr)
      const again = json(yield* Captured.run([...args, "--yes", "--json"], { environment: appKeys }))
      assert.strictEqual(again.status, "inactive")
      const known = yield* Captured.run(args, { environment: appKeys })
      assert.deepStrictEqual(
        [known.code, known.stdout],
        [0, `Account ${accountId} is already inactive. Nothing was deleted.\n`]
      )
      assert.strictEqual(yield* requests.count("deleteAccount"), 1)
    })
  )

  it.effect("delete: refuses an account of another application", () =>
    Effect.gen(function* () {
      const { appKeys, member } = yield* Captured.environments
      const { requests } = yield* Simulator.Simulator
      const before = yield* requests.count("deleteAccount")
      const refused = yield* Captured.run(["accounts", "delete", member.accountId, "--yes"], {
        environment: { ...appKeys, GLOWMARKT_APPLICATION_ID: "00000000-ab62-491c-8085-9ac2b6206346" }
      })
      assert.strictEqual(refused.code, 2)
      assert.include(refused.stderr, "belongs to application")
      assert.strictEqual(yield* requests.count("deleteAccount"), before)
    })
  )

  it.effect("get and rename refuse it too, and every command refuses an application id that is not a UUID", () =>
    Effect.gen(function* () {
      const { appKeys, member } = yield* Captured.environments
      const { requests } = yield* Simulator.Simulator
      const { accountId } = member
      const before = yield* requests.count("updateAccount")
      const commands = [
        ["accounts", "get", accountId],
        ["accounts", "rename", accountId, "--name", "Elsewhere"]
      ]
      for (const args of commands) {
        const other = { ...appKeys, GLOWMARKT_APPLICATION_ID: "00000000-ab62-491c-8085-9ac2b6206346" }
        const refused = yield* Captured.run(args, { environment: other })
        assert.strictEqual(refused.code, 2)
        assert.include(refused.stderr, "belongs to application")
      }
      for (const args of [...commands, ["accounts", "status", accountId], ["accounts", "list"], ["audit"]]) {
        const slip = yield* Captured.run(args, { environment: { ...appKeys, GLOWMARKT_APPLICATION_ID: "another" } })
        assert.strictEqual(slip.code, 2)
        assert.include(slip.stderr, `"another" is not an application id: expected a UUID`)
      }
      assert.strictEqual(yield* requests.count("updateAccount"), before)
    })
  )

  it.effect("delete: recognises its application id in upper case and with spaces", () =>
    Effect.gen(function* () {
      const { appKeys, orgAppKeys } = yield* Captured.environments
      const { population } = yield* Simulator.Simulator
      const { accountId } = Option.getOrThrow(population.member(52))
      const id = ` ${orgAppKeys.GLOWMARKT_APPLICATION_ID.toUpperCase()}`
      const args = ["accounts", "delete", accountId, "--yes"]
      const deleted = yield* Captured.run(args, { environment: { ...appKeys, GLOWMARKT_APPLICATION_ID: id } })
      assert.strictEqual(deleted.code, 0, deleted.stderr)
    })
  )
})

describe("responses to accounts list", () => {
  const cases: ReadonlyArray<
    readonly [
      title: string,
      responses: ReadonlyArray<StubServer.Response>,
      code: number,
      says: RegExp,
      requests: number
    ]
  > = [
    ["gzip", [{ headers: { "content-encoding": "gzip" }, body: gzipSync(StubServer.list) }], 0, /Siân/, 1],
    ["deflate", [{ headers: { "content-encoding": "deflate" }, body: deflateSync(StubServer.list) }], 0, /Siân/, 1],
    ["br", [{ headers: { "content-encoding": "br" }, body: brotliCompressSync(StubServer.list) }], 0, /Siân/, 1],
    [
      "a Retry-After in Unix time that has passed",
      [{ status: 429, headers: { "retry-after": "1700000000" }, body: "{}" }, { body: StubServer.list }],
      0,
      /Siân/,
      2
    ],
    ["200 with valid false", [{ body: '{"valid":false}' }], 4, /"valid":\s?false/, 1],
    ["200 with an error", [{ body: '{"error":"closed for maintenance"}' }], 4, /“closed for maintenance”/, 1],
    [
      "a credential of ours as an id",
      [{ body: JSON.stringify([StubServer.account, { accountId: StubServer.secret }]) }],
      1,
      /redacted/,
      1
    ],
    [
      "an id with an invisible character",
      [{ body: JSON.stringify([StubServer.account, { accountId: "a\u200b1" }]) }],
      1,
      /element 1 of the list \(a\\u200b1\)/,
      1
    ]
  ]
  for (const [title, responses, code, says, requests] of cases) {
    it.scopedLive(title, () =>
      Effect.gen(function* () {
        const server = yield* StubServer.serve(responses)
        const captured = yield* Captured.run(["accounts", "list"], { environment: StubServer.environment(server.url) })
        assert.strictEqual(captured.code, code, captured.stderr)
        assert.match(captured.stdout + captured.stderr, says)
        assert.notInclude(captured.stdout + captured.stderr, StubServer.secret)
        assert.strictEqual(server.requests(), requests)
      })
    )
  }

  it.scopedLive("a name of one megabyte does not blow up the table", () =>
    Effect.gen(function* () {
      const accounts = Array.from({ length: 2000 }, (_, i) => ({
        ...StubServer.account,
        accountId: `a${i}`,
        name: i === 0 ? "x".repeat(1_000_000) : "Ann"
      }))
      const server = yield* StubServer.serve([{ body: JSON.stringify(accounts) }])
      const { code, stderr, stdout } = yield* Captured.run(["accounts", "list"], {
        environment: StubServer.environment(server.url)
      })
      assert.strictEqual(code, 0, stderr)
      assert.isBelow(stdout.length, 2_000_000)
    })
  )

  it.scopedLive("a status response about another account is rejected", () =>
    Effect.gen(function* () {
      const server = yield* StubServer.serve([], StubServer.otherAccount)
      const { code, stderr, stdout } = yield* Captured.run(["accounts", "status", StubServer.accountId], {
        environment: StubServer.environment(server.url)
      })
      assert.deepStrictEqual([code, stdout], [4, ""])
      assert.include(stderr, "it is about a different account")
    })
  )
})
