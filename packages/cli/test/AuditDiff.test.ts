import { assert, layer } from "@effect/vitest"
import { Faults, Simulator } from "@effect-glowmarkt/simulator"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Bulk from "./support/Bulk.js"
import * as Spawned from "./support/Spawned.js"

layer(Simulator.layer({ accounts: 60, seed: 25 }), { excludeTestServices: true })("glowmarkt audit-diff", (it) => {
  const audited = (place: Bulk.Place, run: string, ...args: ReadonlyArray<string>) =>
    Effect.map(
      Bulk.run([
        ...["audit", "--run", run, "--quiet", "--out", place.path(run), "--format", "ndjson"],
        ...["--store", place.path("runs.db"), ...args]
      ]),
      ({ code, stderr }) => assert.strictEqual(code, 0, stderr)
    )

  it.effect("prints the changes between runs or files and exits with 1", () =>
    Effect.gen(function* () {
      const { population, state } = yield* Simulator.Simulator
      const place = Bulk.place()
      const [renamed, gone] = yield* Bulk.members
      assert(renamed !== undefined && gone !== undefined)
      yield* audited(place, "march")
      yield* state.rename(renamed.accountId, { operation: "updateAccount", name: "Renamed \u001b[2J" })
      yield* state.deactivate(gone.accountId)
      const newcomer = Option.getOrThrow(population.newcomer(0))
      const { accountId } = Option.getOrThrow(yield* state.add(newcomer))
      yield* audited(place, "april")

      const store = ["--store", place.path("runs.db")]
      const runs = yield* Bulk.run(["audit-diff", "march", "april", ...store])
      assert.strictEqual(runs.code, 1)
      assert.match(runs.stdout, new RegExp(`^changed {3}${renamed.accountId}  name: ".*" -> "Renamed .*"$`, "m"))
      assert.match(runs.stdout, new RegExp(`^changed {3}${gone.accountId}  findings: .* -> .*inactive`, "m"))
      assert.match(runs.stdout, new RegExp(`^appeared {2}${accountId}  `, "m"))
      assert.match(
        runs.stderr,
        /^The audits differ: 1 account appeared, 1 with changed findings, 2 with changed fields\.$/m
      )
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the output must not contain them
      assert.notMatch(runs.stdout, /[\u0000-\u0009\u000b-\u001f]/)

      const files = yield* Bulk.run(["audit-diff", place.path("march"), place.path("april/accounts.ndjson")])
      assert.deepStrictEqual(files, runs)
      const mixed = yield* Bulk.run(["audit-diff", place.path("march"), "april", ...store])
      assert.deepStrictEqual(mixed, runs)
      const back = yield* Bulk.run(["audit-diff", "april", "march", "--json", ...store])
      assert.deepInclude(Bulk.last(back), { _tag: "Summary", appeared: 0, vanished: 1 })
      assert.strictEqual(JSON.parse(back.stdout.split("\n")[0] ?? "")._tag, "FieldChanged")

      const same = yield* Bulk.run(["audit-diff", "april", "april", ...store])
      assert.deepStrictEqual(same, { code: 0, stdout: "", stderr: "The audits are the same.\n" })
      const spawned = yield* Effect.promise(() => Spawned.start(["audit-diff", "march", "april", ...store]).ended)
      assert.strictEqual(spawned.code, 1, spawned.stderr)
      assert.strictEqual(spawned.stdout, runs.stdout)
    })
  )

  it.effect("reads named pipes, and exits with 130 when interrupted", () =>
    Effect.gen(function* () {
      const place = Bulk.place()
      yield* audited(place, "all")
      const env = { NODE: process.execPath, BIN: Spawned.bin }
      const bash = (script: string) =>
        Effect.promise(() => Spawned.start(["-c", script], { program: "/bin/bash", env, cwd: place.path(".") }).ended)
      const same = yield* bash('"$NODE" "$BIN" audit-diff <(cat all/accounts.ndjson) <(cat all/accounts.ndjson)')
      assert.deepStrictEqual(same, { code: 0, stdout: "", stderr: "The audits are the same.\n" })
      const silent = yield* bash(
        'mkfifo silent; exec 3<>silent; timeout --preserve-status -s TERM -k 20 2 "$NODE" "$BIN" audit-diff silent silent'
      )
      assert.strictEqual(silent.code, 130, silent.stderr)
    })
  )

  it.effect("refuses audits that cannot be compared, with exit code 2", () =>
    Effect.gen(function* () {
      const place = Bulk.place()
      const [one] = yield* Bulk.members
      assert(one !== undefined)
      yield* audited(place, "all")
      yield* audited(place, "some", "--only", one.accountId)
      place.write("broken.ndjson", '{"accountId":7}\n')
      const cut = place.read("all/accounts.ndjson").slice(0, -9)
      const [cut1, cut2] = [place.write("cut-1.ndjson", cut), place.write("cut-2.ndjson", cut)]
      const store = ["--store", place.path("runs.db")]
      const { faults } = yield* Simulator.Simulator
      const status = { operations: ["getAccountStatusById"] } as const
      yield* faults.set([
        Faults.Script({ on: status, faults: [Faults.None(), Faults.None()] }),
        Faults.always(status, Faults.accessDenied)
      ])
      const half = yield* Bulk.run(["audit", "--run", "half", "--quiet", ...store])
      yield* faults.clear
      assert.strictEqual(half.code, 3, half.stderr)
      const cases: ReadonlyArray<readonly [args: ReadonlyArray<string>, says: RegExp]> = [
        [["all", "some"], /cannot be compared: only is not set in the first/],
        [["all", "half"], /Run "half" is not finished/],
        [[place.path("all"), "half"], /Run "half" is not finished/],
        [["all", "none"], /Run "none" not found/],
        [["all", "../x"], /"\.\.\/x" is neither a file nor a run id/],
        [[place.path("all"), place.path("broken.ndjson")], /broken\.ndjson, line 1: not an audit row/],
        [[cut1, cut2], /cut-1\.ndjson, line 6\d: not an audit row/],
        [[place.path("broken.ndjson"), place.path("broken.ndjson")], /broken\.ndjson, line 1: not an audit row/],
        [[place.path("all"), place.path(".")], /accounts\.ndjson: no such file/]
      ]
      for (const [args, says] of cases) {
        const { code, stderr } = yield* Bulk.run(["audit-diff", ...args, ...store])
        assert.strictEqual(code, 2, stderr)
        assert.match(stderr, says)
      }
    })
  )
})
