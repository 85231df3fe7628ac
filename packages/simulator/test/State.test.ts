import { assert, layer } from "@effect/vitest"
import { Expected, Population, Simulator } from "@effect-glowmarkt/simulator"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/TestClock"
import { call, headers, ordinary, session, signIn } from "./call.js"

const Row = Schema.Struct({
  accountId: Schema.String,
  status: Schema.optional(Schema.String),
  active: Schema.optional(Schema.Boolean),
  updatedAt: Schema.String,
  name: Schema.optional(Schema.NullOr(Schema.String))
})
const rows = Schema.decodeUnknownSync(Schema.Array(Row))
const row = Schema.decodeUnknownSync(Row)

const admin = Effect.map(headers, ({ appKeys }) => ({ headers: appKeys }))

const list = Effect.gen(function* () {
  return rows((yield* call("GET", "/account", yield* admin)).body)
})

layer(Simulator.layer({ accounts: 100 }))("State", (it) => {
  const fresh = Effect.flatMap(Simulator.Simulator, ({ reset }) => reset)

  it.effect("a rename is visible to later reads, and counts once", () =>
    Effect.gen(function* () {
      yield* fresh
      yield* TestClock.adjust("90 minutes")
      const { accountId } = yield* ordinary(0)
      const options = yield* admin
      const renamed = yield* call("PUT", `/account/${accountId}`, { ...options, body: { name: "Ada Lovelace" } })
      assert.strictEqual(row(renamed.body).name, "Ada Lovelace")
      assert.strictEqual(row(renamed.body).updatedAt, new Date(yield* Clock.currentTimeMillis).toISOString())
      const read = yield* call("GET", `/account/${accountId}`, options)
      assert.deepStrictEqual(read.body, renamed.body)
      assert.strictEqual((yield* list).find((account) => account.accountId === accountId)?.name, "Ada Lovelace")
      const { state } = yield* Simulator.Simulator
      assert.deepStrictEqual(yield* state.writes, [{ operation: "updateAccount", accountId, times: 1 }])
    })
  )

  it.effect("a deletion makes the account inactive, and a second one changes nothing", () =>
    Effect.gen(function* () {
      yield* fresh
      const member = yield* ordinary(0)
      const { accountId, userId } = member
      const options = yield* admin
      const gone = { valid: true, accountId, userId, status: "inactive" }
      const first = yield* call("DELETE", `/account/${accountId}`, options)
      assert.deepStrictEqual([first.status, first.body], [200, gone])
      const { updatedAt } = row((yield* call("GET", `/account/${accountId}`, options)).body)
      yield* TestClock.adjust("1 minute")
      const second = yield* call("DELETE", `/account/${accountId}`, options)
      assert.deepStrictEqual([second.status, second.body], [200, gone])
      for (const path of [`/account/${accountId}`, `/account/${accountId}/status`]) {
        const read = row((yield* call("GET", path, options)).body)
        assert.deepStrictEqual([read.status, read.active, read.updatedAt], ["inactive", false, updatedAt])
      }
      const { state } = yield* Simulator.Simulator
      assert.deepStrictEqual(yield* state.writes, [{ operation: "deleteAccount", accountId, times: 1 }])
      // The right password, but refused: the second way in which sign-in fails.
      assert.deepStrictEqual((yield* signIn(member)).body, { valid: false })
    })
  )

  it.effect("adds an account per request for an existing user", () =>
    Effect.gen(function* () {
      yield* fresh
      const { population } = yield* Simulator.Simulator
      const newcomer = Option.getOrThrow(population.newcomer(0))
      assert.strictEqual((yield* signIn(newcomer)).status, 401)
      const body = { username: newcomer.username, directoryId: newcomer.directoryId }
      const add = call("POST", "/account", { ...(yield* admin), body })
      const [first, second] = [yield* add, yield* add]
      assert.strictEqual(first.status, 200)
      const accountId = row({ updatedAt: "", ...Object(first.body) }).accountId
      assert.deepStrictEqual(first.body, {
        status: "OK",
        accountId,
        applicationId: population.credentials.applicationId,
        userId: newcomer.userId
      })
      assert.notDeepEqual(first.body, second.body)
      const after = yield* list
      assert.strictEqual(after.length, 102)
      assert.strictEqual(after.at(100)?.accountId, accountId)
      assert.strictEqual((yield* signIn(newcomer)).status, 200)
    })
  )

  it.effect("adds no account for an unknown user or a user of another directory", () =>
    Effect.gen(function* () {
      yield* fresh
      const { population } = yield* Simulator.Simulator
      const newcomer = Option.getOrThrow(population.newcomer(0))
      for (const body of [
        { username: "nobody@homes.example", directoryId: newcomer.directoryId },
        { username: newcomer.username, directoryId: population.directories.external.directoryId }
      ]) {
        const answer = yield* call("POST", "/account", { ...(yield* admin), body })
        assert.deepStrictEqual([answer.status, answer.body], [400, { error: "missing elements" }])
      }
      assert.strictEqual((yield* list).length, 100)
    })
  )

  it.effect("a user changes name and e-mail of the token's account", () =>
    Effect.gen(function* () {
      yield* fresh
      const member = yield* ordinary(1)
      const user = yield* session(member)
      const name = yield* call("POST", "/account/name", { headers: user, body: { name: "Grace Hopper" } })
      const email = yield* call("POST", "/account/email", { headers: user, body: { email: "g@h.example" } })
      assert.deepStrictEqual([name.body, email.body], [{ valid: true }, { valid: true }])
      const { state } = yield* Simulator.Simulator
      const account = Option.getOrThrow(yield* state.account(member.accountId))
      assert.deepStrictEqual([account.name, account.email], ["Grace Hopper", "g@h.example"])
      const untouched = yield* ordinary(0)
      assert.strictEqual(Option.getOrThrow(yield* state.account(untouched.accountId)).name, untouched.name)
    })
  )

  it.effect("only the new password signs in after a change", () =>
    Effect.gen(function* () {
      yield* fresh
      const member = yield* ordinary(2)
      const { population } = yield* Simulator.Simulator
      const old = Redacted.value(population.password(member))
      const user = yield* session(member)
      const change = (oldPassword: string, newPassword: string) =>
        call("POST", "/account/changepassword", { headers: user, body: { oldPassword, newPassword } })

      const weak = yield* change(old, "1234567")
      assert.deepStrictEqual([weak.status, weak.body], [400, { error: "weak new password" }])
      const wrong = yield* change("not it at all", "new-password")
      assert.deepStrictEqual([wrong.status, wrong.body], [401, { error: "Access denied" }])
      assert.strictEqual((yield* signIn(member)).status, 200)

      const changed = yield* change(old, "new-password")
      assert.deepStrictEqual([changed.status, changed.body], [200, { valid: true }])
      assert.strictEqual((yield* signIn(member)).status, 401)
      assert.strictEqual((yield* signIn(member, "new-password")).status, 200)
      // A blind repeat after a lost response looks like a wrong old password.
      assert.strictEqual((yield* change(old, "new-password")).status, 401)
    })
  )

  it.effect("mobile app tokens are added and removed", () =>
    Effect.gen(function* () {
      yield* fresh
      const { accountId, ...member } = yield* ordinary(0)
      const user = yield* session(member)
      const { state } = yield* Simulator.Simulator
      const tokens = Effect.map(state.mobileTokens(accountId), (all) => all.map(Redacted.value))
      const path = `/account/${accountId}/mobileapptoken`
      for (const newToken of ["one", "two"]) {
        assert.deepStrictEqual((yield* call("POST", path, { headers: user, body: { newToken } })).body, { valid: true })
      }
      assert.deepStrictEqual(yield* tokens, ["one", "two"])
      const removed = yield* call("PUT", path, { headers: user, body: { removeToken: "one" } })
      assert.deepStrictEqual(removed.body, { valid: true })
      assert.deepStrictEqual(yield* tokens, ["two"])
    })
  )

  it.effect("a status that fails at first succeeds after one or two attempts", () =>
    Effect.gen(function* () {
      yield* fresh
      const { population } = yield* Simulator.Simulator
      const options = yield* admin
      for (const [kind, failures] of [
        ["failsOnce", 1],
        ["failsTwice", 2]
      ] as const) {
        const member = [...population.members].find(({ traits }) => traits.availability === kind)
        const statuses = yield* Effect.forEach([1, 2, 3, 4], () =>
          Effect.map(call("GET", `/account/${member?.accountId}/status`, options), ({ status }) => status)
        )
        assert.deepStrictEqual(statuses, [500, 500, 500, 500].fill(200, failures))
      }
    })
  )

  it.effect("a reset restores the initial state", () =>
    Effect.gen(function* () {
      yield* fresh
      const before = yield* list
      const options = yield* admin
      const { accountId } = yield* ordinary(0)
      yield* call("PUT", `/account/${accountId}`, { ...options, body: { name: "Somebody" } })
      assert.notDeepEqual(yield* list, before)
      yield* fresh
      assert.deepStrictEqual(yield* list, before)
      const { requests, state } = yield* Simulator.Simulator
      assert.strictEqual(yield* requests.count("updateAccount"), 0)
      assert.deepStrictEqual(yield* state.writes, [])
    })
  )
})

layer(Simulator.layer({ accounts: 300, seed: 3 }))("the responses for a whole population", (it) => {
  const Status = Schema.Struct({
    status: Schema.optional(Schema.String),
    active: Schema.optional(Schema.Boolean),
    updatedAt: Schema.String,
    directory: Schema.optional(
      Schema.Struct({ data: Schema.Struct({ tokenIssueDate: Schema.String, tokenExpiryDate: Schema.String }) })
    )
  })
  const status = Schema.decodeUnknownSync(Status)
  const day = Duration.toMillis("1 day")

  const contradicts = (shown: { readonly status?: string | undefined; readonly active?: boolean | undefined }) =>
    (shown.status === "active" && shown.active === false) || (shown.status === "inactive" && shown.active === true)

  it.effect("match the findings of the seed", () =>
    Effect.gen(function* () {
      const { population } = yield* Simulator.Simulator
      const options = yield* admin
      const now = yield* Clock.currentTimeMillis
      const found: Record<string, number> = {}
      const audit = (listed: typeof Row.Type) =>
        Effect.gen(function* () {
          const read = call("GET", `/account/${listed.accountId}/status`, options)
          const answer = yield* Effect.repeat(read, { times: 2, until: ({ status }) => status !== 500 })
          if (answer.status === 404) {
            return ["missing"]
          }
          const live = status(answer.body)
          const expiry = live.directory && Date.parse(live.directory.data.tokenExpiryDate)
          const all = [
            ...(live.status === "inactive" ? ["inactive"] : []),
            ...(live.status !== "active" && live.status !== "inactive" ? ["unrecognised"] : []),
            ...(live.status !== listed.status || contradicts(live) || contradicts(listed) ? ["mismatch"] : []),
            ...(expiry && expiry <= now ? ["tokenExpired"] : []),
            ...(expiry && expiry > now && expiry <= now + 7 * day ? ["tokenExpiring"] : []),
            ...(now - Date.parse(live.updatedAt) > 180 * day ? ["dormant"] : [])
          ]
          return all.length === 0 ? ["healthy"] : all
        })
      yield* Effect.forEach(
        yield* list,
        (listed) =>
          Effect.map(audit(listed), (findings) => {
            for (const finding of findings) {
              found[finding] = (found[finding] ?? 0) + 1
            }
          }),
        { concurrency: 16, discard: true }
      )
      const expected = Expected.counts(population, {
        now: DateTime.unsafeMake(now),
        expiringWithin: Duration.days(7),
        dormantAfter: Duration.days(180)
      })
      assert.deepStrictEqual<Record<string, number>>({ denied: 0, undetermined: 0, ...found }, expected)
    })
  )

  it.effect("have the same gaps as live data", () =>
    Effect.gen(function* () {
      const { text } = yield* call("GET", "/account", yield* admin)
      for (const oddity of ['"email":null', '"name":null', '"tariffZone":"GB-14"', '"status":"unverified"']) {
        assert.include(text, oddity)
      }
      const all = Schema.decodeUnknownSync(
        Schema.parseJson(Schema.Array(Schema.Record({ key: Schema.String, value: Schema.Unknown })))
      )(text)
      for (const field of ["email", "name", "active", "createdAt"]) {
        assert.isTrue(
          all.some((account) => !(field in account)),
          field
        )
      }
    })
  )

  it.effect("dates are offsets from the start of the day", () =>
    Effect.gen(function* () {
      const { population } = yield* Simulator.Simulator
      assert.strictEqual(DateTime.toEpochMillis(population.epoch), 0)
      const member = Option.getOrThrow(population.member(0))
      const listed = (yield* list)[0]
      assert.strictEqual(
        listed?.updatedAt,
        DateTime.formatIso(Population.instant(population, -member.traits.updatedDaysAgo))
      )
    })
  )
})
