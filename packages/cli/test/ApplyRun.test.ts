import { readdirSync } from "node:fs"
import { assert, layer } from "@effect/vitest"
import { Faults, Simulator } from "@effect-glowmarkt/simulator"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Bulk from "./support/Bulk.js"
import * as Captured from "./support/Captured.js"
import * as Spawned from "./support/Spawned.js"

const number = 60

/** A plan for this many renames, in its own directory. */
const planned = (members: ReadonlyArray<{ readonly accountId: string }>, prefix: string) =>
  Effect.gen(function* () {
    const place = Bulk.place()
    const rows = members.map(({ accountId }, i) => [accountId, `${prefix} ${i}`])
    const file = place.write("names.csv", Bulk.csv("accountId,name", rows))
    const { code, stderr } = yield* Bulk.run(["plan", "rename", file, "--out", place.path("plan.ndjson")])
    assert.strictEqual(code, 0, stderr)
    return place
  })

const spawned = (args: ReadonlyArray<string>, cwd: string, env: Record<string, string>) =>
  Effect.promise(() => Spawned.start(args, { cwd, env }).ended)

const keptIn = (stderr: string) => Number(/(\d+) of 60 accounts are done and saved/.exec(stderr)?.[1])

const runIdIn = (stderr: string) => /runs resume (\S+)/.exec(stderr)?.[1] ?? ""

const slowly = Faults.always({ operations: ["updateAccount"] }, Faults.Latency({ duration: Duration.millis(100) }))

const until = (count: number) =>
  Effect.flatMap(Simulator.Simulator, ({ requests }) =>
    Effect.repeat(requests.count("updateAccount"), {
      until: (sent) => sent >= count,
      schedule: Schedule.spaced(Duration.millis(20))
    })
  )

type Case = readonly [code: number, line: string, env: Record<string, string>]

/** Runs the command in this process, as if started in that directory. */
const here = (line: string, place: Bulk.Place, env: Record<string, string>) =>
  Captured.run(
    line.split(" ").map((word) => (/\.(csv|ndjson)$/.test(word) ? place.path(word) : word)),
    { environment: { ...env, XDG_STATE_HOME: place.path(".local/state") } }
  )

/**
 * Runs commands one after the other. Only the first with each exit code is a separate process,
 * because a process takes a second to start.
 */
const endWith = (place: Bulk.Place, cases: ReadonlyArray<Case>) =>
  Effect.gen(function* () {
    const seen = new Set<number>()
    for (const [code, line, env] of cases) {
      const ended = yield* seen.has(code) ? here(line, place, env) : spawned(line.split(" "), place.path("."), env)
      seen.add(code)
      assert.strictEqual(ended.code, code, `${line}: ${ended.stderr}`)
      assert.notMatch(ended.stderr, /^ +at /m)
    }
  })

const callers = Effect.map(Captured.environments, ({ base, orgAppKeys }) => ({
  base,
  orgAppKeys,
  wrong: { ...orgAppKeys, GLOWMARKT_ORG_SECRET: "wrong" },
  nowhere: { ...orgAppKeys, GLOWMARKT_BASE_URL: "http://127.0.0.1:1/api/v0-1" }
}))

/** A valid file, an invalid one, and one for an account that does not exist. */
const coded = Effect.gen(function* () {
  const members = (yield* Bulk.members).slice(number, number + 1)
  const place = yield* planned(members, "Coded")
  const rows = (accountId: string) => Bulk.csv("accountId,name", [[accountId, "Coded"]])
  place.write("good.csv", rows(members[0]?.accountId ?? ""))
  place.write("unknown.csv", rows("ffffffff-0000-4000-8000-000000000000"))
  place.write("bad.csv", rows("../x"))
  return { members, place }
})

// A process takes a second to start, and longer on a busy machine.
const patient = 120_000

layer(Simulator.layer({ accounts: 150, seed: 24 }), { excludeTestServices: true })("ApplyRun", (it) => {
  it.effect(
    "apply: Ctrl-C exits with 130 and prints the command that continues the run",
    () =>
      Effect.gen(function* () {
        const { orgAppKeys } = yield* Captured.environments
        const { faults, requests, state } = yield* Simulator.Simulator
        const members = (yield* Bulk.members).slice(0, number)
        const place = yield* planned(members, "Flat")
        yield* faults.set([slowly])
        const args = ["apply", "plan.ndjson", "--yes", "--concurrency", "4", "--out", "results of today"]
        const apply = Spawned.start(args, { cwd: place.path("."), env: orgAppKeys })
        yield* until(20)
        const pressed = performance.now()
        apply.process.kill("SIGINT")
        const interrupted = yield* Effect.promise(() => apply.ended)
        assert.isBelow(performance.now() - pressed, 5000)
        assert.strictEqual(interrupted.code, 130, interrupted.stderr)
        const kept = keptIn(interrupted.stderr)
        assert.isAtLeast(kept, 16, interrupted.stderr)
        assert.isBelow(kept, number)
        // Again: a resumed run can be interrupted, too.
        const sent = yield* requests.count("updateAccount")
        const again = Spawned.start(["runs", "resume", runIdIn(interrupted.stderr), "--yes", "--concurrency", "4"], {
          cwd: place.path("."),
          env: orgAppKeys
        })
        yield* until(sent + 6)
        again.process.kill("SIGINT")
        const interruptedAgain = yield* Effect.promise(() => again.ended)
        assert.strictEqual(interruptedAgain.code, 130, interruptedAgain.stderr)
        assert.isAbove(keptIn(interruptedAgain.stderr), kept)
        yield* faults.clear

        // A shell runs the printed line. It asks for consent to the remaining changes.
        const line = /^ {2}glowmarkt (runs resume .*)$/m.exec(interrupted.stderr)?.[1] ?? ""
        const asked = yield* spawned(line.replaceAll("'", "").split(" "), place.path("."), orgAppKeys)
        assert.strictEqual(asked.code, 2)
        const resumed = yield* Effect.promise(
          () =>
            Spawned.start(["-c", `exec "$NODE" "$BIN" ${line} --yes`], {
              program: "/bin/sh",
              cwd: place.path("."),
              env: { ...orgAppKeys, NODE: process.execPath, BIN: Spawned.bin }
            }).ended
        )
        assert.strictEqual(resumed.code, 0, resumed.stderr)
        assert.lengthOf(place.ndjson("results of today/results.ndjson"), number)
        const writes = (yield* state.writes).filter(({ operation }) => operation === "updateAccount")
        assert.lengthOf(writes, number)
        assert.isTrue(writes.every(({ times }) => times === 1))
        // Only requests in flight were sent again, and only if the change had not been made.
        assert.isAtMost(yield* requests.count("updateAccount"), number + 8)
      }),
    patient
  )

  it.effect(
    "plan: Ctrl-C exits with 130 and leaves no plan file",
    () =>
      Effect.gen(function* () {
        const { orgAppKeys } = yield* Captured.environments
        const { faults, requests } = yield* Simulator.Simulator
        const place = yield* planned((yield* Bulk.members).slice(0, number), "Unplanned")
        const read = { operations: ["getAccountById"] } as const
        yield* faults.set([Faults.always(read, Faults.Latency({ duration: Duration.millis(200) }))])
        const before = yield* requests.count("getAccountById")
        const args = ["plan", "rename", "names.csv", "--out", "other.ndjson", "--concurrency", "2"]
        const plan = Spawned.start(args, { cwd: place.path("."), env: orgAppKeys })
        yield* Effect.repeat(requests.count("getAccountById"), {
          until: (sent) => sent > before,
          schedule: Schedule.spaced(Duration.millis(20))
        })
        plan.process.kill("SIGINT")
        const { code, stderr } = yield* Effect.promise(() => plan.ended)
        yield* faults.clear
        assert.strictEqual(code, 130, stderr)
        assert.match(stderr, /Interrupted\. Nothing was changed and no plan was written\./)
        assert.deepStrictEqual(readdirSync(place.path(".")).sort(), ["names.csv", "plan.ndjson"])
      }),
    patient
  )

  it.effect(
    "a store in use is reported with the other process and its run",
    () =>
      Effect.gen(function* () {
        const { orgAppKeys } = yield* Captured.environments
        const { faults, requests } = yield* Simulator.Simulator
        const place = yield* planned((yield* Bulk.members).slice(0, number), "Held")
        yield* faults.set([slowly])
        const before = yield* requests.count("updateAccount")
        const args = ["apply", "plan.ndjson", "--yes", "--run", "first", "--concurrency", "1", "--quiet"]
        const first = Spawned.start(args, { cwd: place.path("."), env: orgAppKeys })
        yield* until(before + 2)
        // This process is not the one that holds the store.
        const second = yield* here("audit --quiet", place, orgAppKeys)
        assert.strictEqual(second.code, 2)
        assert.include(second.stderr, `another process is using it`)
        assert.include(second.stderr, `process ${first.process.pid}, with run first`)
        const shown = yield* here("runs show first --json", place, orgAppKeys)
        assert.strictEqual(shown.code, 0, shown.stderr)
        assert.strictEqual(JSON.parse(shown.stdout).total, number)
        // A second Ctrl-C exits at once and still keeps finished work.
        first.process.kill("SIGINT")
        first.process.kill("SIGINT")
        // The signal may end the process before it exits by itself, which a shell also reports as
        // 130.
        assert.include([130, null], (yield* Effect.promise(() => first.ended)).code)
        yield* faults.clear
        const rest = yield* here("runs resume first --yes", place, orgAppKeys)
        assert.strictEqual(rest.code, 0, rest.stderr)
      }),
    patient
  )

  it.effect(
    "exit codes of plan",
    () =>
      Effect.gen(function* () {
        const { base, nowhere, orgAppKeys, wrong } = yield* callers
        const { members, place } = yield* coded
        yield* endWith(place, [
          [0, "plan rename good.csv --out ours.ndjson", orgAppKeys],
          [1, "plan rename unknown.csv", orgAppKeys],
          [1, "plan rename bad.csv --skip-invalid", orgAppKeys],
          [2, "plan rename bad.csv", orgAppKeys],
          [2, "plan rename none.csv", orgAppKeys],
          [2, "plan rename good.csv", base],
          [3, "plan rename good.csv", wrong],
          [4, "plan rename good.csv", nowhere]
        ])
        assert.lengthOf(place.ndjson("ours.ndjson"), 1 + members.length)
      }),
    patient
  )

  it.effect(
    "exit codes of apply and runs",
    () =>
      Effect.gen(function* () {
        const { nowhere, orgAppKeys, wrong } = yield* callers
        const { place } = yield* coded
        const out = ["--out", place.path("unknown.ndjson")]
        assert.strictEqual((yield* Bulk.run(["plan", "rename", place.path("unknown.csv"), ...out])).code, 1)
        yield* endWith(place, [
          [2, "runs list", orgAppKeys],
          [2, "apply good.csv --yes", orgAppKeys],
          [2, "apply plan.ndjson", orgAppKeys],
          [3, "apply plan.ndjson --yes --run refused", wrong],
          [4, "apply plan.ndjson --yes", nowhere],
          [0, "apply plan.ndjson --yes --run done", orgAppKeys],
          [1, "apply unknown.ndjson --yes --run failed", orgAppKeys],
          [0, "runs list", orgAppKeys],
          [0, "runs show done", orgAppKeys],
          [0, "runs resume done", orgAppKeys],
          [1, "runs resume failed", orgAppKeys],
          [2, "runs resume none", orgAppKeys],
          [2, "runs forget done", orgAppKeys],
          [0, "runs forget done --yes", orgAppKeys]
        ])
      }),
    patient
  )
})
