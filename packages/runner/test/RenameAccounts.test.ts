import { HttpClient, HttpClientResponse } from "@effect/platform"
import { assert, describe, it, layer } from "@effect/vitest"
import { AdminAccounts, AppKeys, GlowmarktClient, GlowmarktError, Identifier } from "@effect-glowmarkt/core"
import { Faults, Simulator } from "@effect-glowmarkt/simulator"
import { Clock, Effect, FastCheck as fc, Layer, Option, Redacted, Stream } from "effect"
import { Converge, CsvInput, Plan, PlannedFlow, RenameAccounts, Run, RunReport, RunStore } from "../src/index.js"
import { differences } from "../src/internal/plan/applyEntry.js"
import { bytesOf, collected, csv, healthy, perRow, rowsFrom, served, throughFile, view } from "./fixtures/served.js"
import { inVirtualTime } from "./fixtures/virtualTime.js"

const { flow } = RenameAccounts

const id = (name: string) => Run.RunId.make(name)

const renames = (pairs: ReadonlyArray<readonly [accountId: string, name: string]>) =>
  rowsFrom(flow.input, csv(["accountId", "name"], pairs))

const planned = (pairs: ReadonlyArray<readonly [accountId: string, name: string]>, target: Plan.Target = {}) =>
  Effect.flatMap(renames(pairs), (rows) => PlannedFlow.plan(flow, { rows, parameters: {}, target }))

const unknown = "00000000-0000-4000-8000-000000000000"

layer(served(), { excludeTestServices: true })("RenameAccounts", (it) => {
  const fresh = Effect.flatMap(Simulator.Simulator, ({ reset }) => reset)

  const writes = Effect.flatMap(Simulator.Simulator, ({ state }) => state.writes)

  it.effect("planning writes nothing, and a plan is the same after being saved to a file", () =>
    Effect.gen(function* () {
      yield* fresh
      const { requests } = yield* Simulator.Simulator
      const [a, b] = yield* healthy(2)
      assert(a !== undefined && b !== undefined && typeof b.name === "string")
      const plan = yield* planned(
        [
          [a.accountId, "New, Name"],
          [b.accountId, b.name],
          [unknown, "Nobody"]
        ].map(([key = "", name = ""]) => [key, JSON.stringify(name)] as const),
        { origin: "http://here" }
      )
      assert.deepStrictEqual(
        plan.entries.map(({ intent, line, will }) => [line, intent._tag, will]),
        [
          [2, "Change", `set name to "New, Name" (was ${JSON.stringify(a.name)})`],
          [3, "Nothing", "nothing: already so"],
          [4, "Skip", plan.entries[2]?.will]
        ]
      )
      assert.include(plan.entries[2]?.will, `skip: The application has no account ${unknown}`)
      assert.deepStrictEqual(plan.header.counts, { change: 1, nothing: 1, skip: 1, invalid: 0 })
      assert.deepStrictEqual(yield* throughFile(plan), plan)
      assert.deepStrictEqual(yield* writes, [])
      assert.isTrue((yield* requests.latest).every(({ method }) => method === "GET"))
    })
  )

  it.effect("planning fails if the credentials are refused", () =>
    Effect.gen(function* () {
      yield* fresh
      const { faults } = yield* Simulator.Simulator
      yield* faults.set([Faults.always({}, Faults.accessDenied)])
      const error = yield* Effect.flip(planned([[unknown, "x"]]))
      assert.instanceOf(error, GlowmarktError.AccessDenied)
    })
  )

  it.effect("two concurrent calls with one run id make each change once", () =>
    Effect.gen(function* () {
      yield* fresh
      const accounts = yield* healthy(10)
      const plan = yield* planned(accounts.map(({ accountId }, i) => [accountId, `M${i}`] as const))
      const runId = id("rename-at-once")
      const apply = PlannedFlow.apply(flow, plan, { runId })
      const [first, second] = yield* Effect.all([apply, apply], { concurrency: "unbounded" })
      assert.deepStrictEqual(first, second)
      assert.deepStrictEqual(yield* PlannedFlow.resume(flow, runId), first)
      assert.strictEqual((yield* writes).length, 10)
    })
  )

  it.effect("applies, verifies and reports each change, and does nothing when applied again", () =>
    Effect.gen(function* () {
      yield* fresh
      const accounts = yield* healthy(20)
      const plan = yield* planned([
        ...accounts.map(({ accountId }, i) => [accountId, `N${i}`] as const),
        [unknown, "x"]
      ])
      const summary = yield* PlannedFlow.apply(flow, plan, { runId: id("rename") })
      const { done, failed, skipped, total, unprocessed } = summary
      assert.deepStrictEqual(
        { done, failed, skipped, total, unprocessed },
        { done: 20, failed: 0, skipped: 1, total: 21, unprocessed: 0 }
      )
      assert.strictEqual(summary.plan, plan.header.id)
      const rows = yield* collected(PlannedFlow.rows(flow, id("rename")))
      assert.deepStrictEqual(
        rows.map(({ key }) => key),
        plan.entries.map(({ key }) => key)
      )
      for (const [i, { accountId }] of accounts.entries()) {
        assert.strictEqual((yield* view(accountId)).name, `N${i}`)
      }
      assert.isTrue((yield* writes).every(({ times }) => times === 1))

      const again = yield* PlannedFlow.apply(flow, plan, { runId: id("rename-again") })
      assert.strictEqual(again.done, 20)
      assert.isTrue((yield* writes).every(({ times }) => times === 1))
      assert.deepStrictEqual(yield* PlannedFlow.resume(flow, id("rename")), summary)
    })
  )

  it.effect("skips accounts that changed since planning, and says what differs", () =>
    Effect.gen(function* () {
      yield* fresh
      const { state } = yield* Simulator.Simulator
      const [a, b, c] = yield* healthy(3)
      assert(a !== undefined && b !== undefined && c !== undefined && typeof c.name === "string")
      const plan = yield* planned([
        [a.accountId, "Wanted"],
        [b.accountId, "Wanted"],
        [c.accountId, c.name]
      ])
      for (const { accountId } of [a, c]) {
        yield* state.rename(accountId, { operation: "updateAccount", name: "Somebody else's" })
      }
      yield* PlannedFlow.apply(flow, plan, { runId: id("drift") })
      const [first, second, third] = yield* collected(PlannedFlow.rows(flow, id("drift")))
      assert.deepStrictEqual(first?.result, {
        _tag: "Skipped",
        reason: `changed since the plan was made: name was ${JSON.stringify(a.name)}, now "Somebody else's"`,
        end: "missed",
        differences: [{ field: "name", planned: a.name, found: "Somebody else's" }]
      })
      assert.strictEqual(second?.outcome, "done")
      assert.strictEqual(third?.outcome, "skipped")
      assert.strictEqual((yield* view(a.accountId)).name, "Somebody else's")
      assert.deepStrictEqual(
        (yield* writes).filter(({ accountId }) => accountId === b.accountId).map(({ times }) => times),
        [1]
      )
    })
  )

  it.effect("a lost response is resolved by reading, and nothing is written twice", () =>
    Effect.gen(function* () {
      yield* fresh
      const { faults } = yield* Simulator.Simulator
      const accounts = yield* healthy(6)
      const plan = yield* planned(accounts.map(({ accountId }) => [accountId, "Lost"] as const))
      yield* faults.set([
        Faults.Script({
          on: { operations: ["updateAccount"] },
          faults: [
            Faults.Reset({ when: "after" }),
            Faults.Truncate({ keep: 0.5 }),
            Faults.Reset({ when: "before" }),
            Faults.serverError
          ]
        })
      ])
      const { done } = yield* PlannedFlow.apply(flow, plan, { concurrency: 1 })
      assert.strictEqual(done, 6)
      assert.deepStrictEqual(
        (yield* writes).map(({ times }) => times),
        [1, 1, 1, 1, 1, 1]
      )
    })
  )

  it.effect("a change that is accepted but not made is a failure", () =>
    Effect.gen(function* () {
      yield* fresh
      const [a] = yield* healthy(1)
      assert(a !== undefined)
      const deaf = Effect.map(AdminAccounts.AdminAccounts, (admin) =>
        AdminAccounts.AdminAccounts.of({ ...admin, rename: (accountId) => admin.get(accountId) })
      )
      yield* AdminAccounts.AdminAccounts.pipe(Effect.flatMap((admin) => admin.rename(a.accountId, "Zoë\u200b")))
      const error = yield* Converge.ensureName(a.accountId, "Zoë").pipe(
        Effect.provideServiceEffect(AdminAccounts.AdminAccounts, deaf),
        Effect.flip
      )
      assert.strictEqual(error._tag, "NotReached")
      assert.include(error.message, 'wanted the name "Zoë", read the name "Zoë\\u200b"')
    })
  )

  it.effect("refuses a plan for another target, or a truncated or contradictory one, before anything is sent", () =>
    Effect.gen(function* () {
      yield* fresh
      const [a, b] = yield* healthy(2)
      assert(a !== undefined && b !== undefined)
      const plan = yield* planned(
        [
          [a.accountId, "A"],
          [b.accountId, "B"]
        ],
        { origin: "http://there" }
      )
      const mismatch = yield* Effect.flip(PlannedFlow.apply(flow, plan, { target: { origin: "http://here" } }))
      assert.strictEqual(
        mismatch.message,
        "This plan is for server http://there, but you are connected to http://here. Nothing was changed"
      )
      const other = yield* Effect.flip(
        PlannedFlow.apply(flow, { ...plan, header: { ...plan.header, flow: "offboardAccounts" } })
      )
      assert.strictEqual(other._tag, "PlanMismatch")

      const text = (yield* bytesOf(Plan.encode(plan))).toString()
      const decode = (changed: string) => Plan.decode(Stream.make(new TextEncoder().encode(changed)))
      const cut = yield* Effect.flip(decode(text.split("\n").slice(0, 2).join("\n")))
      assert.include(cut.message, "the header says 2 to change, but the file has 1 to change")
      const newer = yield* Effect.flip(decode(text.replace('"plan":1', '"plan":2')))
      assert.include(newer.message, "the plan has format version 2, but this program reads version 1")
      const halfEdited = yield* decode(text.replace('"name":"A"}', '"name":"Z"}'))
      const edited = yield* Effect.flip(PlannedFlow.apply(flow, halfEdited))
      assert.include(edited.message, "but it would set name")
      const foreign = [...Array(30).keys()].map((i) => `${i} is not an id`)
      const long = yield* Effect.flip(decode([text.split("\n")[0], ...foreign].join("\n")))
      assert.deepStrictEqual(long.message.split("\n").length, 22)
      assert.include(long.message, "and 11 more")
      const misread = yield* Effect.flip(
        Effect.flatMap(decode(text.replace('"name":"A"}', '"name":7}')), (plan) => PlannedFlow.apply(flow, plan))
      )
      assert.strictEqual(
        misread.message,
        "This plan cannot be applied. Make a new one.\nline 2: its states cannot be read: name: Expected string, actual 7"
      )
      const lines = text.trimEnd().split("\n")
      const doubled = yield* Effect.flip(decode([...lines, lines[1]].join("\n").replace('"change":2', '"change":3')))
      assert.include(doubled.message, `line 4: ${a.accountId} is already on line 2`)
      const unread = { ...plan, entries: [...plan.entries, ...plan.entries.slice(0, 1)] }
      const byHand = yield* Effect.flip(PlannedFlow.apply(flow, unread))
      assert.include(byHand.message, "the header says 2 to change")
      assert.include(byHand.message, `line 4: ${a.accountId} is already on line 2`)
      assert.deepStrictEqual(yield* writes, [])
    })
  )

  it.effect("rows made in code are written out by subject, with the cells of a file if they have them", () =>
    Effect.gen(function* () {
      yield* fresh
      const accountId = Identifier.AccountId.make(unknown)
      const value = { accountId, name: "Nobody" }
      const rows = { bare: [{ value, cells: {} }], filled: CsvInput.rowsOf(flow.input, [value]) }
      const failed = (rows: ReadonlyArray<CsvInput.Row<RenameAccounts.Wanted>>) =>
        Effect.gen(function* () {
          const plan = yield* PlannedFlow.plan(flow, { rows, parameters: {} })
          const { runId } = yield* PlannedFlow.apply(flow, plan)
          return (yield* bytesOf(RunReport.failedCsv(PlannedFlow.rows(flow, runId)))).toString().split("\r\n")
        })
      const [header, row] = yield* failed(rows.bare)
      assert.strictEqual(header, "\ufeffsubject,error")
      assert.match(row ?? "", new RegExp(`^${unknown},"?Skipped: `))
      const [columns, cells] = yield* failed(rows.filled)
      assert.strictEqual(columns, "\ufeffaccountId,name,error")
      assert.match(cells ?? "", new RegExp(`^${unknown},Nobody,"?Skipped: `))
    })
  )

  it.effect("every row is accounted for, and rows that were not completed can be planned again", () =>
    Effect.gen(function* () {
      yield* fresh
      const { faults, state } = yield* Simulator.Simulator
      const [good, drifting, failing, same] = yield* healthy(4)
      assert(good !== undefined && drifting !== undefined && failing !== undefined && typeof same?.name === "string")
      const bytes = csv(
        ["Account ID", "note", "name"],
        [
          [good.accountId, "1", "New"],
          ["nope", "2", "New"],
          [drifting.accountId, "3", "New"],
          [unknown, "4", "New"],
          [failing.accountId, "5", "New"],
          [same.accountId, "6", same.name],
          [good.accountId, "7", ""]
        ]
      )
      const input = yield* CsvInput.read(flow.input, Stream.make(bytes), { invalid: "skip" })
      const plan = yield* Effect.flatMap(PlannedFlow.plan(flow, { ...input, parameters: {} }), throughFile)
      assert.deepStrictEqual(plan.header.counts, { change: 3, nothing: 1, skip: 1, invalid: 2 })
      assert.deepStrictEqual(
        plan.entries.map(({ line }) => line),
        [2, 3, 4, 5, 6, 7, 8]
      )
      yield* state.rename(drifting.accountId, { operation: "updateAccount", name: "Drifted" })
      yield* faults.set([
        Faults.always({ operations: ["updateAccount"], accountIds: [failing.accountId] }, Faults.accessDenied)
      ])
      const runId = id("accounted")
      const { done, failed, skipped, total } = yield* PlannedFlow.apply(flow, plan, { runId })
      assert.deepStrictEqual({ done, failed, skipped, total }, { done: 1, failed: 1, skipped: 5, total: 7 })
      const again = yield* bytesOf(RunReport.failedCsv(PlannedFlow.rows(flow, runId)))
      const [header, ...rows] = again.toString().trimEnd().split("\r\n")
      assert.strictEqual(header, "\ufeffAccount ID,note,name,error")
      assert.deepStrictEqual(
        rows.map((row) => row.split(",").slice(0, 3)),
        [
          ["nope", "2", "New"],
          [drifting.accountId, "3", "New"],
          [unknown, "4", "New"],
          [failing.accountId, "5", "New"],
          [good.accountId, "7", ""]
        ]
      )
      for (const [i, said] of [
        "is not a valid id",
        "Drifted",
        "has no account",
        "AccessDenied: ",
        "name is empty"
      ].entries()) {
        assert.include(rows[i], said)
      }

      yield* faults.clear
      const rest = yield* CsvInput.read(flow.input, Stream.make(again), { invalid: "skip" })
      assert.strictEqual(rest.invalid.length, 2)
      const second = yield* PlannedFlow.plan(flow, { ...rest, parameters: {} })
      assert.deepStrictEqual(second.header.counts, { change: 2, nothing: 0, skip: 1, invalid: 2 })
      const last = id("accounted-again")
      yield* PlannedFlow.apply(flow, yield* planned([[good.accountId, "New"]]), { runId: last })
      const nothing = yield* bytesOf(RunReport.failedCsv(PlannedFlow.rows(flow, last)))
      assert.strictEqual(nothing.toString(), "\ufeffaccountId,name,error\r\n")
    })
  )

  it.effect("a plan or run can only be applied to the server and application that it was made for", () =>
    Effect.gen(function* () {
      yield* fresh
      const accounts = yield* healthy(2)
      const pairs = accounts.map(({ accountId }) => [accountId, "Here"] as const)
      const { faults, population } = yield* Simulator.Simulator
      const here = { origin: "http://here", applicationId: population.credentials.applicationId }
      const plan = yield* Effect.flatMap(planned(pairs, here), throughFile)

      const unsaid = yield* Effect.flip(PlannedFlow.apply(flow, yield* planned(pairs), { target: here }))
      assert.include(unsaid.message, "an unrecorded server, but you are connected to http://here")

      const runId = id("at-here")
      yield* faults.set([Faults.always({}, Faults.htmlError(503))])
      const impatient = { target: here, runId, maxOutage: "1 second" } as const
      assert.strictEqual((yield* Effect.flip(PlannedFlow.apply(flow, plan, impatient)))._tag, "ServerError")
      yield* faults.clear
      const begun = Option.getOrThrow(yield* PlannedFlow.inspect(runId))
      assert.deepStrictEqual([begun.flow, begun.target, begun.remaining, begun.counts.change], [flow.name, here, 2, 2])

      for (const target of [
        { origin: "http://there" },
        { ...here, applicationId: Identifier.ApplicationId.make("app-2") }
      ]) {
        const error = yield* Effect.flip(PlannedFlow.resume(flow, runId, { target }))
        assert.strictEqual(error._tag, "RunMismatch")
        assert.match(
          error.message,
          /origin was "http:\/\/here", now "http:\/\/there"|applicationId was "[0-9a-f-]{36}", now "app-2"/
        )
      }
      assert.deepStrictEqual(yield* writes, [])
      assert.strictEqual((yield* PlannedFlow.resume(flow, runId, { target: here })).done, 2)
      assert.strictEqual(Option.getOrThrow(yield* PlannedFlow.inspect(runId)).remaining, 0)
    })
  )

  it.effect("refuses an account of an application other than the plan's, when planning and when applying", () =>
    Effect.gen(function* () {
      yield* fresh
      const { population } = yield* Simulator.Simulator
      const { applicationId } = population.credentials
      const accounts = yield* healthy(2)
      const pairs = accounts.map(({ accountId }) => [accountId, "Elsewhere"] as const)
      const other = Identifier.ApplicationId.make("00000000-ab62-491c-8085-9ac2b6206346")
      const refused = yield* planned(pairs, { applicationId: other })
      assert.deepStrictEqual(refused.header.counts, { change: 0, nothing: 0, skip: 2, invalid: 0 })
      assert.include(refused.entries[0]?.will, `belongs to application ${applicationId}, not ${other}`)

      // A plan that was made without a target and given one afterwards.
      const plan = yield* planned(pairs)
      const moved = { ...plan, header: { ...plan.header, target: { applicationId: other } } }
      const { done, runId, skipped } = yield* PlannedFlow.apply(flow, moved)
      assert.deepStrictEqual([done, skipped], [0, 2])
      const [row] = yield* collected(PlannedFlow.rows(flow, runId))
      assert.include(row?.result?._tag === "Skipped" ? row.result.reason : "", `not ${other}`)
      assert.deepStrictEqual(yield* writes, [])

      const upper = Identifier.ApplicationId.make(applicationId.toUpperCase())
      assert.strictEqual((yield* planned(pairs, { applicationId: upper })).header.counts.change, 2)
    })
  )

  it.effect("an undo plan reverts the run's changes, and skips accounts that have changed since", () =>
    Effect.gen(function* () {
      yield* fresh
      const { state } = yield* Simulator.Simulator
      const [a, b, same] = yield* healthy(3)
      assert(a !== undefined && b !== undefined && typeof same?.name === "string")
      const plan = yield* planned([
        [a.accountId, "New A"],
        [b.accountId, "New B"],
        [same.accountId, JSON.stringify(same.name)],
        [unknown, "Nobody"]
      ])
      const runId = id("to-undo")
      yield* PlannedFlow.apply(flow, plan, { runId })
      const before = yield* writes
      const undo = yield* Effect.flatMap(PlannedFlow.undo(flow, runId), throughFile)
      assert.deepStrictEqual(yield* writes, before)
      assert.deepStrictEqual(
        undo.entries.map(({ key, will }) => [key, will]),
        [
          [a.accountId, `set name to ${JSON.stringify(a.name)} (was "New A")`],
          [b.accountId, `set name to ${JSON.stringify(b.name)} (was "New B")`]
        ]
      )
      yield* state.rename(b.accountId, { operation: "updateAccount", name: "Drifted" })
      const undone = id("undone")
      const { done, skipped } = yield* PlannedFlow.apply(flow, undo, { runId: undone })
      assert.deepStrictEqual([done, skipped], [1, 1])
      assert.strictEqual((yield* view(a.accountId)).name, a.name)
      assert.strictEqual((yield* view(b.accountId)).name, "Drifted")
      // An undo can itself be undone.
      const redo = yield* PlannedFlow.undo(flow, undone)
      assert.deepStrictEqual(
        redo.entries.map(({ will }) => will),
        [`set name to "New A" (was ${JSON.stringify(a.name)})`]
      )
    })
  )

  it.effect(
    "distinguishes changes that may have been made from those that were not: a failed read changes nothing",
    () =>
      Effect.gen(function* () {
        yield* fresh
        const { faults } = yield* Simulator.Simulator
        const accounts = yield* healthy(4)
        const plan = yield* planned(accounts.map(({ accountId }) => [accountId, "Flagged"] as const))
        const [unread, lost, unverified] = accounts.map(({ accountId }) => ({ accountIds: [accountId] }))
        // A proxy's response: the request may or may not have arrived, and a retry would not help.
        const page = Faults.Respond({ status: 200, contentType: "text/html", body: "<html></html>" })
        yield* faults.set([
          Faults.always({ ...unread, operations: ["getAccountById"] }, page),
          // Not made, as reading shows.
          Faults.always({ ...lost, operations: ["updateAccount"] }, page),
          // Made, but the account can no longer be read.
          Faults.Script({
            on: { ...unverified, operations: ["getAccountById"] },
            faults: [Faults.None(), page]
          })
        ])
        const runId = id("flags")
        yield* PlannedFlow.apply(flow, plan, { runId, concurrency: 4 })
        const rows = yield* collected(PlannedFlow.rows(flow, runId))
        assert.deepStrictEqual(
          rows.map(({ result }) =>
            result?._tag === "Failed" ? [result.kind, result.mayHaveBeenApplied] : result?._tag
          ),
          [["InvalidResponse", false], ["InvalidResponse", false], ["InvalidResponse", true], "Done"]
        )
      })
  )

  it.effect("a run that was killed before its plan was stored needs the plan again", () =>
    Effect.gen(function* () {
      yield* fresh
      const unknown = yield* Effect.flip(PlannedFlow.resume(flow, id("never-was")))
      assert.strictEqual(unknown._tag, "RunNotFound")
      const store = yield* RunStore.RunStore
      const [account] = yield* healthy(1)
      assert(account !== undefined)
      const plan = yield* planned([[account.accountId, "Late"]])
      const { counts, createdAt, id: of, parameters } = plan.header
      const runId = id("cut-off")
      const recorded = { plan: of, counts, target: {}, parameters }
      yield* store.open({ runId, flow: flow.name, parameters: recorded, startedAt: createdAt })
      assert.strictEqual(Option.getOrThrow(yield* PlannedFlow.inspect(runId)).remaining, 1)
      const error = yield* Effect.flip(PlannedFlow.resume(flow, runId))
      assert.strictEqual(error._tag, "PlanNeeded")
      assert.strictEqual((yield* PlannedFlow.apply(flow, plan, { runId })).done, 1)
      const other = yield* planned([[account.accountId, "Other"]])
      const mismatch = yield* Effect.flip(PlannedFlow.apply(flow, other, { runId }))
      assert.strictEqual(mismatch._tag, "RunMismatch")
    })
  )

  it.scoped("a row takes 1 request to plan and 3 to apply", () =>
    Effect.gen(function* () {
      yield* fresh
      const count = 3
      const accounts = yield* healthy(count)
      const { flow } = RenameAccounts
      const rows = yield* rowsFrom(
        flow.input,
        csv(
          ["accountId", "name"],
          accounts.map(({ accountId }) => [accountId, "New"])
        )
      )
      const plan = yield* PlannedFlow.plan(flow, { rows, parameters: {} })
      assert.deepStrictEqual(yield* perRow(count, PlannedFlow.plan(flow, { rows, parameters: {} })), {
        getAccountById: 1
      })
      assert.deepStrictEqual(yield* perRow(count, PlannedFlow.apply(flow, plan)), {
        getAccountById: 2,
        updateAccount: 1
      })
      assert.deepStrictEqual(yield* perRow(count, PlannedFlow.apply(flow, plan)), { getAccountById: 1 })
    })
  )
})

describe("drift", () => {
  const json = fc.dictionary(
    fc.constantFrom("name", "username", "applicationId"),
    fc.oneof(fc.string(), fc.constant(null))
  )

  it.prop(
    "finds no difference between equal values, and names every other one in both directions",
    [json, json],
    ([a, b]) => {
      assert.deepStrictEqual(differences(a, { ...a }), [])
      const fields = differences(a, b).map(({ field }) => field)
      assert.deepStrictEqual(
        [...fields].sort(),
        differences(b, a)
          .map(({ field }) => field)
          .sort()
      )
      for (const field of new Set([...Object.keys(a), ...Object.keys(b)])) {
        assert.strictEqual(fields.includes(field), a[field] !== b[field])
      }
    }
  )
})

it.live("RenameAccounts > the rate counts requests, not rows", () =>
  inVirtualTime(
    Effect.gen(function* () {
      const names = new Map(
        Array.from({ length: 30 }, (_, n) => [`00000000-0000-4000-8000-${String(n).padStart(12, "0")}`, "Before"])
      )
      let at: Array<number> = []
      const account = (accountId: string) => ({ accountId, name: names.get(accountId), status: "active", active: true })
      const server = HttpClient.make((request, url) =>
        Effect.map(Clock.currentTimeMillis, (now) => {
          at.push(now)
          const accountId = url.pathname.split("/")[2] ?? ""
          if (request.method === "PUT") names.set(accountId, "Paced")
          const answer = accountId === "" ? [...names.keys()].map(account) : account(accountId)
          return HttpClientResponse.fromWeb(request, Response.json(answer))
        })
      )
      const accounts = AdminAccounts.layer.pipe(
        Layer.provide(AppKeys.layer({ key: "app", secret: Redacted.make("app-secret") })),
        Layer.provide(GlowmarktClient.layer({ baseUrl: "http://127.0.0.1" })),
        Layer.provide(Layer.succeed(HttpClient.HttpClient, server))
      )
      const apply = Effect.gen(function* () {
        const plan = yield* planned([...names.keys()].map((accountId) => [accountId, "Paced"] as const))
        at = []
        return yield* PlannedFlow.apply(flow, plan, { rate: { limit: 60, interval: "1 second" } })
      })
      const { done } = yield* Effect.provide(apply, [accounts, RunStore.layerMemory])
      assert.deepStrictEqual([done, at.length], [30, 90])
      // Allows a burst at the start, and catching up after late timers.
      assert.isAtLeast(Math.max(...at) - Math.min(...at), 1350)
      for (const from of at) {
        assert.isAtMost(at.filter((time) => time >= from && time < from + 500).length, 36)
      }
    })
  )
)
