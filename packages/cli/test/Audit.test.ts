import { mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it, layer } from "@effect/vitest"
import { Faults, Simulator } from "@effect-glowmarkt/simulator"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Captured from "./support/Captured.js"
import * as Spawned from "./support/Spawned.js"
import * as StubServer from "./support/StubServer.js"

const directory = () => mkdtempSync(join(tmpdir(), "glowmarkt-cli-"))

const accounts = 200

layer(Simulator.layer({ accounts, seed: 12 }), { excludeTestServices: true })("audit", (it) => {
  it.effect("Ctrl-C exits with 130 and prints the command that continues the run", () =>
    Effect.gen(function* () {
      const { appKeys } = yield* Captured.environments
      const { faults, requests } = yield* Simulator.Simulator
      const cwd = directory()
      const status = { operations: ["getAccountStatusById"] } as const
      yield* faults.set([Faults.always(status, Faults.Latency({ duration: Duration.millis(100) }))])

      const concurrency = 8
      const args = ["audit", "--out", "results of today", "--concurrency", String(concurrency), "--fail-on", "missing"]
      const audit = Spawned.start(args, { cwd, env: appKeys })
      yield* Effect.repeat(requests.count("getAccountStatusById"), {
        until: (count) => count > 60,
        schedule: Schedule.spaced(Duration.millis(20))
      })
      const pressed = performance.now()
      audit.process.kill("SIGINT")
      const interrupted = yield* Effect.promise(() => audit.ended)
      assert.isBelow(performance.now() - pressed, 3000)
      assert.strictEqual(interrupted.code, 130, interrupted.stderr)
      assert.strictEqual(interrupted.stdout, "")
      const line = /^ {2}glowmarkt (audit --run .*)$/m.exec(interrupted.stderr)?.[1] ?? ""
      const kept = Number(/(\d+) of 200 accounts are done and saved/.exec(interrupted.stderr)?.[1])
      assert.isAbove(kept, 0, interrupted.stderr)

      yield* faults.clear
      // A shell runs the printed line.
      const resumed = Spawned.start(["-c", `exec "$NODE" "$BIN" ${line}`], {
        program: "/bin/sh",
        cwd,
        env: { ...appKeys, NODE: process.execPath, BIN: Spawned.bin }
      })
      const finished = yield* Effect.promise(() => resumed.ended)
      assert.strictEqual(finished.code, 1, finished.stderr)
      assert.match(finished.stderr, /--fail-on matched: missing \(2\)/)
      // Does not repeat recorded work: at most the requests in flight, and those that failed at
      // first, were sent twice.
      assert.isAtMost(yield* requests.count("getAccountStatusById"), accounts + concurrency + 6)

      const results = join(cwd, "results of today")
      const summary = JSON.parse(readFileSync(join(results, "audit.json"), "utf8"))
      assert.strictEqual(summary.total, accounts)
      assert.strictEqual(summary.counts.missing, 2)
      const rows = readFileSync(join(results, "accounts.ndjson"), "utf8").trimEnd().split("\n")
      assert.strictEqual(new Set(rows.map((row) => JSON.parse(row).accountId)).size, accounts)
      assert.lengthOf(readFileSync(join(results, "accounts.csv"), "utf8").trimEnd().split("\r\n"), accounts + 1)
      assert.match(finished.stdout, /200 accounts audited/)
      assert.notInclude(interrupted.stderr + finished.stdout + finished.stderr, appKeys.GLOWMARKT_APP_SECRET)
    })
  )

  it.effect("prints the run's name at the start; a hang-up and a doubled Ctrl-C print how to continue", () =>
    Effect.gen(function* () {
      const { appKeys } = yield* Captured.environments
      const { faults } = yield* Simulator.Simulator
      const status = { operations: ["getAccountStatusById"] } as const
      yield* faults.set([Faults.always(status, Faults.Latency({ duration: Duration.millis(200) }))])
      const begin = () => Spawned.start(["audit", "--concurrency", "4"], { cwd: directory(), env: appKeys })
      const nameOf = (audit: Spawned.Running) =>
        Effect.map(
          Effect.promise(() => audit.until("stderr", /^Run \S+\n[\s\S]* 0\/200/m)),
          (said) => /^Run (\S+)$/m.exec(said)?.[1] ?? "no name"
        )
      const hungUp = begin()
      const name = yield* nameOf(hungUp)
      hungUp.process.kill("SIGHUP")
      const end = yield* Effect.promise(() => hungUp.ended)
      assert.strictEqual(end.code, 130, end.stderr)
      assert.match(end.stderr, new RegExp(`^  glowmarkt audit --run ${name} `, "m"))

      // A key press that arrives twice, from the terminal and from npm, counts once.
      const pressed = begin()
      const second = yield* nameOf(pressed)
      pressed.process.kill("SIGINT")
      pressed.process.kill("SIGINT")
      const once = yield* Effect.promise(() => pressed.ended)
      assert.strictEqual(once.code, 130)
      assert.match(once.stderr, /are done and saved/)
      assert.include(once.stderr, `audit --run ${second}`)
      yield* faults.clear
    })
  )

  it.effect("a finished run says so and sends no requests", () =>
    Effect.gen(function* () {
      const { appKeys } = yield* Captured.environments
      const { requests } = yield* Simulator.Simulator
      const environment = { ...appKeys, XDG_STATE_HOME: directory() }
      const args = ["audit", "--run", "nightly", "--quiet", "--json"]
      const first = yield* Captured.run(args, { environment })
      assert.deepStrictEqual([first.code, first.stderr], [0, ""])
      const asked = yield* requests.count("getAccountStatusById")
      // Reusing a name must not show the earlier run's results, which would pass for new ones.
      const taken = yield* Captured.run(args, { environment })
      assert.deepStrictEqual([taken.code, taken.stdout], [2, ""])
      assert.match(
        taken.stderr,
        /^Run nightly already finished \(\d{4}-\d\d-\d\d \d\d:\d\d UTC, \d+s ago\)\. Show its saved results with\n {2}(?:npx )?glowmarkt (runs resume nightly .*)\nFor a new run, choose another --run name; --run nightly-\{date\} gives each day its own\.\n$/
      )
      const [, line = ""] = /glowmarkt (runs resume .*)$/m.exec(taken.stderr) ?? []
      const again = yield* Captured.run(line.split(" "), { environment })
      assert.strictEqual(again.code, 0, again.stderr)
      assert.deepStrictEqual(JSON.parse(again.stdout), { ...JSON.parse(first.stdout), reused: true })
      assert.match(
        again.stderr,
        /^Run nightly already finished \(\d{4}-\d\d-\d\d \d\d:\d\d UTC, \d+s ago\)\. Showing its saved results; nothing was fetched\.$/m
      )
      assert.strictEqual(yield* requests.count("getAccountStatusById"), asked)
    })
  )

  it.effect("{date} in a run's name is today's date", () =>
    Effect.gen(function* () {
      const { appKeys } = yield* Captured.environments
      const environment = { ...appKeys, XDG_STATE_HOME: directory() }
      const before = new Date().toISOString().slice(0, 10)
      const args = ["audit", "--run", "nightly-{date}", "--sample", "1", "--quiet", "--json"]
      const { stdout } = yield* Captured.run(args, { environment })
      const after = new Date().toISOString().slice(0, 10)
      assert.include([`nightly-${before}`, `nightly-${after}`], JSON.parse(stdout).runId)
    })
  )

  it.effect("--quiet --json prints only data, with credentials from a .env file", () =>
    Effect.gen(function* () {
      const { appKeys } = yield* Captured.environments
      const cwd = directory()
      const lines = Object.entries({ ...appKeys, GLOWMARKT_APP_KEY: "the environment wins" })
      writeFileSync(join(cwd, ".env"), lines.map(([name, value]) => `${name}="${value}"\n`).join(""))
      const env = { GLOWMARKT_APP_KEY: appKeys.GLOWMARKT_APP_KEY, GLOWMARKT_APP_SECRET: "" }
      const { code, stderr, stdout } = yield* Effect.promise(
        () => Spawned.start(["audit", "--quiet", "--json"], { cwd, env }).ended
      )
      assert.strictEqual(code, 0, stderr)
      assert.strictEqual(stderr, "")
      assert.strictEqual(JSON.parse(stdout).total, accounts)
    })
  )

  it.effect("audits some of the accounts: by id, by filter, by sample", () =>
    Effect.gen(function* () {
      const { appKeys } = yield* Captured.environments
      const { population, requests } = yield* Simulator.Simulator
      const [first, second] = [...population.members].map(({ accountId }) => accountId)
      const cwd = directory()
      const environment = { ...appKeys, XDG_STATE_HOME: cwd }
      writeFileSync(join(cwd, "some.csv"), `name,accountId\nx,${first}\ny,${second}\n`)
      const audit = (...args: ReadonlyArray<string>) =>
        Effect.gen(function* () {
          const before = yield* requests.count("getAccountStatusById")
          const captured = yield* Captured.run(["audit", "--quiet", "--json", ...args], { environment })
          assert.strictEqual(captured.code, 0, captured.stderr)
          const asked = (yield* requests.count("getAccountStatusById")) - before
          return { ...JSON.parse(captured.stdout), asked }
        })
      assert.deepInclude(yield* audit("--only", `${first},${second}`), { total: 2, listed: accounts })
      assert.deepInclude(yield* audit("--only", `@${join(cwd, "some.csv")}`), { total: 2, listed: accounts })
      assert.deepInclude(yield* audit("--sample", "7"), { total: 7, listed: accounts })
      const inactive = yield* audit("--where", "status = inactive")
      assert.isAbove(inactive.total, 0)
      assert.isBelow(inactive.total, accounts)
      assert.isAtMost(inactive.asked, inactive.total + 10)
      const shown = yield* Captured.run(["audit", "--where", "status = inactive", "--quiet"], { environment })
      assert.match(shown.stdout, new RegExp(`^${inactive.total} of ${accounts} accounts audited`))
      const listed = yield* Captured.run(["runs", "list", "--json"], { environment })
      const [{ runId }] = JSON.parse(listed.stdout).filter((run: { parameters: object }) => "where" in run.parameters)
      const facts = yield* Captured.run(["runs", "show", runId], { environment })
      assert.match(facts.stdout, /^Where +status = inactive$/m)
    })
  )
})

describe("responses about another account, and credentials in a list", () => {
  it.scopedLive("a status response about another account leaves the account undetermined", () =>
    Effect.gen(function* () {
      const server = yield* StubServer.serve([{ body: StubServer.list }], StubServer.otherAccount)
      const args = ["audit", "--quiet", "--json", "--store", StubServer.storeFile(), "--fail-on", "undetermined"]
      const { code, stderr, stdout } = yield* Captured.run(args, { environment: StubServer.environment(server.url) })
      assert.strictEqual(code, 1, stderr)
      assert.deepInclude(JSON.parse(stdout).counts, { undetermined: 1, healthy: 0 })
    })
  )

  it.scopedLive("a credential of ours in a list is not written to the store", () =>
    Effect.gen(function* () {
      const server = yield* StubServer.serve([
        { body: JSON.stringify([StubServer.account, { accountId: StubServer.secret, name: StubServer.secret }]) }
      ])
      const file = StubServer.storeFile()
      const captured = yield* Captured.run(["audit", "--quiet", "--json", "--store", file], {
        environment: StubServer.environment(server.url)
      })
      assert.strictEqual(captured.code, 1, captured.stderr)
      assert.strictEqual(JSON.parse(captured.stdout).total, 2)
      assert.notInclude(captured.stdout + captured.stderr, StubServer.secret)
      // Also as the client sends it.
      const sent = [StubServer.secret, Buffer.from(`key:${StubServer.secret}`).toString("base64")]
      for (const text of sent) assert.notInclude(readFileSync(file, "latin1"), text)
    })
  )
})
