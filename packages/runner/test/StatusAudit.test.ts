import { spawn } from "node:child_process"
import { FetchHttpClient, FileSystem } from "@effect/platform"
import { NodeFileSystem } from "@effect/platform-node"
import { assert, describe, it, layer } from "@effect/vitest"
import { Account, AdminAccounts, AppKeys, GlowmarktClient, GlowmarktError, Identifier } from "@effect-glowmarkt/core"
import { Expected, Simulator } from "@effect-glowmarkt/simulator"
import { Chunk, DateTime, Duration, Effect, Either, Layer, Option, Redacted, Schema, Stream } from "effect"
import { AccountFilter, AuditRow, Finding, Progress, Run, RunStore, StatusAudit } from "../src/index.js"
import * as SqliteRunStore from "../src/SqliteRunStore.js"
import { bundle } from "./fixtures/bundle.js"

const id = (name: string) => Run.RunId.make(name)

const rowsOf = (runId: Run.RunId) => Effect.map(Stream.runCollect(StatusAudit.rows(runId)), Chunk.toReadonlyArray)

const account = (serial: number, fields: object = {}) =>
  Schema.decodeUnknownSync(Account.Account)({
    accountId: `00000000-0000-4000-8000-${String(serial).padStart(12, "0")}`,
    name: `Person ${serial}`,
    status: "active",
    active: true,
    ...fields
  })

const call = { operation: "getAccountStatusById", attempts: 1, elapsed: Duration.zero }
const denied = new GlowmarktError.AccessDenied({ ...call, status: 401, excerpt: "", caller: "appKeys" })

const listing = (
  stream: AdminAccounts.AdminAccountsService["stream"],
  status: AdminAccounts.AdminAccountsService["status"]
) => {
  const unused = () => Effect.dieMessage("an audit does not call this")
  return Layer.succeed(AdminAccounts.AdminAccounts, {
    stream,
    status,
    list: unused(),
    get: unused,
    add: unused,
    rename: unused,
    remove: unused
  })
}

const active = Schema.decodeUnknownSync(Account.AccountStatus)({ status: "active", active: true })

const unavailable = new GlowmarktError.ServerError({
  ...call,
  operation: "getAccounts",
  status: 503,
  excerpt: "",
  retryAfter: Option.none()
})

layer(RunStore.layerMemory, { excludeTestServices: true })("StatusAudit", (it) => {
  /** A list that breaks off after an element this many times. */
  const breaking = (times: number, failure: GlowmarktError.CallError = unavailable) => {
    let left = times
    const elements = Stream.suspend(() =>
      left-- > 0
        ? Stream.concat(Stream.make(Either.right(account(1))), Stream.fail(failure))
        : Stream.make(Either.right(account(1)), Either.right(account(2)))
    )
    return listing(elements, () => Effect.succeed(active))
  }

  it.effect("waits out an outage while reading the list, and reports it", () =>
    Effect.gen(function* () {
      const events: Array<Progress.Event> = []
      const { total } = yield* StatusAudit.run().pipe(
        Progress.observe(Stream.runForEach((event) => Effect.sync(() => events.push(event)))),
        Effect.provide(breaking(2))
      )
      assert.strictEqual(total, 2)
      assert.deepStrictEqual(events.map(({ _tag }) => _tag).slice(0, 5), [
        "RunStarted",
        "OutageWaiting",
        "OutageWaiting",
        "OutageEnded",
        "SubjectsListed"
      ])
      const [, waits] = events
      assert(waits?._tag === "OutageWaiting")
      assert.strictEqual(waits.reason, GlowmarktError.explanation(unavailable))
    })
  )

  it.effect("retries the list for up to the longest outage", () =>
    Effect.gen(function* () {
      const retryAfter = Option.some(Duration.hours(1))
      const limited = new GlowmarktError.RateLimited({ ...call, status: 429, excerpt: "", retryAfter })
      const audit = StatusAudit.run({ maxOutage: "2 seconds" })
      assert.strictEqual((yield* Effect.provide(audit, breaking(1, limited))).total, 2)
      const none = yield* Effect.flip(Effect.provide(StatusAudit.run({ maxOutage: 0 }), breaking(1, limited)))
      assert.strictEqual(none.message, limited.message)
    })
  )

  const people = Array.from({ length: 300 }, (_, i) =>
    account(i, { status: i % 3 === 0 ? "inactive" : "active", active: i % 3 !== 0 })
  )
  const strange = { index: 0, accountId: Option.some("strange"), problem: "createdAt has the wrong type" }
  const population = listing(
    Stream.concat(
      Stream.fromIterable(people.map((account) => Either.right(account))),
      Stream.make(Either.left(strange))
    ),
    () => Effect.succeed(active)
  )

  const audited = (options: StatusAudit.Options) =>
    Effect.gen(function* () {
      const summary = yield* Effect.provide(StatusAudit.run({ rate: "unlimited", ...options }), population)
      return { summary, ids: (yield* rowsOf(summary.runId)).map(({ accountId }) => accountId) }
    })

  const where = (text: string) => Either.getOrThrow(AccountFilter.parse(text))

  it.effect("covers the selected accounts and reports how many are listed", () =>
    Effect.gen(function* () {
      const inactive = yield* audited({ where: where("status = inactive") })
      assert.deepStrictEqual([inactive.summary.total, inactive.summary.listed], [101, 301])
      assert.deepStrictEqual(inactive.ids, [
        ...people.filter(({ status }) => status === "inactive").map(({ accountId }) => accountId),
        "strange"
      ])
      const [first, second] = people.map(({ accountId }) => accountId)
      assert(first !== undefined && second !== undefined)
      const nobody = Identifier.AccountId.make("ffe4f42e-7c1a-4ea3-9ec8-087d4a1071e6")
      const named = yield* audited({ only: [nobody, second, first, first] })
      assert.deepStrictEqual(named.ids, [first, second, nobody])
      assert.deepStrictEqual([named.summary.total, named.summary.listed], [3, 301])
      assert.deepStrictEqual(named.summary.errors, { NotListed: 1 })
      const all = yield* audited({})
      assert.deepStrictEqual([all.summary.total, all.summary.listed], [301, undefined])
    })
  )

  it.effect("a sample is in list order, the same for the same run id and different for others", () =>
    Effect.gen(function* () {
      const once = yield* audited({ runId: id("sample-1"), sample: 40 })
      const store = yield* RunStore.RunStore
      yield* store.forget(id("sample-1"))
      const again = yield* audited({ runId: id("sample-1"), sample: 40 })
      const other = yield* audited({ runId: id("sample-2"), sample: 40 })
      assert.deepStrictEqual(again.ids, once.ids)
      assert.notDeepEqual(other.ids, once.ids)
      for (const { ids, summary } of [once, other]) {
        assert.deepStrictEqual([summary.total, summary.listed, new Set(ids).size], [40, 301, 40])
        assert.deepStrictEqual(ids, [...ids].sort())
        // Spread over the whole list.
        const halves = ids.filter((accountId = "") => accountId < (people[150]?.accountId ?? ""))
        assert.isTrue(halves.length > 5 && halves.length < 35)
      }
      assert.strictEqual((yield* audited({ sample: 1000 })).summary.total, 301)
      const some = yield* audited({ where: where("status = inactive"), sample: 10 })
      assert.deepStrictEqual([some.summary.total, some.summary.listed], [10, 301])
    })
  )

  it.effect("is resumed with its original options and refused with others", () =>
    Effect.gen(function* () {
      const runId = id("filtered")
      const begun = yield* audited({ runId, where: where("status = inactive"), sample: 7 })
      assert.deepStrictEqual((yield* audited({ runId })).ids, begun.ids)
      const same = { runId, where: where(" ( status=inactive ) "), sample: 7 }
      assert.deepStrictEqual((yield* audited(same)).ids, begun.ids)
      const error = yield* Effect.flip(audited({ runId, where: where("status = active") }))
      assert.include(error.message, 'where was "status = inactive", now "status = active"')
    })
  )

  it.effect("is not resumed on another server or for another application", () =>
    Effect.gen(function* () {
      const runId = id("audited-here")
      const target = { origin: "http://here", applicationId: Identifier.ApplicationId.make("app-1") }
      const accounts = breaking(0)
      yield* Effect.provide(StatusAudit.run({ runId, target }), accounts)
      const there = { ...target, origin: "http://there" }
      const error = yield* Effect.flip(Effect.provide(StatusAudit.run({ runId, target: there }), accounts))
      assert.include(error.message, 'origin was "http://here", now "http://there"')
      const unknown = id("audited-somewhere")
      yield* Effect.provide(StatusAudit.run({ runId: unknown }), accounts)
      const known = yield* Effect.flip(Effect.provide(StatusAudit.run({ runId: unknown, target }), accounts))
      assert.include(known.message, 'origin was not set, now "http://here"')
      yield* Effect.provide(StatusAudit.run({ runId, target }), accounts)
    })
  )

  it.effect("fails after the longest outage, and can be resumed later", () =>
    Effect.gen(function* () {
      const runId = id("no-list")
      const options = { runId, maxOutage: "700 millis" } as const
      const error = yield* Effect.flip(Effect.provide(StatusAudit.run(options), breaking(9)))
      assert.strictEqual(error.message, unavailable.message)
      assert.strictEqual((yield* Effect.provide(StatusAudit.run(options), breaking(0))).total, 2)
    })
  )

  it.effect("every listed element is one row in list order, including unreadable and repeated ones", () =>
    Effect.gen(function* () {
      const strange = (index: number, problem: string, accountId = Option.none<string>()) =>
        Either.left({ index, accountId, problem })
      const elements = Stream.make(
        strange(0, "createdAt has the wrong type", Option.some("strange")),
        Either.right(account(1)),
        Either.right(account(2)),
        strange(3, "not an object"),
        Either.right(account(1))
      )
      const admin = listing(elements, () => Effect.succeed(active))
      const summary = yield* Effect.provide(StatusAudit.run({ runId: id("elements") }), admin)
      const rows = yield* rowsOf(id("elements"))
      assert.deepStrictEqual(
        rows.map((row) => [row.accountId, ...row.findings]),
        [
          ["strange", "undetermined"],
          [account(1).accountId, "healthy"],
          [account(2).accountId, "healthy"],
          [undefined, "undetermined"],
          [account(1).accountId, "healthy"]
        ]
      )
      assert.deepStrictEqual(rows[0]?.error, {
        kind: "UnreadableAccount",
        message: "in the account list, createdAt has the wrong type"
      })
      assert.strictEqual(summary.total, 5)
      assert.strictEqual(summary.counts.healthy, 3)
      assert.strictEqual(summary.counts.undetermined, 2)
      assert.deepStrictEqual(summary.errors, { UnreadableAccount: 2 })
    })
  )

  it.effect("audits an account with an unreadable field, and reports the field", () =>
    Effect.gen(function* () {
      const runId = id("field")
      const { createdAt: _, ...readable } = account(1)
      const element = Either.left({
        index: 0,
        accountId: Option.some(readable.accountId),
        problem: "createdAt has the wrong type",
        readable
      })
      const admin = listing(Stream.make(element), () => Effect.succeed({ status: "inactive" as const }))
      // It might match.
      const where = Schema.decodeSync(AccountFilter.FromText)("createdAt before 2020-01-01")
      const summary = yield* Effect.provide(StatusAudit.run({ runId, where }), admin)
      const [row] = yield* rowsOf(runId)
      assert.deepStrictEqual(row?.findings, ["inactive", "mismatch"])
      assert.deepInclude(row, { accountId: readable.accountId, liveStatus: "inactive" })
      assert.deepStrictEqual(row?.error, {
        kind: "UnreadableAccount",
        message: "in the account list, createdAt has the wrong type"
      })
      assert.deepStrictEqual(summary.errors, { UnreadableAccount: 1 })
      assert.strictEqual(summary.counts.undetermined, 0)
    })
  )

  it.effect("refused credentials for the whole list fail the run; for one account they are a finding", () =>
    Effect.gen(function* () {
      const runId = id("denied")
      const refusing = listing(Stream.fail(denied), () => Effect.succeed(active))
      const error = yield* Effect.flip(Effect.provide(StatusAudit.run({ runId }), refusing))
      assert.instanceOf(error, GlowmarktError.AccessDenied)
      assert.strictEqual(error.message, denied.message)

      const accounts = [account(1), account(2)]
      const admin = listing(Stream.map(Stream.fromIterable(accounts), Either.right), (accountId) =>
        accountId === accounts[0]?.accountId ? Effect.fail(denied) : Effect.succeed(active)
      )
      const { counts, errors } = yield* Effect.provide(StatusAudit.run({ runId }), admin)
      assert.strictEqual(counts.denied, 1)
      assert.strictEqual(counts.healthy, 1)
      assert.deepStrictEqual(errors, { AccessDenied: 1 })
      const [row] = yield* rowsOf(runId)
      assert.strictEqual(row?.error?.message, GlowmarktError.explanation(denied))
      assert.strictEqual(row?.listStatus, "active")
      assert.notProperty(row, "liveStatus")
    })
  )

  it.effect("omitted options are those of the resumed run", () =>
    Effect.gen(function* () {
      const runId = id("lines")
      const admin = listing(Stream.empty, () => Effect.succeed(active))
      const audit = (options: StatusAudit.Options) => Effect.provide(StatusAudit.run({ runId, ...options }), admin)
      const first = yield* audit({ dormantFor: "90 days" })
      assert.deepStrictEqual(yield* audit({}), first)
      const error = yield* Effect.flip(audit({ dormantFor: "30 days" }))
      assert.include(error.message, `dormantFor was "90 days", now "30 days"`)
      const store = yield* RunStore.RunStore
      assert.deepStrictEqual((yield* store.get(runId)).parameters, { dormantFor: "90 days", expiringWithin: "7 days" })
    })
  )

  it.effect("rows of an unfinished run say what is missing, and another flow's run is refused", () =>
    Effect.gen(function* () {
      const runId = id("unfinished")
      const accounts = [account(1), account(2)]
      const admin = listing(Stream.map(Stream.fromIterable(accounts), Either.right), (accountId) =>
        accountId === accounts[1]?.accountId ? Effect.dieMessage("a bug") : Effect.succeed(active)
      )
      yield* Effect.exit(Effect.provide(StatusAudit.run({ runId, concurrency: 1 }), admin))
      const rows = yield* rowsOf(runId)
      assert.deepStrictEqual(rows[1], AuditRow.make({ _tag: "Account", account: account(2) }))
      assert.strictEqual(rows[1]?.error?.kind, "Unprocessed")

      const store = yield* RunStore.RunStore
      yield* store.open({ runId: id("other"), flow: "renames", parameters: {}, startedAt: DateTime.unsafeMake(0) })
      assert.strictEqual((yield* Effect.flip(rowsOf(id("other"))))._tag, "RunMismatch")
    })
  )
})

const accountsOf = ({ population, url }: Simulator.SimulatorService) => {
  const { appKeys } = population.credentials
  return AdminAccounts.layer.pipe(
    Layer.provide(AppKeys.layer({ key: appKeys.key, secret: appKeys.secret })),
    Layer.provide(GlowmarktClient.layer({ baseUrl: url })),
    Layer.provide(FetchHttpClient.layer)
  )
}

const expected = ({ population }: Simulator.SimulatorService, now: DateTime.Utc) =>
  Expected.counts(population, {
    now,
    dormantAfter: StatusAudit.defaults.dormantFor,
    expiringWithin: StatusAudit.defaults.expiringWithin
  })

describe("against the simulator", () => {
  const ended = (script: string, args: ReadonlyArray<string>) =>
    Effect.async<string | null>((resume) => {
      const child = spawn(process.execPath, [script, ...args], { stdio: ["ignore", "inherit", "inherit"] })
      child.on("close", (_code, signal) => resume(Effect.succeed(signal)))
    })

  it.live("counts the findings of the seed", () =>
    Effect.gen(function* () {
      const simulator = yield* Simulator.Simulator
      const summary = yield* Effect.provide(
        StatusAudit.run({ rate: "unlimited" }),
        Layer.merge(accountsOf(simulator), RunStore.layerMemory)
      )
      assert.strictEqual(summary.total, 300)
      assert.deepStrictEqual(summary.counts, expected(simulator, summary.startedAt))
      assert.deepStrictEqual(summary.errors, {})
      assert.sameMembers(Object.keys(summary.counts), [...Finding.Finding.literals])
    }).pipe(Effect.provide(Simulator.layer({ accounts: 300, seed: 11 })))
  )

  it.scopedLive("killed and resumed, it requests nothing that is recorded and equals an uninterrupted audit", () =>
    Effect.gen(function* () {
      const simulator = yield* Simulator.Simulator
      const fs = yield* FileSystem.FileSystem
      const store = `${yield* fs.makeTempDirectoryScoped()}/runs.sqlite`
      const script = yield* Effect.promise(() => bundle("audit"))
      const { key, secret } = simulator.population.credentials.appKeys
      const audit = (runId: string, killAfter: number) =>
        ended(script, [store, runId, simulator.url, key, Redacted.value(secret), String(killAfter)])

      assert.strictEqual(yield* audit("killed", 150), "SIGKILL")
      const { recorded } = yield* Effect.provide(
        Effect.flatMap(RunStore.RunStore, (store) => store.get(id("killed"))),
        SqliteRunStore.layerShared(store)
      )
      assert.isAtLeast(recorded, 50)
      yield* simulator.requests.reset
      yield* audit("killed", 0)
      assert.strictEqual(yield* simulator.requests.count("getAccounts"), 0)
      const latest = yield* simulator.requests.latest
      const asked = new Set(latest.flatMap((request) => Option.toArray(request.accountId)))
      assert.strictEqual(asked.size, 200 - recorded)

      const killed = yield* Effect.provide(rowsOf(id("killed")), SqliteRunStore.layerShared(store))
      const undisturbed = yield* Effect.zipRight(
        StatusAudit.run({ runId: id("undisturbed"), rate: "unlimited" }),
        rowsOf(id("undisturbed"))
      ).pipe(Effect.provide([accountsOf(simulator), RunStore.layerMemory]))
      assert.strictEqual(killed.length, 200)
      assert.deepStrictEqual(killed, undisturbed)
    }).pipe(Effect.provide([Simulator.layer({ accounts: 200, seed: 5 }), NodeFileSystem.layer]))
  )
})
