import { assert, describe, it } from "@effect/vitest"
import { AccountList, AdminAccounts, RetryPolicy } from "@effect-glowmarkt/core"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import { redactBody } from "../src/internal/error/redactBody.js"
import * as Callers from "./support/Callers.js"
import * as Wire from "./support/Wire.js"

const quote = (error: unknown, sent: ReadonlyArray<string> = []) => redactBody(JSON.stringify({ error }), sent)

describe("redactBody", () => {
  it("quotes the provider's error text", () => {
    for (const text of [
      "missing elements",
      "missing elements -applicationId",
      "incorrect elements",
      "weak new password",
      "Access denied",
      "An error has occurred",
      "bad request",
      "Bad request missing info",
      "Please accept the new terms and conditions on the web site first.",
      "Too many requests: try again in 30 seconds",
      "Invalid e-mail address (not unique)"
    ]) {
      assert.strictEqual(quote(text), text)
    }
    assert.strictEqual(quote({ message: "Access denied" }), "Access denied")
    assert.strictEqual(redactBody('"no such account"', []), "no such account")
    assert.strictEqual(redactBody('{"error":"bad request","message":"bad request"}', []), "bad request")
    assert.strictEqual(
      redactBody('{"status":"ERROR","error":"bad request","description":"resource not found"}', []),
      "bad request; resource not found"
    )
  })

  it("redacts words that servers do not use", () => {
    for (const [text, quoted] of [
      ["name: Private Person is taken", "name: … is taken"],
      ["Hello Private Person", "withheld, 20 characters"],
      ["bad login: private@example.com / pass-one-1", "bad login: …"],
      ["user (private@example.com) not found", "user … not found"],
      ["no account ffe4f42e-7c1a-4ea3-9ec8-087d4a1071e6", "no account …"],
      ["call 02079460000 for support", "call … for support"],
      ["token=eyJhbGciOiJIUzI1NiJ9.e30.x is not valid", "… is not valid"],
      ['{"password":"x"} is invalid', "… is invalid"],
      ["<b>Person</b> is not valid", "… is not valid"],
      ["Zugriff verweigert", "withheld, 18 characters"]
    ] as const) {
      assert.strictEqual(quote(text), quoted)
    }
    assert.strictEqual(redactBody("<html>Private Person</html>", []), "HTML, 27 characters")
    assert.strictEqual(redactBody("Private Person", []), "not JSON, 14 characters")
    assert.strictEqual(redactBody('{"name":"Private Person"}', []), "")
  })

  it("redacts every word that was sent", () => {
    assert.strictEqual(quote("open access for user", ["access for"]), "… user")
    assert.strictEqual(quote("the value e is not valid", ["e"]), "the value … is not valid")
    assert.strictEqual(quote("An error has occurred", ["e", "rr"]), "An error has occurred")
    assert.strictEqual(quote("the code 123 is wrong", ["123"]), "the code … is wrong")
  })

  it.prop(
    "returns one line of 200 characters with safe words that were not sent",
    [
      FastCheck.array(FastCheck.oneof(FastCheck.string(), FastCheck.constantFrom("user", "error", "Ann", "a@b.c"))),
      FastCheck.array(FastCheck.oneof(FastCheck.string({ minLength: 1 }), FastCheck.constantFrom("user error", "Ann")))
    ],
    ([words, sent]) => {
      const quoted = quote(words.join(" "), sent)
      assert.isAtMost(quoted.length, 201)
      assert.notMatch(quoted, /[\n\r]/)
      if (/^withheld, \d+ (?:thousand )?characters$/.test(quoted)) return
      const carried = new Set(sent.flatMap((value) => value.toLowerCase().split(/[^\p{L}\p{N}]+/u)))
      for (const word of quoted.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
        assert.isFalse(carried.has(word), `${word} of what was sent, in: ${quoted}`)
        assert.notStrictEqual(word, "ann")
      }
    }
  )

  it("shortens a long text", () => {
    const quoted = quote("error ".repeat(1000))
    assert.isAtMost(quoted.length, 201)
    assert.isTrue(quoted.endsWith("error …"))
  })

  it("takes constant time for a long body", () => {
    const started = performance.now()
    for (const filler of ["x", "a@", " ", "<", "missing elements ", "%40", '\\"']) {
      const text = filler.repeat(60_000 / filler.length)
      quote(text, [text, "pass-one-1"])
      redactBody(JSON.stringify({ error: text.repeat(100) }), [text])
    }
    assert.isBelow(performance.now() - started, 3000)
  })
})

describe("the error for a long or deep body", () => {
  const failing = (answer: Wire.Response) =>
    Effect.flatMap(AdminAccounts.AdminAccounts, (admin) => Effect.flip(admin.rename(Callers.accountId, "Scotty"))).pipe(
      Effect.provide(
        Callers.adminOver(
          Wire.make(() => answer),
          Callers.admin.appKeys,
          RetryPolicy.none
        )
      )
    )

  it.effect("is created in constant time", () =>
    Effect.gen(function* () {
      const started = performance.now()
      for (const text of ["x", "a@", "missing elements ", "weak "].map((filler) =>
        filler.repeat(40_000 / filler.length)
      )) {
        const body = JSON.stringify({ error: `${text}${" ".repeat(20_000)}\nx` })
        for (const status of [200, 400, 500]) yield* failing({ status, body })
      }
      assert.isBelow(performance.now() - started, 10_000)
    })
  )

  const deep = "[".repeat(100_000) + "]".repeat(100_000)

  for (const body of [
    deep,
    `{"accountId":${deep}}`,
    `{"accountId":"a1","status":${deep}}`,
    `{"error":${deep}}`,
    "[".repeat(100_000)
  ]) {
    it.effect(`is a GlowmarktError: ${body.slice(0, 20)}… with ${body.length} characters`, () =>
      Effect.gen(function* () {
        assert.strictEqual((yield* failing({ status: 200, body }))._tag, "InvalidResponse")
        assert.strictEqual((yield* failing({ status: 400, body }))._tag, "BadRequest")
        assert.strictEqual((yield* failing({ status: 500, body }))._tag, "ServerError")
      })
    )
  }

  it("does not affect the other elements of a list", () => {
    const list = Either.getOrThrow(
      AccountList.decode(
        JSON.parse(`[${deep},{"accountId":${deep}},{"accountId":"a1","name":${deep}},{"accountId":"a2"}]`)
      )
    )
    assert.deepStrictEqual(
      list.unreadable.map(({ index, problem }) => [index, problem]),
      [
        [0, "the JSON does not have the expected shape"],
        [1, "accountId has the wrong type"],
        [2, "name has the wrong type"]
      ]
    )
    assert.lengthOf(list.accounts, 1)
  })
})
