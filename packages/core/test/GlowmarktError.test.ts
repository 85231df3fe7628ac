import { assert, describe, it } from "@effect/vitest"
import { AdminAccounts, Auth, GlowmarktClient, GlowmarktError, RetryPolicy, UserAccounts } from "@effect-glowmarkt/core"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import * as Callers from "./support/Callers.js"
import * as EveryCall from "./support/EveryCall.js"
import type { Failing } from "./support/Exposure.js"
import * as Wire from "./support/Wire.js"

const { accountId } = Callers

type Admin = AdminAccounts.AdminAccounts["Type"]
type User = UserAccounts.UserAccounts["Type"]

const failureOf = (
  answer: Wire.Response,
  call: (admin: Admin) => Effect.Effect<unknown, GlowmarktError.GlowmarktError>
) =>
  Effect.flatMap(AdminAccounts.AdminAccounts, (admin) => Effect.flip(call(admin))).pipe(
    Effect.provide(
      Callers.adminOver(
        Wire.make(() => answer),
        Callers.admin.appKeys,
        RetryPolicy.none
      )
    )
  )

const userFailureOf = (
  answer: Wire.Response,
  call: (user: User) => Effect.Effect<unknown, GlowmarktError.GlowmarktError>
) =>
  Effect.flatMap(UserAccounts.UserAccounts, (user) => Effect.flip(call(user))).pipe(
    Effect.provide(
      Callers.userOver(
        Wire.make(() => answer),
        RetryPolicy.none
      )
    )
  )

const get = (admin: Admin) => admin.get(accountId)
const rename = (admin: Admin) => admin.rename(accountId, "Scotty")
const remove = (admin: Admin) => admin.remove(accountId)
const list = (admin: Admin) => admin.list

describe("mapping of responses to errors", () => {
  const cases: ReadonlyArray<
    readonly [string, Wire.Response, (admin: Admin) => Effect.Effect<unknown, GlowmarktError.GlowmarktError>, string]
  > = [
    ["missing elements", Wire.json({ error: "missing elements" }, 400), rename, "MissingElements"],
    [
      "missing elements, named",
      Wire.json({ error: "missing elements -applicationId" }, 400),
      rename,
      "MissingElements"
    ],
    [
      "missing elements, listed",
      Wire.json({ error: "no", isValid: false, missingElements: ["name"] }, 400),
      rename,
      "MissingElements"
    ],
    ["missing elements, not declared", Wire.json({ error: "missing elements" }, 400), get, "BadRequest"],
    ["incorrect elements", Wire.json({ error: "incorrect elements" }, 400), remove, "IncorrectElements"],
    ["anonymous call", Wire.json({ error: "bad request", message: "bad request" }, 400), get, "BadRequest"],
    ["anonymous POST /auth", Wire.json({ message: "Bad request missing info" }, 400), get, "BadRequest"],
    ["nested message", Wire.json({ error: { message: "missing elements" } }, 400), rename, "MissingElements"],
    ["resource system", Wire.json({ status: "ERROR", error: "x", description: "y" }, 400), get, "BadRequest"],
    ["access denied", Wire.json({ error: "Access denied" }, 401), get, "AccessDenied"],
    ["forbidden", { status: 403, body: "<html>no</html>" }, get, "AccessDenied"],
    ["not found, null", { status: 404, body: "null" }, get, "AccountNotFound"],
    ["not found, bare string", { status: 404, body: '"no such account"' }, get, "AccountNotFound"],
    ["not found, empty", { status: 404, body: "" }, get, "AccountNotFound"],
    ["not found without an account id", { status: 404, body: "Cannot GET /account" }, list, "BadRequest"],
    ["not found, HTML page of a gateway", { status: 404, body: "<html>404</html>" }, get, "BadRequest"],
    ["a word in brackets", { status: 200, body: "[maintenance] back at 9" }, get, "InvalidResponse"],
    ["too many requests", { status: 429, body: "" }, get, "RateLimited"],
    ["server error", Wire.json({ error: "An error has occurred" }, 500), get, "ServerError"],
    ["bad gateway, HTML", { status: 502, body: "<html><body>Bad gateway</body></html>" }, get, "ServerError"],
    ["undocumented 418", { status: 418, body: "" }, get, "BadRequest"],
    ["redirect", { status: 302, body: "", headers: { location: "https://evil.test/" } }, get, "InvalidResponse"],
    ["HTML with 200", { status: 200, body: "<html>maintenance</html>" }, get, "InvalidResponse"],
    ["no content", { status: 204 }, get, "InvalidResponse"],
    ["truncated JSON", { status: 200, body: '{"accountId":"ffe4' }, get, "InvalidResponse"],
    ["another shape", Wire.json({ hello: "world" }), get, "InvalidResponse"],
    ["an object instead of a list", Wire.json({ accounts: [] }), list, "InvalidResponse"],
    ["declined", Wire.json({ valid: false }), remove, "Rejected"],
    ["connection refused", { breaks: Wire.systemError("ECONNREFUSED", "connect") }, get, "TransportError"],
    ["connection reset", { breaks: Wire.systemError("ECONNRESET") }, get, "TransportError"]
  ]

  for (const [name, answer, call, tag] of cases) {
    it.effect(`${name}: ${tag}`, () =>
      Effect.gen(function* () {
        const error = yield* failureOf(answer, call)
        assert.strictEqual(error._tag, tag)
        // Journals and reports store errors, so each must survive encoding and decoding.
        const kept = yield* Schema.encode(GlowmarktError.GlowmarktError)(error)
        const read = yield* Schema.decodeUnknown(GlowmarktError.GlowmarktError)(JSON.parse(JSON.stringify(kept)))
        assert.strictEqual(read.message, error.message)
        const explanation = GlowmarktError.explanation(error)
        assert.strictEqual(error.message, `${error.method}: ${explanation}`)
        assert.match(explanation, /^[A-Z]\S*\s.*[.:]$/)
      })
    )
  }

  for (const [contentType, body, said] of [
    ["text/html; charset=utf-8", "<html>maintenance</html>", "the body is text/html, not JSON."],
    ["application/json", "<html>maintenance</html>", "the body is not JSON."],
    ["application/problem+json", "down", "the body is not JSON."],
    ["<script>", "down", "the body is not JSON."]
  ] as const) {
    it.effect(`names the media type of the response: ${contentType}`, () =>
      Effect.gen(function* () {
        const error = yield* failureOf({ status: 200, body, headers: { "content-type": contentType } }, get)
        assert.isTrue(error._tag === "InvalidResponse" && error.reason === "NotJson")
        assert.include(error.message, said)
      })
    )
  }

  const reasonOf = (body: string) =>
    Effect.map(failureOf({ status: 200, body }, get), (error) =>
      error._tag === "InvalidResponse" ? error.reason : error._tag
    )

  it.effect.prop(
    "truncated JSON is transient, wherever it breaks off",
    [FastCheck.oneof(FastCheck.array(FastCheck.jsonValue()), FastCheck.object()), FastCheck.nat()],
    ([value, at]) =>
      Effect.gen(function* () {
        const text = JSON.stringify(value)
        const cut = text.slice(0, 1 + (at % (text.length - 1)))
        assert.strictEqual(yield* reasonOf(cut), "Truncated", cut)
      }),
    { fastCheck: { numRuns: 50 } }
  )

  it.effect("JSON followed by text, and text that is not JSON, are not transient", () =>
    Effect.gen(function* () {
      for (const body of [
        '{"a":1}{"b":2}',
        '{"a":1}[',
        '[]"',
        '{"a":NaN}',
        '{"a":1]]',
        '["a\\"]]"]]',
        "NaN",
        '"abc',
        "1 2"
      ]) {
        assert.strictEqual(yield* reasonOf(body), "NotJson", body)
      }
    })
  )

  it.effect("names the missing elements, except values that were sent", () =>
    Effect.gen(function* () {
      const body = { error: "no", missingElements: ["name", "username", "Private Person"] }
      const error = yield* failureOf(Wire.json(body, 400), (admin) => admin.rename(accountId, "username"))
      assert.isTrue(error._tag === "MissingElements")
      if (error._tag === "MissingElements") assert.deepStrictEqual(error.elements, ["name"])
    })
  )

  it.effect("decodes JSON regardless of its content type", () =>
    Effect.gen(function* () {
      const admin = yield* AdminAccounts.AdminAccounts
      assert.strictEqual((yield* admin.get(accountId)).accountId, accountId)
    }).pipe(
      Effect.provide(
        Callers.adminOver(
          Wire.make(() => ({
            status: 200,
            body: JSON.stringify({ accountId }),
            headers: { "content-type": "text/plain" }
          }))
        )
      )
    )
  )

  it.effect("names the missing elements", () =>
    Effect.gen(function* () {
      const error = yield* failureOf(Wire.json({ error: "missing elements -applicationId" }, 400), rename)
      assert.isTrue(error._tag === "MissingElements" && error.elements.join() === "applicationId")
    })
  )

  it.effect("reports a weak password", () =>
    Effect.gen(function* () {
      const error = yield* userFailureOf(Wire.json({ error: "weak new password" }, 400), (user) =>
        user.changePassword({ oldPassword: Redacted.make("a"), newPassword: Redacted.make("b") })
      )
      assert.strictEqual(error._tag, "WeakPassword")
    })
  )

  for (const call of [
    (user: User) => user.changeEmail("a@b.c"),
    (user: User) => user.changeName("A"),
    (user: User) => user.changePassword({ oldPassword: Redacted.make("a"), newPassword: Redacted.make("b") }),
    (user: User) => user.addMobileAppToken(accountId, Redacted.make("t")),
    (user: User) => user.removeMobileAppToken(accountId, Redacted.make("t"))
  ]) {
    it.effect("every user operation that changes something fails with Rejected for valid: false", () =>
      Effect.gen(function* () {
        assert.strictEqual((yield* userFailureOf(Wire.json({ valid: false }), call))._tag, "Rejected")
      })
    )
  }

  it.effect("reports a timeout", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.fork(failureOf("hangs", get))
      yield* TestClock.adjust("30 seconds")
      const error = yield* fiber
      assert.isTrue(error._tag === "RequestTimeout" && error.mayHaveBeenApplied)
    })
  )
})

describe("an error in a 200 response", () => {
  const stream = (admin: Admin) => Stream.runDrain(admin.stream)
  const cases = [
    ['{"valid":false}', 'it reports that the call failed ("valid": false).'],
    ['{"valid":false,"error":"Access denied"}', '("valid": false). The response says “Access denied”.'],
    ['{"error":"token expired"}', "it reports that the call failed. The response says “token expired”."],
    ['\n{"error":{"message":"quota exceeded"}}', "it reports that the call failed. The response says “quota exceeded”."]
  ] as const
  for (const [body, says] of cases) {
    it.effect(`quotes the provider's text: ${body}`, () =>
      Effect.gen(function* () {
        for (const call of [list, stream]) {
          for (const answer of [body, [body.slice(0, 5), body.slice(5)]]) {
            const error = yield* failureOf({ status: 200, body: answer }, call)
            assert.strictEqual(error._tag, "InvalidResponse")
            assert.include(error.message, says)
          }
        }
      })
    )
  }

  it.effect("is limited in a streamed list, too", () =>
    Effect.gen(function* () {
      const wire = Wire.make(() => ({ status: 200, body: `{"error":"${"x".repeat(1000)}"}` }))
      const client = Layer.provide(GlowmarktClient.layer({ baseUrl: Callers.baseUrl, maxBodyBytes: 100 }), wire.layer)
      const error = yield* Effect.flatMap(AdminAccounts.AdminAccounts, (admin) => Effect.flip(stream(admin))).pipe(
        Effect.provide(AdminAccounts.layer.pipe(Layer.provide(Callers.admin.appKeys), Layer.provide(client)))
      )
      assert.isTrue("reason" in error && error.reason === "TooLarge")
    })
  )

  it("is quoted for operations that may be declined", () => {
    const answer = { operation: "usernameLogin", attempts: 1, elapsed: Duration.zero, status: 200 }
    assert.include(
      new GlowmarktError.Rejected({ ...answer, excerpt: "user locked" }).message,
      'declined the request ("valid": false). The response says “user locked”. Check the user name'
    )
    assert.include(new GlowmarktError.Rejected({ ...answer, excerpt: "" }).message, "and gave no reason.")
  })
})

describe("fields and messages of errors", () => {
  it.effect("tells whether the request may have been carried out", () =>
    Effect.gen(function* () {
      const known = yield* Effect.forEach(
        [
          { breaks: Wire.systemError("ECONNREFUSED", "connect") },
          { breaks: Wire.systemError("ENOTFOUND") },
          { breaks: Wire.systemError("ETIMEDOUT", "connect") },
          { breaks: Wire.systemError("ECONNRESET") },
          { breaks: Wire.systemError("ETIMEDOUT", "read") },
          { status: 429 },
          { status: 500 },
          { status: 501 },
          { status: 505 },
          { status: 401 },
          { status: 408 },
          { status: 425 },
          { status: 302 },
          { status: 200, body: "{" }
        ] satisfies Array<Wire.Response>,
        (answer) => Effect.map(failureOf(answer, remove), (error) => [error.isTransient, error.mayHaveBeenApplied])
      )
      assert.deepStrictEqual(known, [
        [true, false],
        [true, false],
        [true, false],
        [true, true],
        [true, true],
        [true, false],
        [true, true],
        [false, true],
        [false, true],
        [false, false],
        [true, true],
        [true, false],
        [false, false],
        [true, true]
      ])
    })
  )

  it("tells whether an earlier attempt may have been carried out", () => {
    const known = { operation: "getAccounts", attempts: 2, elapsed: Duration.zero, appliedBefore: true }
    const answer = { ...known, status: 400, excerpt: "" }
    const asked = { ...answer, retryAfter: Option.none() }
    const sent = { ...known, phase: "unsent" } as const
    for (const error of [
      new GlowmarktError.AccessDenied({ ...answer, caller: "session" }),
      new GlowmarktError.BadRequest(asked),
      new GlowmarktError.RateLimited(asked),
      new GlowmarktError.ServerError(asked),
      new GlowmarktError.InvalidResponse({ ...answer, reason: "Redirect", problem: "a redirect" }),
      new GlowmarktError.TransportError({ ...sent, code: "ECONNREFUSED", origin: "https://glow.test" }),
      new GlowmarktError.RequestTimeout({ ...sent, limit: Duration.zero }),
      new GlowmarktError.MissingElements({ ...answer, elements: [] }),
      new GlowmarktError.IncorrectElements(answer),
      new GlowmarktError.WeakPassword(answer),
      new GlowmarktError.AccountNotFound(answer),
      new GlowmarktError.Rejected(answer)
    ]) {
      assert.isTrue(error.mayHaveBeenApplied, error._tag)
    }
  })

  it("names the kind of credentials and what to check", () => {
    const advice = {
      appKeys: "Check the application's key and secret.",
      orgAppKeys: "Check the organisation's key and secret",
      devUserToken: "Check the application id, and that the developer token has not expired.",
      userToken: "Check that the user token has not expired or been revoked",
      session: "sign in once on the Glowmarkt website: sign-in is refused until its current terms are accepted",
      anonymous: "This operation takes no credentials"
    }
    for (const caller of GlowmarktError.Caller.literals) {
      const error = new GlowmarktError.AccessDenied({
        operation: "getAccounts",
        attempts: 1,
        elapsed: Duration.zero,
        status: 403,
        excerpt: "please accept the new terms",
        caller
      })
      assert.include(
        error.message,
        `Access denied (403) with ${caller}. The response says “please accept the new terms”. `
      )
      assert.include(error.message, advice[caller])
    }
  })

  it("shows waits in whole seconds", () => {
    const known = { operation: "getAccounts", attempts: 1, elapsed: Duration.zero }
    const retryAfter = Option.some(Duration.millis(35_199_001.755648))
    const limited = new GlowmarktError.RateLimited({ ...known, status: 429, excerpt: "", retryAfter })
    assert.include(limited.message, "Retry after 9h 46m 39s.")
    const keptBack = { ...known, phase: "unsent", code: "CIRCUIT_OPEN", origin: "https://glow.test" } as const
    assert.include(new GlowmarktError.TransportError({ ...keptBack, retryAfter }).message, "for 9h 46m 39s")
    const limit = Duration.millis(250.755648)
    const late = new GlowmarktError.RequestTimeout({ ...known, phase: "sent", limit })
    assert.include(late.message, "No response within 251ms.")
  })

  it.effect("does not retry after a rejected certificate", () =>
    Effect.gen(function* () {
      const error = yield* failureOf({ breaks: Wire.systemError("DEPTH_ZERO_SELF_SIGNED_CERT") }, get)
      assert.isFalse(error.isTransient)
    })
  )

  it.effect("has the Retry-After of the server, in seconds and as a date", () =>
    Effect.gen(function* () {
      const seconds = yield* failureOf({ status: 429, headers: { "retry-after": "7" } }, get)
      const date = yield* failureOf({ status: 503, headers: { "retry-after": "Thu, 01 Jan 1970 00:00:09 GMT" } }, get)
      const nonsense = yield* failureOf({ status: 429, headers: { "retry-after": "soon" } }, get)
      assert.deepStrictEqual(
        [seconds, date, nonsense].map((error) => Option.map(error.retryAfter, Duration.toMillis)),
        [Option.some(7000), Option.some(9000), Option.none()]
      )
    })
  )
})

describe("explanation", () => {
  it("is the message of errors that are not the client's", () =>
    assert.strictEqual(GlowmarktError.explanation(new Error("admin.get: no")), "admin.get: no"))
})

describe("method", () => {
  const names = (calls: ReadonlyArray<Failing>) =>
    Effect.forEach(calls, (call) => Effect.map(Effect.flip(call), ({ method }) => method))

  it.effect("is the method that was called, for every operation", () => {
    const wire = Wire.make(() => ({ status: 500 }))
    return Effect.gen(function* () {
      const [admin, user, auth] = yield* Effect.all([AdminAccounts.AdminAccounts, UserAccounts.UserAccounts, Auth.make])
      assert.deepStrictEqual(
        new Set(yield* names(EveryCall.adminCalls(admin))),
        new Set(["list", "get", "status", "add", "rename", "remove"].map((name) => `admin.${name}`))
      )
      assert.deepStrictEqual(
        new Set(yield* names(EveryCall.userCalls(user))),
        new Set(
          ["status", "changeEmail", "changeName", "changePassword", "addMobileAppToken", "removeMobileAppToken"].map(
            (name) => `user.${name}`
          )
        )
      )
      assert.deepStrictEqual(
        new Set(yield* names(EveryCall.authCalls(auth))),
        new Set(["signIn", "check", "renew", "revoke"].map((name) => `auth.${name}`))
      )
    }).pipe(
      Effect.provide(Callers.adminOver(wire, Callers.admin.appKeys, RetryPolicy.none)),
      Effect.provide(Callers.userOver(wire, RetryPolicy.none)),
      Effect.provide(Callers.client(wire, RetryPolicy.none))
    )
  })
})
