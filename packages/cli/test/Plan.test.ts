import { chmodSync, mkdirSync, readdirSync, statSync } from "node:fs"
import { assert, layer } from "@effect/vitest"
import { Simulator } from "@effect-glowmarkt/simulator"
import * as Effect from "effect/Effect"
import * as Bulk from "./support/Bulk.js"
import * as Captured from "./support/Captured.js"
import * as Spawned from "./support/Spawned.js"

const isChange = ({ intent }: Record<string, unknown>) =>
  typeof intent === "object" && intent !== null && "_tag" in intent && intent._tag === "Change"

layer(Simulator.layer({ accounts: 80, seed: 21 }), { excludeTestServices: true })("glowmarkt plan", (it) => {
  it.effect("reads a spreadsheet's CSV from standard input and writes one plan, readable only by its owner", () =>
    Effect.gen(function* () {
      const { requests } = yield* Simulator.Simulator
      const [first, second] = yield* Bulk.members
      assert(first !== undefined && second !== undefined)
      const place = Bulk.place()
      const text = `\ufeffName;Account ID;note\r\n"Flat ""1""";${first.accountId};x\r\n\r\nFlat 2;${second.accountId};y\r\n`
      const { code, stderr, stdout } = yield* Bulk.run(["plan", "rename", "-", "--out", place.path("plan.ndjson")], {
        input: { kind: "text", text: Buffer.from(text, "utf16le") },
        columns: 100
      })
      assert.strictEqual(code, 0, stderr)
      assert.match(stdout, /^ +2 {2}change$/m)
      assert.match(stdout, /^ +4 {2}[-0-9a-f]+ {2}set name to "Flat 2" \(was .*$/m)
      assert.match(
        stderr,
        /Wrote .*plan\.ndjson\. Nothing has been changed yet.*\n {2}(npx )?glowmarkt apply .*plan\.ndjson\n$/
      )
      assert.strictEqual(statSync(place.path("plan.ndjson")).mode & 0o777, 0o600)
      const [header, ...entries] = place.ndjson("plan.ndjson")
      assert.deepInclude(header, { flow: "renameAccounts", counts: { change: 2, nothing: 0, skip: 0, invalid: 0 } })
      assert.deepStrictEqual(
        entries.map(({ line }) => line),
        [2, 4]
      )
      assert.strictEqual(yield* requests.count("updateAccount"), 0)
    })
  )

  it.effect("does not overwrite its input or another run's results", () =>
    Effect.gen(function* () {
      const [first] = yield* Bulk.members
      assert(first !== undefined)
      const place = Bulk.place()
      const text = Bulk.csv("accountId,name", [[first.accountId, "Flat 1"]])
      const input = place.write("names.csv", text)
      const plan = yield* Bulk.run(["plan", "rename", input, "--out", input])
      assert.strictEqual(plan.code, 2)
      assert.match(plan.stderr, /names\.csv would overwrite .*names\.csv, which this command reads/)
      assert.strictEqual(place.read("names.csv"), text)

      const audit = (...args: ReadonlyArray<string>) =>
        Bulk.run(["audit", "--quiet", "--store", place.path("runs.db"), "--out", place.path("audit"), ...args])
      assert.strictEqual((yield* audit()).code, 0)
      const before = place.read("audit/accounts.ndjson")
      const sample = yield* audit("--sample", "3", "--format", "csv")
      assert.strictEqual(sample.code, 2)
      assert.match(sample.stderr, /has the results of run statusAudit-.*--force/s)
      assert.strictEqual(place.read("audit/accounts.ndjson"), before)
      assert.strictEqual((yield* audit("--sample", "3", "--force")).code, 0)
      assert.lengthOf(place.ndjson("audit/accounts.ndjson"), 3)
    })
  )

  it.effect("reports every problem of a file and sends no requests", () =>
    Effect.gen(function* () {
      const { requests } = yield* Simulator.Simulator
      const before = yield* requests.count("getAccountById")
      const place = Bulk.place()
      const bad = Array.from({ length: 57 }, (_, i) => ["../etc", `Flat ${i}`])
      const file = place.write("names.csv", Bulk.csv("accountId,name", bad))
      const { code, stderr, stdout } = yield* Bulk.run(["plan", "rename", file, "--out", place.path("plan.ndjson")])
      assert.strictEqual(code, 2)
      assert.strictEqual(stdout, "")
      const lines = stderr.trimEnd().split("\n")
      assert.strictEqual(lines[0], "The CSV has 57 problems. Nothing was sent.")
      assert.match(lines[1] ?? "", /^line 2: accountId "\.\.\/etc" .*; enter an account id$/)
      assert.lengthOf(lines, 22)
      assert.strictEqual(lines[21], "and 37 more")
      assert.throws(() => statSync(place.path("plan.ndjson")), /ENOENT/)
      assert.strictEqual(yield* requests.count("getAccountById"), before)
    })
  )

  it.effect("writes to a FIFO, and appends where the shell appends", () =>
    Effect.gen(function* () {
      const { orgAppKeys } = yield* Captured.environments
      const [first] = yield* Bulk.members
      assert(first !== undefined)
      const place = Bulk.place()
      place.write("names.csv", Bulk.csv("accountId,name", [[first.accountId, "Flat 1"]]))
      place.write("log", "before\n")
      const script = `mkfifo fifo; cat fifo > copy & "$NODE" "$BIN" plan rename names.csv --out fifo && wait $! &&
        "$NODE" "$BIN" plan rename names.csv --out /dev/stdout >> log`
      const env = { ...orgAppKeys, NODE: process.execPath, BIN: Spawned.bin }
      const { code, stderr } = yield* Effect.promise(
        () => Spawned.start(["-c", script], { program: "/bin/bash", env, cwd: place.path(".") }).ended
      )
      assert.strictEqual(code, 0, stderr)
      const [header] = place.ndjson("copy")
      assert.deepInclude(header, { flow: "renameAccounts" })
      assert.isTrue(statSync(place.path("fifo")).isFIFO())
      const log = place.read("log")
      assert.match(log, /^before\n/)
      assert.include(log, '"flow":"renameAccounts"')
    })
  )

  it.effect("refuses binary input and spreadsheet leftovers, with exit code 2 and the line", () =>
    Effect.gen(function* () {
      const { requests } = yield* Simulator.Simulator
      const before = yield* requests.count("getAccounts")
      const place = Bulk.place()
      const id = "ffe4f42e-7c1a-4ea3-9ec8-087d4a1071e6"
      const cases: ReadonlyArray<readonly [flow: string, content: string | Uint8Array, says: RegExp]> = [
        ["rename", Buffer.alloc(8_000_000), /line 1: the file contains NUL characters, so it is not text/],
        ["rename", Buffer.from(`accountId,name\n${id},Si\u00e2n\n`, "latin1"), /UTF-8/],
        ["rename", `accountId,name\n${id},"Ann\n`.padEnd(2_000_000, "x"), /look for an unclosed quote/],
        ["rename", `accountId,name\nffe4\u200b,Ann\n`, /line 2: .*"ffe4\\u200b"/],
        ["rename", `accountId,name\n${id},#REF!\n`, /line 2: .*"#REF!"/],
        ["onboard", "username,directoryId\na\u00ad@b.example,d\n", /username "a\\u00ad@.*invisible character U\+00AD/],
        ["onboard", "username,directoryId\nmailto:a@b.example,d\n", /username "mailto:/],
        ["correct", "username,password,email\na,env:P,a@b\u2060.example\n", /email "a@b\\u2060.*invisible/],
        ["correct", 'username,password,email\na,env:P,"a@b.example,"\n', /email "a@b\.example,"/]
      ]
      for (const [flow, content, says] of cases) {
        const file = place.write("input.csv", content)
        const { code, stderr, stdout } = yield* Bulk.run(["plan", flow, file, "--out", place.path("plan.ndjson")])
        assert.deepStrictEqual([code, stdout], [2, ""], stderr)
        assert.match(stderr, says)
      }
      assert.deepStrictEqual(readdirSync(place.path(".")), ["input.csv"])
      assert.strictEqual(yield* requests.count("getAccounts"), before)
    })
  )

  it.effect("reads CSV from Excel and similar programs, including a sep= line", () =>
    Effect.gen(function* () {
      const [first] = yield* Bulk.members
      assert(first !== undefined)
      const place = Bulk.place()
      for (const text of [
        `sep=|\r\naccountId|name\r\n${first.accountId}|Si\u00e2n\r\n`,
        `\ufeff"sep=;"\naccountId;name\n${first.accountId};Si\u00e2n\n`,
        `sep=;;\naccountId;name;\n${first.accountId};Si\u00e2n;\n`
      ]) {
        const file = place.write("names.csv", text)
        const { code, stderr, stdout } = yield* Bulk.run(["plan", "rename", file])
        assert.strictEqual(code, 0, stderr)
        assert.include(stdout, 'to "Si\u00e2n"')
      }
    })
  )

  it.effect("skips accounts of another application, and refuses an invalid application id", () =>
    Effect.gen(function* () {
      const [first] = yield* Bulk.members
      assert(first !== undefined)
      const place = Bulk.place()
      const file = place.write("names.csv", Bulk.csv("accountId,name", [[first.accountId, "Elsewhere"]]))
      const { appKeys } = yield* Captured.environments
      const plan = (GLOWMARKT_APPLICATION_ID: string) =>
        Bulk.run(["plan", "rename", file, "--auth", "appKeys", "--out", place.path("plan.ndjson")], {
          environment: { ...appKeys, GLOWMARKT_APPLICATION_ID }
        })
      const other = yield* plan("00000000-ab62-491c-8085-9ac2b6206346")
      assert.strictEqual(other.code, 1, other.stderr)
      assert.match(other.stdout, /SKIPPED\nline 2: .*, not 00000000-ab62/)
      assert.lengthOf(place.ndjson("plan.ndjson").filter(isChange), 0)
      const slip = yield* plan("another")
      assert.strictEqual(slip.code, 2)
      assert.include(slip.stderr, `"another" is not an application id`)
    })
  )

  it.effect("passwords: refuses their own source file and files that others can read", () =>
    Effect.gen(function* () {
      const [first] = yield* Bulk.members
      assert(first !== undefined)
      const place = Bulk.place()
      const known = place.write("known", `${first.username}=${first.password}\n`)
      const file = place.write(
        "users.csv",
        Bulk.csv("username,password", [[first.username, `file:${known}#${first.username}`]])
      )
      const exposed = place.write("exposed", "")
      chmodSync(exposed, 0o644)
      for (const [passwords, says] of [
        [known, /the current passwords are read from this file/],
        [exposed, /chmod 600 .*exposed/]
      ] as const) {
        const { code, stderr } = yield* Bulk.run(["plan", "passwords", file, "--passwords", passwords])
        assert.strictEqual(code, 2, stderr)
        assert.match(stderr, says)
      }
      assert.strictEqual(place.read("known"), `${first.username}=${first.password}\n`)
    })
  )

  it.effect("--skip-invalid plans the valid rows, reports the others, and exits with 1", () =>
    Effect.gen(function* () {
      const [first] = yield* Bulk.members
      assert(first !== undefined)
      const place = Bulk.place()
      const file = place.write(
        "names.csv",
        Bulk.csv("accountId,name", [
          [first.accountId, "Flat 1"],
          ["../etc", "Flat 2"],
          ["ffffffff-0000-4000-8000-000000000000", "Flat 3"]
        ])
      )
      const args = ["plan", "rename", file, "--skip-invalid", "--out", place.path("plan.ndjson")]
      const { code, stderr, stdout } = yield* Bulk.run(args)
      assert.strictEqual(code, 1, stderr)
      assert.match(stdout, /^ +1 {2}change$[\s\S]*^ +1 {2}skip$[\s\S]*^ +1 {2}invalid, left out$/m)
      assert.match(stdout, /SKIPPED\nline 4: ffffffff-0000.* has no account .*\n/)
      assert.match(stdout, /INVALID\nline 3: accountId "\.\.\/etc"/)
      assert.match(stderr, /skips 1 row and leaves out 1 invalid row/)
      assert.lengthOf(place.ndjson("plan.ndjson").filter(isChange), 1)

      const told = yield* Bulk.run([...args, "--json"])
      const summary = Bulk.last(told)
      assert.deepInclude(summary, { _tag: "Summary", flow: "renameAccounts" })
      assert.deepInclude(summary.invalid[0], { line: 3 })
      assert.match(told.stdout, /^\{.*"_tag":"RunStarted".*\n/)
    })
  )

  it.effect("checks the credentials while planning", () =>
    Effect.gen(function* () {
      const [first] = yield* Bulk.members
      assert(first !== undefined)
      const place = Bulk.place()
      const file = place.write("names.csv", Bulk.csv("accountId,name", [[first.accountId, "Flat 1"]]))
      const refused = yield* Bulk.run(["plan", "rename", file], { environment: { GLOWMARKT_ORG_SECRET: "wrong" } })
      assert.strictEqual(refused.code, 3)
      const nowhere = yield* Bulk.run(["plan", "rename", file], {
        environment: { GLOWMARKT_BASE_URL: "http://127.0.0.1:1/api/v0-1" }
      })
      assert.strictEqual(nowhere.code, 4)
      const none = yield* Bulk.run(["plan", "rename", file], { environment: { GLOWMARKT_ORG_SECRET: "" } })
      assert.strictEqual(none.code, 2)
    })
  )

  it.effect("reports and skips users whose password is wrong", () =>
    Effect.gen(function* () {
      const [first, second] = yield* Bulk.members
      assert(first !== undefined && second !== undefined)
      const place = Bulk.place()
      const file = place.write(
        "users.csv",
        Bulk.csv("username,password,email", [
          [first.username, "env:RIGHT", "a@new.example"],
          [second.username, "env:WRONG", "b@new.example"]
        ])
      )
      const { code, stderr, stdout } = yield* Bulk.run(["plan", "correct", file, "--out", place.path("plan.ndjson")], {
        environment: { RIGHT: first.password, WRONG: "not-the-password" }
      })
      assert.strictEqual(code, 1, stderr)
      assert.match(stdout, /^ +1 {2}change$/m)
      assert.match(stdout, /SKIPPED\nline 3: /)
      assert.notInclude(stdout + stderr + place.read("plan.ndjson"), first.password)
      assert.notInclude(stdout + stderr + place.read("plan.ndjson"), "not-the-password")
    })
  )

  it.effect("does not print a secret given in place of a reference", () =>
    Effect.gen(function* () {
      const place = Bulk.place()
      const file = place.write("users.csv", Bulk.csv("username,password", [["scotty", "Hunter2-hunter2"]]))
      const { code, stderr } = yield* Bulk.run(["plan", "passwords", file, "--passwords", place.path("new.txt")])
      assert.strictEqual(code, 2)
      assert.match(stderr, /line 2: password is not valid; enter a reference to the current password/)
      assert.notInclude(stderr, "Hunter2")
    })
  )

  it.effect("checks the plan's destination before any request", () =>
    Effect.gen(function* () {
      const place = Bulk.place()
      const file = place.write("names.csv", "accountId,name\n")
      const nowhere = yield* Bulk.run(["plan", "rename", file, "--out", place.path("no/such/plan.ndjson")])
      assert.strictEqual(nowhere.code, 2)
      assert.match(nowhere.stderr, /no\/such: no such file or directory/)
      const full = place.path("full")
      mkdirSync(full)
      const refused = yield* Bulk.run(["plan", "rename", file, "--out", `${full}/plan.ndjson`], { full })
      assert.strictEqual(refused.code, 2)
      assert.match(refused.stderr, /full\/plan\.ndjson: the disk is full/)
      assert.deepStrictEqual(readdirSync(full), [])
    })
  )

  it.effect("offboard: takes either a file or an audit's findings", () =>
    Effect.gen(function* () {
      const place = Bulk.place()
      const file = place.write("leavers.csv", "accountId\n")
      const store = ["--store", place.path("runs.db")]
      const audit = ["--from-audit", "nightly", "--findings", "inactive", ...store]
      for (const args of [[], [file, ...audit], ["--from-audit", "nightly", ...store], ["--findings", "inactive"]]) {
        const { code, stderr } = yield* Bulk.run(["plan", "offboard", ...args])
        assert.strictEqual(code, 2)
        assert.match(stderr, /--from-audit RUN with --findings/)
      }
      const noStore = yield* Bulk.run(["plan", "offboard", ...audit])
      assert.strictEqual(noStore.code, 2)
      assert.match(noStore.stderr, /No run store at .*runs\.db/)

      const audited = yield* Bulk.run(["audit", "--run", "nightly", "--quiet", "--json", ...store])
      const { counts } = JSON.parse(audited.stdout)
      const planned = yield* Bulk.run(["plan", "offboard", ...audit, "--json"])
      const { change, nothing, skip } = Bulk.last(planned).counts
      assert.isAbove(counts.inactive, 0)
      assert.strictEqual(change + nothing + skip, counts.inactive)
    })
  )

  it.effect("control characters in a plan's names are escaped", () =>
    Effect.gen(function* () {
      const [, , third] = yield* Bulk.members
      assert(third !== undefined)
      const place = Bulk.place()
      const file = place.write("names.csv", Bulk.csv("accountId,name", [[third.accountId, '"\u001b[2J\u202eevil"']]))
      const { code, stdout } = yield* Bulk.run(["plan", "rename", file])
      assert.strictEqual(code, 0)
      assert.include(stdout, "evil")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the output must not contain them
      assert.notMatch(stdout, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
    })
  )
})
