/** Answers no simulator gives, through the command line: of proxies, of other versions, of providers in trouble. */
import { mkdtempSync, readFileSync } from "node:fs"
import { createServer, type ServerResponse } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Captured from "./support/Captured.js"

const secret = "s3cret-of-ours-0123456789"

const accountId = "ffe4f42e-7c1a-4ea3-9ec8-087d4a1071e6"
const other = "00000000-7c1a-4ea3-9ec8-087d4a1071e6"

const account = { accountId, name: "Siân", status: "active", active: true }
const list = JSON.stringify([account])

interface Answer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}

/** Answers requests in turn, the last answer for good. Requests for a status get `status`. */
const serving = (answers: ReadonlyArray<Answer>, status: Answer = { body: JSON.stringify(account) }) =>
  Effect.acquireRelease(
    Effect.async<{ readonly url: string; readonly close: () => void; readonly requests: () => number }>((resume) => {
      let requests = 0
      const send = (response: ServerResponse, { body, headers, status = 200 }: Answer) =>
        response.writeHead(status, { "content-type": "application/json", ...headers }).end(body)
      const server = createServer((request, response) => {
        if (request.url?.endsWith("/status") === true) return send(response, status)
        const answer = answers[Math.min(requests++, answers.length - 1)]
        return send(response, answer ?? { status: 500, body: "{}" })
      }).listen(0, "127.0.0.1", () => {
        const address = server.address()
        const port = typeof address === "object" ? address?.port : undefined
        resume(
          Effect.succeed({
            url: `http://127.0.0.1:${port}/api/v0-1`,
            requests: () => requests,
            close: () => {
              server.closeAllConnections()
              server.close()
            }
          })
        )
      })
    }),
    ({ close }) => Effect.sync(close)
  )

const environment = (url: string) => ({
  GLOWMARKT_BASE_URL: url,
  GLOWMARKT_APP_KEY: "key",
  GLOWMARKT_APP_SECRET: secret
})

const store = () => join(mkdtempSync(join(tmpdir(), "glowmarkt-answers-")), "runs.db")

describe("accounts list", () => {
  const cases: ReadonlyArray<
    readonly [does: string, answers: ReadonlyArray<Answer>, code: number, says: RegExp, requests: number]
  > = [
    ["gzip", [{ headers: { "content-encoding": "gzip" }, body: gzipSync(list) }], 0, /Siân/, 1],
    ["deflate", [{ headers: { "content-encoding": "deflate" }, body: deflateSync(list) }], 0, /Siân/, 1],
    ["br", [{ headers: { "content-encoding": "br" }, body: brotliCompressSync(list) }], 0, /Siân/, 1],
    [
      "a Retry-After in Unix time that has come",
      [{ status: 429, headers: { "retry-after": "1700000000" }, body: "{}" }, { body: list }],
      0,
      /Siân/,
      2
    ],
    ["200 with valid false", [{ body: '{"valid":false}' }], 4, /"valid":\s?false/, 1],
    ["200 with an error", [{ body: '{"error":"closed for maintenance"}' }], 4, /“closed for maintenance”/, 1],
    ["a credential of ours as an id", [{ body: JSON.stringify([account, { accountId: secret }]) }], 1, /redacted/, 1],
    [
      "an id that cannot be seen",
      [{ body: JSON.stringify([account, { accountId: "a\u200b1" }]) }],
      1,
      /element 1 of the list \(a\\u200b1\)/,
      1
    ]
  ]
  for (const [does, answers, code, says, requests] of cases) {
    it.scopedLive(does, () =>
      Effect.gen(function* () {
        const server = yield* serving(answers)
        const captured = yield* Captured.run(["accounts", "list"], { environment: environment(server.url) })
        assert.strictEqual(captured.code, code, captured.stderr)
        assert.match(captured.stdout + captured.stderr, says)
        assert.notInclude(captured.stdout + captured.stderr, secret)
        assert.strictEqual(server.requests(), requests)
      })
    )
  }

  it.scopedLive("a name of a megabyte among many", () =>
    Effect.gen(function* () {
      const accounts = Array.from({ length: 2000 }, (_, i) => ({
        ...account,
        accountId: `a${i}`,
        name: i === 0 ? "x".repeat(1_000_000) : "Ann"
      }))
      const server = yield* serving([{ body: JSON.stringify(accounts) }])
      const { code, stderr, stdout } = yield* Captured.run(["accounts", "list"], {
        environment: environment(server.url)
      })
      assert.strictEqual(code, 0, stderr)
      assert.isBelow(stdout.length, 2_000_000)
    })
  )
})

describe("an answer about another account", () => {
  const elsewhere = { body: JSON.stringify({ ...account, accountId: other, applicationId: other }) }

  it.scopedLive("is no status of the account", () =>
    Effect.gen(function* () {
      const server = yield* serving([], elsewhere)
      const { code, stderr, stdout } = yield* Captured.run(["accounts", "status", accountId], {
        environment: environment(server.url)
      })
      assert.deepStrictEqual([code, stdout], [4, ""])
      assert.include(stderr, "it is about a different account")
    })
  )

  it.scopedLive("leaves it undetermined in an audit", () =>
    Effect.gen(function* () {
      const server = yield* serving([{ body: list }], elsewhere)
      const args = ["audit", "--quiet", "--json", "--store", store(), "--fail-on", "undetermined"]
      const { code, stderr, stdout } = yield* Captured.run(args, { environment: environment(server.url) })
      assert.strictEqual(code, 1, stderr)
      assert.deepInclude(JSON.parse(stdout).counts, { undetermined: 1, healthy: 0 })
    })
  )
})

describe("a credential of ours in a list", () => {
  it.scopedLive("does not get into the store of an audit", () =>
    Effect.gen(function* () {
      const server = yield* serving([{ body: JSON.stringify([account, { accountId: secret, name: secret }]) }])
      const file = store()
      const captured = yield* Captured.run(["audit", "--quiet", "--json", "--store", file], {
        environment: environment(server.url)
      })
      assert.strictEqual(captured.code, 1, captured.stderr)
      assert.strictEqual(JSON.parse(captured.stdout).total, 2)
      assert.notInclude(captured.stdout + captured.stderr, secret)
      // As the client sends it, too.
      const sent = [secret, Buffer.from(`key:${secret}`).toString("base64")]
      for (const text of sent) assert.notInclude(readFileSync(file, "latin1"), text)
    })
  )
})
