import { assert, layer } from "@effect/vitest"
import { Simulator } from "@effect-glowmarkt/simulator"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/TestClock"
import { call, headers, ordinary, session, signIn } from "./call.js"

const SignedIn = Schema.Struct({
  valid: Schema.Boolean,
  token: Schema.String,
  exp: Schema.Int,
  accountId: Schema.String,
  applicationId: Schema.String
})
const signedIn = Schema.decodeUnknownSync(SignedIn)

const claims = (token: string): unknown =>
  JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"))

layer(Simulator.layer({ accounts: 20, tokenLifetime: "2 hours" }))("Tokens", (it) => {
  const status = (token: Record<string, string>) =>
    Effect.map(call("GET", "/account/status", { headers: token }), (answer) => answer.status)

  it.effect("are JWTs that expire and contain no personal data", () =>
    Effect.gen(function* () {
      const member = yield* ordinary(0)
      const answer = signedIn((yield* signIn(member)).body)
      const now = Math.floor((yield* Clock.currentTimeMillis) / 1000)
      assert.strictEqual(answer.exp, now + 2 * 60 * 60)
      assert.strictEqual(answer.accountId, member.accountId)
      const [head, , signature] = answer.token.split(".")
      assert.strictEqual(Buffer.from(head ?? "", "base64url").toString(), '{"alg":"HS256","typ":"JWT"}')
      const found = Schema.decodeUnknownSync(
        Schema.Struct({ tokenHash: Schema.String, iat: Schema.Int, exp: Schema.Int }),
        { onExcessProperty: "error" }
      )(claims(answer.token))
      assert.deepStrictEqual([found.iat, found.exp], [now, answer.exp])
      assert.strictEqual(Buffer.from(signature ?? "", "base64url").length, 32)
    })
  )

  it.effect("differ between sign-ins", () =>
    Effect.gen(function* () {
      const member = yield* ordinary(0)
      const [one, two] = [yield* session(member), yield* session(member)]
      assert.notStrictEqual(one.token, two.token)
      assert.deepStrictEqual([yield* status(one), yield* status(two)], [200, 200])
    })
  )

  it.effect("expire by Effect's clock", () =>
    Effect.gen(function* () {
      const user = yield* session(yield* ordinary(0))
      yield* TestClock.adjust("119 minutes")
      assert.strictEqual(yield* status(user), 200)
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(yield* status(user), 401)
    })
  )

  it.effect("a new token does not extend the old one", () =>
    Effect.gen(function* () {
      const user = yield* session(yield* ordinary(0))
      yield* TestClock.adjust("1 hour")
      const renewed = yield* call("GET", "/auth/newToken", { headers: user })
      const { token } = Schema.decodeUnknownSync(Schema.Struct({ token: Schema.String }))(renewed.body)
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual([yield* status(user), yield* status({ ...user, token })], [401, 200])
    })
  )

  it.effect("can be checked and revoked", () =>
    Effect.gen(function* () {
      const member = yield* ordinary(0)
      const user = yield* session(member)
      const other = yield* session(member)
      const checked = yield* call("GET", "/auth", { headers: user })
      assert.include(Object(checked.body), { valid: true, accountId: member.accountId })
      const revoked = yield* call("DELETE", "/auth/deleteToken", { headers: user })
      assert.deepStrictEqual(revoked.body, { valid: true })
      assert.deepStrictEqual([yield* status(user), yield* status(other)], [401, 200])
    })
  )

  it.effect("of developers are issued for name and password, and authorize administrators", () =>
    Effect.gen(function* () {
      const { population } = yield* Simulator.Simulator
      const { username, password } = population.credentials.developer
      const developer = (secret: string) => call("POST", "/devauth", { body: { username, password: secret } })
      const { body } = yield* developer(Redacted.value(password))
      const { token } = Schema.decodeUnknownSync(Schema.Struct({ token: Schema.String }))(body)
      const listed = yield* call("GET", "/account", { headers: { token, ...(yield* headers).applicationId } })
      assert.strictEqual(listed.status, 200)
      assert.strictEqual((yield* developer("wrong")).status, 401)
    })
  )

  it.effect("are not issued for a wrong password, name or directory", () =>
    Effect.gen(function* () {
      const member = yield* ordinary(0)
      const { applicationId } = yield* headers
      assert.strictEqual((yield* signIn(member, "wrong")).status, 401)
      assert.strictEqual((yield* signIn({ ...member, username: "nobody" }, "wrong")).status, 401)
      const body = { username: member.username, password: "wrong", directoryId: "elsewhere" }
      const elsewhere = yield* call("POST", "/auth", { headers: applicationId, body })
      assert.deepStrictEqual([elsewhere.status, elsewhere.body], [401, { error: "Access denied" }])
    })
  )
})
