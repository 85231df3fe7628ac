import { readFileSync, statSync } from "node:fs"
import { assert, layer } from "@effect/vitest"
import { Progress } from "@effect-glowmarkt/runner"
import { Simulator } from "@effect-glowmarkt/simulator"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Bulk from "./support/Bulk.js"

const take = (from: number, to: number) =>
  Effect.map(Bulk.members, (all) => {
    const some = all.slice(from, to)
    assert.lengthOf(some, to - from)
    return some
  })

const planned = (place: Bulk.Place, words: ReadonlyArray<string>, csv: string, environment = {}) =>
  Effect.gen(function* () {
    const file = place.write("input.csv", csv)
    const [command = "", ...others] = words
    const plan = place.path("plan.ndjson")
    const { code, stderr } = yield* Bulk.run(["plan", command, file, ...others, "--out", plan], { environment })
    assert.strictEqual(code, 0, stderr)
    return ["apply", plan, "--store", place.path("runs.db")]
  })

const renames = (members: ReadonlyArray<{ readonly accountId: string }>, prefix: string) =>
  Bulk.csv(
    "accountId,name,note",
    members.map(({ accountId }, i) => [accountId, `${prefix} ${i}`, `n${i}`])
  )

const decodeEvent = Schema.decode(Schema.parseJson(Progress.Event))

const outcomes = (rows: ReadonlyArray<Record<string, unknown>>) => rows.map(({ outcome }) => outcome)

layer(Simulator.layer({ accounts: 200, seed: 22 }), { excludeTestServices: true })("glowmarkt apply", (it) => {
  it.effect("shows what it will do, and does nothing without consent", () =>
    Effect.gen(function* () {
      const { requests } = yield* Simulator.Simulator
      const members = yield* take(0, 3)
      const apply = yield* planned(Bulk.place(), ["rename"], renames(members, "Unwanted"))
      const before = yield* requests.count("updateAccount")
      const piped = yield* Bulk.run(apply, { input: { kind: "text", text: "y\n" } })
      assert.strictEqual(piped.code, 2)
      assert.match(piped.stderr, /set name to "Unwanted 2" \(was .*[\s\S]*Confirmation needs a terminal.*\n.*--yes/)
      const no = yield* Bulk.run(apply, Bulk.typing("n\n"))
      assert.strictEqual(no.code, 1)
      assert.match(no.stderr, /Change 3 accounts\?[\s\S]*Nothing was done\.\n$/)
      const left = yield* Bulk.run(apply, Bulk.typing("\u0003"))
      assert.strictEqual(left.code, 130)
      assert.strictEqual(yield* requests.count("updateAccount"), before)
    })
  )

  it.effect(
    "plan undo: reverts a finished run, refuses one that cannot be undone, and has nothing to do the second time",
    () =>
      Effect.gen(function* () {
        const { state } = yield* Simulator.Simulator
        const place = Bulk.place()
        // A name with spaces around it cannot be written back.
        const all = yield* Bulk.members
        const members = all.filter(({ name }) => name?.trim() === name).slice(-2)
        const store = ["--store", place.path("runs.db")]
        const names = () =>
          Effect.forEach(members, ({ accountId }) => Effect.map(state.account(accountId), Option.getOrThrow))
        const before = yield* names()
        const apply = yield* planned(place, ["rename"], renames(members, "Undone"))
        const first = yield* Bulk.run([...apply, "--yes", "--run", "first"])
        assert.strictEqual(first.code, 0, first.stderr)
        const again = yield* Bulk.run([...apply, "--yes", "--run", "again"])
        assert.match(again.stdout, /2 +already done when the plan was applied/)
        assert.notInclude(again.stdout, "somebody else")

        const undo = place.path("undo.ndjson")
        const plan = yield* Bulk.run(["plan", "undo", "first", "--out", undo, ...store])
        assert.strictEqual(plan.code, 0, plan.stderr)
        assert.match(plan.stdout, /set name to .* \(was "Undone 0"\)/)
        const back = yield* Bulk.run(["apply", undo, "--yes", ...store])
        assert.strictEqual(back.code, 0, back.stderr)
        assert.deepStrictEqual(
          (yield* names()).map(({ name }) => name),
          before.map(({ name }) => name)
        )

        yield* Bulk.run(["audit", "--run", "audited", "--quiet", ...store])
        const audit = yield* Bulk.run(["plan", "undo", "audited", ...store])
        assert.strictEqual(audit.code, 2)
        assert.include(audit.stderr, "is an audit. Audits change nothing")
      })
  )

  it.effect("rename: changes and verifies each account once, and skips accounts that changed since the plan", () =>
    Effect.gen(function* () {
      const { requests, state } = yield* Simulator.Simulator
      const place = Bulk.place()
      const members = yield* take(3, 7)
      const [drifted] = members
      assert(drifted !== undefined)
      const apply = yield* planned(place, ["rename"], renames(members, "Flat"))
      yield* state.rename(drifted.accountId, { operation: "updateAccount", name: "By somebody else" })
      const before = yield* requests.count("updateAccount")

      const out = ["--out", place.path("results")]
      const { code, stderr, stdout } = yield* Bulk.run([...apply, ...out], Bulk.typing("y\n"))
      assert.strictEqual(code, 1, stderr)
      assert.match(
        stdout,
        /^4 accounts in .*, run renameAccounts-[\s\S]*^ +3 {2}changed and verified$[\s\S]*^ +1 {2}skipped$/m
      )
      assert.match(stdout, /^line 2: [-0-9a-f]+: changed since the plan was made: name was .*, now "By somebody else"/m)
      assert.match(stderr, /1 row was not completed\. Fix it in .*failed\.csv and plan that file again/)
      assert.strictEqual((yield* requests.count("updateAccount")) - before, 3)
      assert.deepStrictEqual(yield* Effect.forEach(members, ({ accountId }) => Bulk.nameOf(accountId)), [
        "By somebody else",
        "Flat 1",
        "Flat 2",
        "Flat 3"
      ])
      assert.deepStrictEqual(outcomes(place.ndjson("results/results.ndjson")), ["skipped", "done", "done", "done"])
      for (const file of ["results/results.ndjson", "results/failed.csv"]) {
        assert.strictEqual(statSync(place.path(file)).mode & 0o777, 0o600)
      }

      const twice = yield* Bulk.run([...apply, "--yes"])
      assert.match(twice.stdout, /^ +0 {2}changed and verified$/m)
      assert.strictEqual((yield* requests.count("updateAccount")) - before, 3)
    })
  )

  it.effect("failed.csv has every failed row with its columns and the reason, and works as input", () =>
    Effect.gen(function* () {
      const { state } = yield* Simulator.Simulator
      const place = Bulk.place()
      const [good, drifted] = yield* take(18, 20)
      assert(good !== undefined && drifted !== undefined)
      const rows = [
        [good.accountId, "Good", "n1"],
        ["../x", "Bad", "n2"],
        [drifted.accountId, "Mine", "n3"]
      ]
      const input = place.write("input.csv", Bulk.csv("accountId,name,note", rows))
      const plan = place.path("plan.ndjson")
      yield* Bulk.run(["plan", "rename", input, "--skip-invalid", "--out", plan])
      yield* state.rename(drifted.accountId, { operation: "updateAccount", name: "Theirs" })
      const store = ["--store", place.path("runs.db")]
      const { code, stdout } = yield* Bulk.run(["apply", plan, "--yes", "--out", place.path("results"), ...store])
      assert.strictEqual(code, 1)
      assert.match(stdout, /^ +1 {2}changed and verified$[\s\S]*^ +2 {2}skipped$/m)
      assert.match(stdout, /^line 3: accountId "\.\.\/x"/m)
      const [header, ...failed] = place.read("results/failed.csv").trimEnd().split("\r\n")
      assert.strictEqual(header, "\ufeffaccountId,name,note,error")
      assert.lengthOf(failed, 2)
      assert.match(failed[0] ?? "", /^\.\.\/x,Bad,n2,.*line 3: accountId /)
      assert.match(failed[1] ?? "", /,Mine,n3,.*now ""Theirs""/)

      const again = yield* Bulk.run(["plan", "rename", place.path("results/failed.csv"), "--skip-invalid", "--json"])
      assert.deepInclude(Bulk.last(again).counts, { change: 1, invalid: 1 })
    })
  )

  it.effect("--json: one line per event, the summary last", () =>
    Effect.gen(function* () {
      const members = yield* take(7, 10)
      const apply = yield* planned(Bulk.place(), ["rename"], renames(members, "Json"))
      const { code, stdout } = yield* Bulk.run([...apply, "--yes", "--json"])
      assert.strictEqual(code, 0)
      const lines = stdout.trimEnd().split("\n")
      const events = yield* Effect.forEach(lines.slice(0, -1), (line) => decodeEvent(line))
      assert.strictEqual(events[0]?._tag, "RunStarted")
      assert.strictEqual(events.at(-1)?._tag, "RunFinished")
      assert.deepInclude(JSON.parse(lines.at(-1) ?? ""), { _tag: "Summary", total: 3, done: 3, failed: 0 })

      const quiet = yield* Bulk.run([...apply, "--yes", "--json", "--quiet"])
      assert.lengthOf(quiet.stdout.trimEnd().split("\n"), 1)
    })
  )

  it.effect("offboard: needs its own flag and the count, typed or given as an option", () =>
    Effect.gen(function* () {
      const { requests } = yield* Simulator.Simulator
      const members = yield* take(10, 12)
      const [first] = members
      assert(first !== undefined)
      const csv = Bulk.csv(
        "accountId",
        members.map(({ accountId }) => [accountId])
      )
      const apply = yield* planned(Bulk.place(), ["offboard"], csv)
      const refusals: ReadonlyArray<readonly [args: ReadonlyArray<string>, typed: string, code: number, says: RegExp]> =
        [
          [["--yes"], "", 2, /makes 2 accounts inactive.*\nPass --delete/],
          [[], "2\n", 2, /Pass --delete/],
          [["--delete"], "3\n", 1, /type the number of accounts[\s\S]*Nothing was done/],
          [["--delete", "--yes"], "\n", 1, /Nothing was done/],
          [["--delete", "--deletions", "3", "--yes"], "", 2, /--deletions is 3\. Nothing was done/]
        ]
      for (const [args, typed, code, says] of refusals) {
        const said = yield* Bulk.run([...apply, ...args], Bulk.typing(typed))
        assert.strictEqual(said.code, code, `${args.join(" ")}: ${said.stderr}`)
        assert.match(said.stderr, says)
      }
      const piped = yield* Bulk.run([...apply, "--delete", "--yes"])
      assert.strictEqual(piped.code, 2)
      assert.match(piped.stderr, /no terminal to type the number\.\nPass --yes --deletions 2/)
      assert.strictEqual(yield* requests.count("deleteAccount"), 0)

      const typed = yield* Bulk.run([...apply, "--delete"], Bulk.typing("2\n"))
      assert.strictEqual(typed.code, 0, typed.stderr)
      assert.isFalse(yield* Bulk.isActive(first.accountId))
      assert.strictEqual(yield* requests.count("deleteAccount"), 2)
    })
  )

  it.effect("offboard in a script: --delete --deletions N --yes", () =>
    Effect.gen(function* () {
      const members = yield* take(12, 13)
      const [only] = members
      assert(only !== undefined)
      const apply = yield* planned(Bulk.place(), ["offboard"], `accountId\n${only.accountId}`)
      const { code, stderr } = yield* Bulk.run([...apply, "--delete", "--deletions", "1", "--yes"])
      assert.strictEqual(code, 0, stderr)
      assert.isFalse(yield* Bulk.isActive(only.accountId))
    })
  )

  it.effect("onboard: row by row, or all or nothing", () =>
    Effect.gen(function* () {
      const { population, state } = yield* Simulator.Simulator
      const people = [0, 1, 2, 3].map((index) => Option.getOrThrow(population.newcomer(index)))
      const rows = people.map(({ directoryId, username }, i) => [i === 1 ? "nobody" : username, directoryId])
      const added = () => [...state.accounts].length - population.accounts

      const place = Bulk.place()
      const together = yield* planned(place, ["onboard", "--all-or-nothing"], Bulk.csv("username,directoryId", rows))
      const unsaid = yield* Bulk.run([...together, "--yes"])
      assert.strictEqual(unsaid.code, 2)
      assert.match(unsaid.stderr, /makes up to 4 accounts inactive if one cannot be added/)
      assert.strictEqual(added(), 0)
      const undone = yield* Bulk.run([...together, "--delete", "--deletions", "4", "--yes", "--concurrency", "1"])
      assert.strictEqual(undone.code, 1, undone.stderr)
      assert.match(undone.stdout, /1 are inactive; 0 could not be made inactive/)

      const each = yield* planned(Bulk.place(), ["onboard"], Bulk.csv("username,directoryId", rows.slice(1)))
      const { code, stdout } = yield* Bulk.run([...each, "--yes"])
      assert.strictEqual(code, 1)
      assert.match(stdout, /^ +2 {2}changed and verified$[\s\S]*^ +1 {2}failed$/m)
    })
  )

  it.effect("correct: signs in as each user", () =>
    Effect.gen(function* () {
      const { state } = yield* Simulator.Simulator
      const [first, second] = yield* take(13, 15)
      assert(first !== undefined && second !== undefined)
      const place = Bulk.place()
      const known = place.write("known", `${first.username}=${first.password}\n${second.username}=${second.password}\n`)
      const csv = Bulk.csv(
        "username,password,name,email",
        [first, second].map(({ username }, i) => [
          username,
          `file:${known}#${username}`,
          `New ${i}`,
          `n${i}@new.example`
        ])
      )
      const apply = yield* planned(place, ["correct"], csv)
      const { code, stderr } = yield* Bulk.run([...apply, "--yes"])
      assert.strictEqual(code, 0, stderr)
      const account = Option.getOrThrow(yield* state.account(second.accountId))
      assert.deepStrictEqual([account.name, account.email], ["New 1", "n1@new.example"])
    })
  )

  it.effect("passwords: written only to a file that only its owner can read", () =>
    Effect.gen(function* () {
      const { state } = yield* Simulator.Simulator
      const [first] = yield* take(15, 16)
      assert(first !== undefined)
      const place = Bulk.place()
      const environment = { OLD: first.password }
      const file = place.path("new-passwords")
      const csv = Bulk.csv("username,password", [[first.username, "env:OLD"]])
      const apply = yield* planned(place, ["passwords", "--passwords", file], csv, environment)
      assert.throws(() => statSync(file), /ENOENT/)
      const { code, stderr, stdout } = yield* Bulk.run([...apply, "--yes", "--out", place.path("results")], {
        environment
      })
      assert.strictEqual(code, 0, stderr)
      assert.strictEqual(statSync(file).mode & 0o777, 0o600)
      const [, password = ""] = readFileSync(file, "utf8").trimEnd().split("=")
      const signedIn = yield* state.signIn({
        username: first.username,
        password: Redacted.make(password),
        directoryId: undefined
      })
      assert.isTrue(Option.isSome(signedIn))
      const kept = place.read("plan.ndjson") + place.read("results/results.ndjson") + place.read("runs.db")
      for (const secret of [password, first.password]) assert.notInclude(stdout + stderr + kept, secret)
    })
  )

  it.effect("mobile-tokens: adds the new token and removes the old one", () =>
    Effect.gen(function* () {
      const { state } = yield* Simulator.Simulator
      const [first] = yield* take(16, 17)
      assert(first !== undefined)
      yield* state.addMobileToken(first.accountId, Redacted.make("old-token"))
      const environment = { PASSWORD: first.password, OLD: "old-token", NEW: "new-token" }
      const csv = Bulk.csv("username,password,oldToken,newToken", [
        [first.username, "env:PASSWORD", "env:OLD", "env:NEW"]
      ])
      const apply = yield* planned(Bulk.place(), ["mobile-tokens"], csv, environment)
      const { code, stderr } = yield* Bulk.run([...apply, "--yes"], { environment })
      assert.strictEqual(code, 0, stderr)
      const tokens = yield* state.mobileTokens(first.accountId)
      assert.deepStrictEqual(tokens.map(Redacted.value), ["new-token"])
    })
  )

  it.effect("refuses a plan for another server or application, and files that are not plans", () =>
    Effect.gen(function* () {
      const place = Bulk.place()
      const members = yield* take(17, 18)
      const [command, file = "", ...others] = yield* planned(place, ["rename"], renames(members, "Elsewhere"))
      const plan = place.read("plan.ndjson")
      let edits = 0
      const edited = (text: string) => [`${command}`, place.write(`edited-${edits++}`, text), ...others, "--yes"]
      const cases: ReadonlyArray<readonly [args: ReadonlyArray<string>, says: RegExp]> = [
        [
          edited(plan.replace(/"origin":"[^"]*"/, '"origin":"https://api.glowmarkt.com"')),
          /This plan is for server https:.*connected to /
        ],
        [
          edited(plan.replace('"flow":"renameAccounts"', '"flow":"renameEverything"')),
          /line 1: unknown flow "renameEverything"/
        ],
        [edited(plan.replaceAll('"Change"', '"Nothing"')), /line 1: the header says 1 to change/],
        [edited("accountId,name\n"), /line 1: not the header of a plan/],
        [[`${command}`, `${file}.no`], /no such file/]
      ]
      for (const [args, says] of cases) {
        const { code, stderr } = yield* Bulk.run(args)
        assert.strictEqual(code, 2, stderr)
        assert.match(stderr, says)
      }
    })
  )
})
