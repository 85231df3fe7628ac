import { assert, it } from "@effect/vitest"
import { Simulator } from "@effect-glowmarkt/simulator"
import * as Effect from "effect/Effect"
import * as Bulk from "./support/Bulk.js"
import * as Submitted from "./support/Submitted.js"

const timeout = 60_000

const withSimulator = Effect.provide(Simulator.layer({ accounts: 450, seed: 29 }))

Submitted.describeWithPostgres("runs on workers", () => {
  it.scopedLive(
    "an audit by two workers has the same results as a local one",
    () =>
      Effect.gen(function* () {
        const environment = yield* Submitted.environment
        const place = Bulk.place()
        const store = ["--store", place.path("runs.db")]
        const local = yield* Bulk.run(["audit", "--json", "--quiet", "--out", place.path("local"), ...store])
        yield* Effect.all([
          Submitted.worker(environment, "--name", "one", "--rate", "unlimited"),
          Submitted.worker(environment, "--name", "two", "--rate", "unlimited")
        ])
        const workers = yield* Submitted.run(environment, ["runs", "workers", "--json"])
        assert.sameMembers(
          JSON.parse(workers.stdout).map(({ name }: { readonly name: string }) => name),
          ["one", "two"]
        )
        const submitted = yield* Submitted.run(environment, ["audit", "--json", "--out", place.path("shared")])
        assert.strictEqual(submitted.code, 0, submitted.stderr)
        const { counts, errors, total } = Bulk.last(local)
        assert.deepInclude(Bulk.last(submitted), { counts, errors, total })
        assert.strictEqual(place.read("shared/accounts.csv"), place.read("local/accounts.csv"))
        assert.include(submitted.stdout, '"_tag":"RunFinished"')
      }).pipe(withSimulator),
    timeout
  )

  it.scopedLive(
    "after Ctrl-C the workers continue the run, and the command prints how to watch and stop it",
    () =>
      Effect.gen(function* () {
        const environment = yield* Submitted.environment
        const run = (...args: ReadonlyArray<string>) => Submitted.run(environment, args)
        const audit = yield* Submitted.start(environment, ["audit", "--run", "a1"])
        yield* Effect.promise(() => audit.until("stderr", /No worker is running/))
        audit.process.kill("SIGINT")
        const { code, stderr } = yield* Effect.promise(() => audit.ended)
        assert.strictEqual(code, 130)
        assert.match(
          stderr,
          /Interrupted\.\nRun a1 continues without this command\. Watch it with\n {2}(?:npx )?glowmarkt runs watch a1\nStop it with\n {2}(?:npx )?glowmarkt runs stop a1\n$/
        )
        assert.match((yield* run("runs", "list")).stdout, /^a1 +statusAudit .* submitted$/m)

        yield* Submitted.worker(environment, "--rate", "unlimited")
        const watched = yield* run("runs", "watch", "a1")
        assert.strictEqual(watched.code, 0, watched.stderr)
        assert.match(watched.stdout, /^450 accounts audited in /)
        const again = yield* run("runs", "watch", "a1", "--json")
        assert.strictEqual(Bulk.last(again)["reused"], true)
        const taken = yield* run("audit", "--run", "a1")
        assert.strictEqual(taken.code, 2)
        assert.match(taken.stderr, /^Run a1 already finished .*\n {2}.*runs watch a1$/m)
      }).pipe(withSimulator),
    timeout
  )

  it.scopedLive(
    "a run is submitted, stopped, resumed and removed",
    () =>
      Effect.gen(function* () {
        const environment = yield* Submitted.environment
        const run = (...args: ReadonlyArray<string>) => Submitted.run(environment, args)
        const submitted = yield* run("audit", "--run", "a1", "--detach", "--json")
        assert.strictEqual(submitted.code, 0, submitted.stderr)
        assert.deepStrictEqual(JSON.parse(submitted.stdout), { _tag: "Submitted", runId: "a1" })

        const { GLOWMARKT_DATABASE_URL, ...others } = environment
        const shown = yield* Submitted.run({ ...others, GLOWMARKT_DATABASE_URL: "" }, [
          ...["runs", "show", "a1", "--database", GLOWMARKT_DATABASE_URL]
        ])
        assert.match(shown.stderr, /^Watch it with\n {2}.*runs watch a1 --database URL$/m)

        yield* Submitted.worker(environment, "--rate", "20")
        const active = yield* Effect.repeat(run("runs", "show", "a1", "--json"), {
          until: ({ stdout }) => JSON.parse(stdout).recorded > 0
        })
        assert.strictEqual(JSON.parse(active.stdout).state, "working")
        const refused = yield* run("runs", "forget", "a1", "--yes")
        assert.strictEqual(refused.code, 2)
        assert.match(refused.stderr, /still in progress\. Stop it first/)

        const stopped = yield* run("runs", "stop", "a1")
        assert.strictEqual(stopped.stdout, "Run a1 is stopped.\n")
        assert.match(stopped.stderr, /^Resume it with\n {2}.*runs resume a1$/m)
        const watched = yield* run("runs", "watch", "a1")
        assert.strictEqual(watched.code, 130)
        assert.match(watched.stderr, /was stopped\. .*\nResume it with\n {2}.*runs resume a1$/m)

        const resumed = yield* run("runs", "resume", "a1", "--detach")
        assert.strictEqual(resumed.code, 0, resumed.stderr)
        assert.match((yield* run("runs", "show", "a1")).stdout, /^State +(submitted|working), \d+ done$/m)
        yield* run("runs", "stop", "a1")
        assert.strictEqual((yield* run("runs", "forget", "a1", "--yes")).stdout, "Deleted run a1.\n")
        assert.deepStrictEqual(JSON.parse((yield* run("runs", "list", "--json")).stdout), [])
        for (const word of ["watch", "stop", "resume", "show"]) {
          const gone = yield* run("runs", word, "a1")
          assert.strictEqual(gone.code, 2)
          assert.match(gone.stderr, /Run "a1" not found/)
        }
      }).pipe(withSimulator),
    timeout
  )

  it.scopedLive(
    "a plan is submitted only with consent, applied by a worker, and undone",
    () =>
      Effect.gen(function* () {
        const environment = yield* Submitted.environment
        const { requests } = yield* Simulator.Simulator
        const place = Bulk.place()
        // The undo cannot restore a name that an account did not have.
        const members = yield* Effect.filter((yield* Bulk.members).slice(0, 40), ({ accountId }) =>
          Effect.map(Bulk.nameOf(accountId), (name) => typeof name === "string")
        )
        const count = members.length
        const eighth = members[7]?.accountId ?? ""
        const before = yield* Bulk.nameOf(eighth)
        const input = place.write(
          "names.csv",
          Bulk.csv(
            "accountId,name",
            members.map(({ accountId }, i) => [accountId, `New ${i}`])
          )
        )
        const plan = place.path("plan.ndjson")
        const planned = yield* Bulk.run(["plan", "rename", input, "--out", plan])
        assert.strictEqual(planned.code, 0, planned.stderr)
        const apply = ["apply", plan, "--run", "r1", "--out", place.path("results")]

        assert.strictEqual((yield* Submitted.run(environment, apply)).code, 2)
        const declined = yield* Submitted.run(environment, apply, Bulk.typing("n\n"))
        assert.strictEqual(declined.code, 1)
        assert.match(declined.stderr, new RegExp(`Change ${count} accounts\\?`))
        assert.deepStrictEqual(JSON.parse((yield* Submitted.run(environment, ["runs", "list", "--json"])).stdout), [])

        yield* Submitted.worker(environment, "--rate", "unlimited")
        const applied = yield* Submitted.run(environment, apply, Bulk.typing("y\n"))
        assert.strictEqual(applied.code, 0, applied.stderr)
        assert.match(applied.stdout, new RegExp(`^ *${count} {2}changed and verified$`, "m"))
        assert.lengthOf(place.ndjson("results/results.ndjson"), count)
        assert.strictEqual(yield* requests.count("updateAccount"), count)
        assert.strictEqual(yield* Bulk.nameOf(eighth), "New 7")

        yield* Submitted.run(environment, ["plan", "undo", "r1", "--out", place.path("undo.ndjson")])
        const undone = yield* Submitted.run(environment, ["apply", place.path("undo.ndjson"), "--yes"])
        assert.strictEqual(undone.code, 0, undone.stderr)
        assert.strictEqual(yield* Bulk.nameOf(eighth), before)
      }).pipe(withSimulator),
    timeout
  )

  it.scopedLive(
    "passwords can only be rotated on one machine",
    () =>
      Effect.gen(function* () {
        const environment = yield* Submitted.environment
        const place = Bulk.place()
        const [member] = yield* Bulk.members
        assert(member !== undefined)
        const input = place.write("users.csv", Bulk.csv("username,password", [[member.username, "env:OLD_PASSWORD"]]))
        const plan = place.path("plan.ndjson")
        const planned = yield* Bulk.run(
          ["plan", "passwords", input, "--passwords", place.path("new.txt"), "--out", plan],
          { environment: { OLD_PASSWORD: member.password } }
        )
        assert.strictEqual(planned.code, 0, planned.stderr)
        const { code, stderr } = yield* Submitted.run(environment, ["apply", plan, "--yes"])
        assert.strictEqual(code, 2)
        assert.match(
          stderr,
          /rotatePasswords plan can only be applied on a single machine: applying it writes the new passwords to a file/
        )
      }).pipe(withSimulator),
    timeout
  )
})
