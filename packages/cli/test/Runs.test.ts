import { existsSync, readdirSync, writeFileSync } from "node:fs"
import { assert, layer } from "@effect/vitest"
import { Faults, Simulator } from "@effect-glowmarkt/simulator"
import * as Effect from "effect/Effect"
import * as Bulk from "./support/Bulk.js"

/** Starts a run and stops it after five subjects with credentials that are no longer valid. */
const cutOff = (
  place: Bulk.Place,
  number: number,
  flow: { readonly command: string; readonly consent: ReadonlyArray<string> } = {
    command: "rename",
    consent: ["--yes"]
  }
) =>
  Effect.gen(function* () {
    const { faults } = yield* Simulator.Simulator
    const members = (yield* Bulk.members).slice(0, number)
    const file = place.write(
      "names.csv",
      Bulk.csv(
        flow.command === "rename" ? "accountId,name" : "accountId,note",
        members.map(({ accountId }, i) => [accountId, `${place.path("x")} ${i}`])
      )
    )
    const plan = place.path("plan.ndjson")
    const planned = yield* Bulk.run(["plan", flow.command, file, "--out", plan])
    assert.strictEqual(planned.code, 0, planned.stderr)
    const later = members.slice(5).map(({ accountId }) => accountId)
    yield* faults.set([Faults.always({ accountIds: later }, Faults.accessDenied)])
    const args = ["apply", plan, "--run", "r1", "--store", place.path("runs.db"), ...flow.consent, "--concurrency", "1"]
    const cut = yield* Bulk.run([...args, "--out", place.path("results")])
    yield* faults.clear
    return { cut, members, plan }
  })

layer(Simulator.layer({ accounts: 150, seed: 23 }), { excludeTestServices: true })("glowmarkt runs", (it) => {
  it.effect("an interrupted run prints how to continue, continues where it stopped, and repeats nothing", () =>
    Effect.gen(function* () {
      const { requests } = yield* Simulator.Simulator
      const place = Bulk.place()
      const { cut, members, plan } = yield* cutOff(place, 40)
      assert.strictEqual(cut.code, 3, cut.stderr)
      assert.match(
        cut.stderr,
        /5 of 40 accounts are done and saved\. Resume with\n {2}(npx )?glowmarkt runs resume r1 /
      )
      assert.strictEqual(yield* requests.count("updateAccount"), 5)
      const store = ["--store", place.path("runs.db")]

      const listed = yield* Bulk.run(["runs", "list", ...store])
      assert.match(listed.stdout, /^r1 +renameAccounts .* 40 {2}5 done$/m)
      const shown = yield* Bulk.run(["runs", "show", "r1", ...store])
      assert.match(shown.stdout, /^ +5 {2}changed and verified$[\s\S]*^ *35 {2}not tried yet$/m)
      assert.match(shown.stderr, /Resume it with\n.*runs resume r1/)
      const json = yield* Bulk.run(["runs", "show", "r1", "--json", ...store])
      assert.deepInclude(JSON.parse(json.stdout).counts, { made: 5, unprocessed: 35 })

      const asked = yield* Bulk.run(["runs", "resume", "r1", ...store], Bulk.typing("n\n"))
      assert.strictEqual(asked.code, 1)
      assert.match(asked.stderr, /Change 35 accounts\?/)
      // The printed line and applying the plan again resume the same run.
      const [, line = ""] = /glowmarkt (runs resume .*)$/m.exec(cut.stderr) ?? []
      const resumed = yield* Bulk.run([...line.split(" "), "--yes"])
      assert.strictEqual(resumed.code, 0, resumed.stderr)
      assert.match(resumed.stdout, /^ *40 {2}changed and verified$/m)
      assert.strictEqual(yield* requests.count("updateAccount"), 40)
      assert.lengthOf(place.ndjson("results/results.ndjson"), 40)
      assert.strictEqual(yield* Bulk.nameOf(members[39]?.accountId ?? ""), `${place.path("x")} 39`)
      const taken = yield* Bulk.run(["apply", plan, "--run", "r1", ...store])
      assert.strictEqual(taken.code, 2)
      assert.match(taken.stderr, /^Run r1 already finished .* Show its saved results with\n.*runs resume r1 /m)
      const again = yield* Bulk.run(["runs", "resume", "r1", "--json", ...store])
      assert.strictEqual(again.code, 0, again.stderr)
      assert.strictEqual(Bulk.last(again)["reused"], true)
      assert.strictEqual(yield* requests.count("updateAccount"), 40)
    })
  )

  it.effect("resuming asks for consent to the remaining deletions, by either command", () =>
    Effect.gen(function* () {
      const { requests } = yield* Simulator.Simulator
      const consent = ["--delete", "--deletions", "25", "--yes"]
      for (const again of ["resume", "apply"]) {
        const { reset } = yield* Simulator.Simulator
        yield* reset
        const place = Bulk.place()
        const { cut, plan } = yield* cutOff(place, 25, { command: "offboard", consent })
        assert.match(cut.stderr, /5 of 25 accounts are done and saved/)
        const store = ["--store", place.path("runs.db")]
        const args = again === "resume" ? ["runs", "resume", "r1", ...store] : ["apply", plan, "--run", "r1", ...store]
        const tooMany = yield* Bulk.run([...args, ...consent])
        assert.strictEqual(tooMany.code, 2)
        assert.match(tooMany.stderr, /This makes 20 accounts inactive, but --deletions is 25/)
        const { code, stderr } = yield* Bulk.run([...args, "--delete"], Bulk.typing("20\n"))
        assert.strictEqual(code, 0, stderr)
        assert.strictEqual(yield* requests.count("deleteAccount"), 25)
      }
    })
  )

  it.effect("a run is not resumed against another server", () =>
    Effect.gen(function* () {
      const place = Bulk.place()
      yield* cutOff(place, 30)
      const environment = { GLOWMARKT_APPLICATION_ID: "b0f1b774-a586-4f72-9edd-27ead8aa7a8d" }
      const args = ["runs", "resume", "r1", "--yes", "--store", place.path("runs.db")]
      const { code, stderr } = yield* Bulk.run(args, { environment })
      assert.strictEqual(code, 2)
      assert.match(stderr, /started with other parameters: the application \(GLOWMARKT_APPLICATION_ID\) was/)
      assert.notMatch(stderr, /Resume (it )?with\n/)
    })
  )

  it.effect("audits are shown and resumed", () =>
    Effect.gen(function* () {
      const { faults } = yield* Simulator.Simulator
      const place = Bulk.place()
      const store = ["--store", place.path("runs.db")]
      yield* faults.set([
        // Some answers first.
        Faults.Script({ on: { operations: ["getAccountStatusById"] }, faults: [Faults.None(), Faults.None()] }),
        Faults.always({ operations: ["getAccountStatusById"] }, Faults.accessDenied)
      ])
      const audit = yield* Bulk.run(["audit", "--run", "a1", "--dormant-days", "90", "--quiet", ...store])
      assert.strictEqual(audit.code, 3)
      assert.match(audit.stderr, /\d+ of 150 accounts are done and saved\. Resume with\n.*audit --run a1 /)
      yield* faults.clear
      const shown = yield* Bulk.run(["runs", "show", "a1", ...store])
      assert.match(shown.stdout, /^dormant .* not updated for more than 90 days$/m)
      const out = place.path("results")
      const resumed = yield* Bulk.run(["runs", "resume", "a1", "--quiet", "--out", out, "--format", "json", ...store])
      assert.strictEqual(resumed.code, 0, resumed.stderr)
      assert.match(resumed.stdout, /^150 accounts audited/)
      assert.strictEqual(JSON.parse(place.read("results/audit.json")).total, 150)
    })
  )

  it.effect("when results cannot be written, the run prints how to write them later", () =>
    Effect.gen(function* () {
      const place = Bulk.place()
      const store = ["--store", place.path("runs.db")]
      const out = place.path("results")
      const args = ["audit", "--run", "a1", "--quiet", "--out", out, "--format", "json", ...store]
      const full = yield* Bulk.run(args, { full: out })
      assert.strictEqual(full.code, 2)
      assert.match(
        full.stderr,
        /results\/\.audit-run: the disk is full.*\nRun a1 is finished and saved\..*\n.*runs resume a1 /
      )
      assert.deepStrictEqual(readdirSync(out), [])
      const [, line = ""] = /glowmarkt (runs resume .*)$/m.exec(full.stderr) ?? []
      const again = yield* Bulk.run(line.split(" "))
      assert.strictEqual(again.code, 0, again.stderr)
      assert.strictEqual(JSON.parse(place.read("results/audit.json")).total, 150)
    })
  )

  it.effect("forget asks before it deletes the run", () =>
    Effect.gen(function* () {
      const place = Bulk.place()
      const store = ["--store", place.path("runs.db")]
      yield* Bulk.run(["audit", "--run", "a1", "--quiet", ...store])
      const piped = yield* Bulk.run(["runs", "forget", "a1", ...store])
      assert.strictEqual(piped.code, 2)
      const no = yield* Bulk.run(["runs", "forget", "a1", ...store], Bulk.typing("n\n"))
      assert.strictEqual(no.code, 1)
      assert.match(no.stderr, /statusAudit[\s\S]*Nothing was deleted/)
      const yes = yield* Bulk.run(["runs", "forget", "a1", ...store], Bulk.typing("y\n"))
      assert.strictEqual(yes.code, 0, yes.stderr)
      const listed = yield* Bulk.run(["runs", "list", "--json", ...store])
      assert.deepStrictEqual(JSON.parse(listed.stdout), [])
      for (const args of [["show"], ["resume"], ["forget", "--yes"]]) {
        const gone = yield* Bulk.run(["runs", ...args, "a1", ...store])
        assert.strictEqual(gone.code, 2)
        assert.match(gone.stderr, /Run "a1" not found/)
      }
    })
  )

  it.effect("reading creates no files and does not touch a file that is not a store", () =>
    Effect.gen(function* () {
      const place = Bulk.place()
      const missing = place.path("runs.db")
      for (const args of [["list"], ["show", "x"], ["resume", "x"], ["forget", "x", "--yes"]]) {
        const { code, stderr } = yield* Bulk.run(["runs", ...args, "--store", missing])
        assert.strictEqual(code, 2)
        assert.match(stderr, /No run store at .*\nPass --store/)
      }
      assert.isFalse(existsSync(missing))
      writeFileSync(missing, "something else entirely, and longer than a page of SQLite has to be")
      const { code, stderr } = yield* Bulk.run(["runs", "list", "--store", missing])
      assert.strictEqual(code, 2)
      assert.match(stderr, /not a run store/)
    })
  )
})
