import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, layer } from "@effect/vitest"
import { Faults, Simulator } from "@effect-glowmarkt/simulator"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Captured from "./support/Captured.js"
import * as Spawned from "./support/Spawned.js"

const directory = () => mkdtempSync(join(tmpdir(), "glowmarkt-cli-"))

const accounts = 200

layer(Simulator.layer({ accounts, seed: 12 }), { excludeTestServices: true })("the command as a process", (it) => {
  it.effect("audit: Ctrl-C exits with 130 and prints the line that goes on where it stopped", () =>
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
      // The line is for a shell: a shell reads it.
      const resumed = Spawned.start(["-c", `exec "$NODE" "$BIN" ${line}`], {
        program: "/bin/sh",
        cwd,
        env: { ...appKeys, NODE: process.execPath, BIN: Spawned.bin }
      })
      const finished = yield* Effect.promise(() => resumed.ended)
      assert.strictEqual(finished.code, 1, finished.stderr)
      assert.match(finished.stderr, /--fail-on matched: missing \(2\)/)
      // Not asked again for what was kept: at most what was in flight twice, and what failed at
      // first.
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

  it.effect(
    "audit: its name is known from the start; a hang-up, and a key press that comes twice, say how to go on",
    () =>
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

        // One key press that comes twice, from the terminal and from npm, is one.
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

  it.effect("an end in good order that takes too long is cut short by a second Ctrl-C, which says how to go on", () =>
    Effect.gen(function* () {
      const at = (name: string) => JSON.stringify(new URL(`../dist/${name}.js`, import.meta.url).href)
      const script = `
        import * as Effect from "effect/Effect"
        const InterruptPolicy = await import(${at("exit/InterruptPolicy")})
        const Signals = await import(${at("exit/Signals")})
        const ending = Effect.runSync(InterruptPolicy.make)
        const program = InterruptPolicy.setFinalMessage("Go on with\\n  the line").pipe(
          Effect.zipRight(Effect.delay(Effect.sync(() => console.log("ready")), 50)),
          Effect.zipRight(Effect.never),
          Effect.onInterrupt(() => Effect.zipRight(Effect.sync(() => console.log("ending")), Effect.never)),
          Effect.provideService(InterruptPolicy.InterruptPolicy, ending)
        )
        Signals.runMain(ending)(program)`
      const args = ["--input-type=module", "-e", script]
      const cwd = fileURLToPath(new URL("..", import.meta.url))
      const process = Spawned.start(args, { program: globalThis.process.execPath, cwd })
      yield* Effect.promise(() => process.until("stdout", /ready/))
      process.process.kill("SIGINT")
      yield* Effect.promise(() => process.until("stdout", /ending/))
      yield* Effect.sleep(Duration.millis(600))
      process.process.kill("SIGINT")
      const { code, stderr } = yield* Effect.promise(() => process.ended)
      assert.deepStrictEqual({ code, stderr }, { code: 130, stderr: "\nGo on with\n  the line\n" })
    })
  )

  it.effect("audit: one that is finished says so, and asks nobody again", () =>
    Effect.gen(function* () {
      const { appKeys } = yield* Captured.environments
      const { requests } = yield* Simulator.Simulator
      const environment = { ...appKeys, XDG_STATE_HOME: directory() }
      const args = ["audit", "--run", "nightly", "--quiet", "--json"]
      const first = yield* Captured.run(args, { environment })
      assert.deepStrictEqual([first.code, first.stderr], [0, ""])
      const asked = yield* requests.count("getAccountStatusById")
      // A name used again is no way to the results of the run before: they would pass for new ones.
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

  it.effect("audit: {date} in the name of a run is the date of today", () =>
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

  it.effect("standard output that takes no more is told in a line, and what is kept is said", () =>
    Effect.gen(function* () {
      const { appKeys } = yield* Captured.environments
      const cwd = directory()
      const env = { ...appKeys, NODE: process.execPath, BIN: Spawned.bin }
      // No file may grow beyond some kilobytes: as on a disk that is full.
      const script = 'ulimit -f 16; "$NODE" "$BIN" accounts list --json > list.json'
      const { code, stderr } = yield* Effect.promise(
        () => Spawned.start(["-c", script], { program: "/bin/bash", env, cwd }).ended
      )
      assert.strictEqual(code, 2, stderr)
      assert.match(stderr, /^Standard output: .*(too large|full).*\n$/)
    })
  )

  it.effect("audit --quiet --json: data and nothing else, with the credentials of a .env file", () =>
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

  it.effect("audit of some accounts: by id, by what is listed, by lot", () =>
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

  it.effect("a reader that has seen enough is no error", () =>
    Effect.gen(function* () {
      const { appKeys } = yield* Captured.environments
      const env = { ...appKeys, NODE: process.execPath, BIN: Spawned.bin }
      const script = 'set -o pipefail; "$NODE" "$BIN" accounts list --json | head -n 1'
      const { code, stderr, stdout } = yield* Effect.promise(
        () => Spawned.start(["-c", script], { program: "/bin/bash", env, cwd: directory() }).ended
      )
      assert.deepStrictEqual({ code, stderr, stdout }, { code: 0, stderr: "", stdout: `${stdout.trim()}\n` })
      assert.property(JSON.parse(stdout), "accountId")
    })
  )

  it.effect("simulate: one line when it is ready; SIGINT and SIGTERM end it with 0", () =>
    Effect.gen(function* () {
      const simulators = [["SIGINT"], ["SIGTERM"]] as const
      yield* Effect.forEach(
        simulators,
        ([signal]) =>
          Effect.gen(function* () {
            const simulator = Spawned.start(["simulate", "--accounts", "7", "--seed", "3"], { cwd: directory() })
            const line = yield* Effect.promise(() => simulator.until("stdout", /\n/))
            const said = JSON.parse(line)
            assert.deepInclude(said, { accounts: 7, seed: 3 })
            const listed = yield* Captured.run(["accounts", "list", "--json"], {
              environment: {
                GLOWMARKT_BASE_URL: said.url,
                GLOWMARKT_APPLICATION_ID: said.applicationId,
                GLOWMARKT_ORG_KEY: said.orgAppKeys.key,
                GLOWMARKT_ORG_SECRET: said.orgAppKeys.secret
              }
            })
            assert.lengthOf(listed.stdout.trim().split("\n"), 7)
            simulator.process.kill(signal)
            const { code, stderr, stdout } = yield* Effect.promise(() => simulator.ended)
            assert.deepStrictEqual({ code, stderr, stdout }, { code: 0, stderr: "", stdout: line })
          }),
        { concurrency: 2 }
      )
    })
  )

  it.effect("simulate: rehearses a throttle, a latency and an outage", () =>
    Effect.gen(function* () {
      const bad = ["--throttle", "4", "--latency", "150", "--outage", "1,2"]
      const simulator = Spawned.start(["simulate", "--accounts", "5", ...bad], { cwd: directory() })
      const { url } = JSON.parse(yield* Effect.promise(() => simulator.until("stdout", /\n/)))
      const ask = Effect.promise(async () => {
        const began = performance.now()
        const response = await fetch(`${url}/account`).catch(() => undefined)
        return {
          status: response?.status ?? 0,
          millis: performance.now() - began,
          after: response?.headers.get("retry-after") ?? ""
        }
      })
      const first = yield* ask
      assert.strictEqual(first.status, 400)
      assert.isAtLeast(first.millis, 149)
      const many = yield* Effect.all(Array.from({ length: 4 }, () => ask))
      const refused = many.filter(({ status }) => status === 429)
      assert.isNotEmpty(refused)
      assert.isTrue(refused.every(({ after }) => after === "1"))
      yield* Effect.promise(() => simulator.until("stderr", /^Outage: .* for 2s\.$/m))
      const away = yield* Effect.all(Array.from({ length: 3 }, () => Effect.delay(ask, Duration.millis(300))))
      assert.isTrue(away.every(({ status }) => status !== 400 && status !== 200))
      assert.isTrue(away.some(({ status }) => status === 503))
      yield* Effect.promise(() => simulator.until("stderr", /The outage is over/))
      assert.strictEqual((yield* Effect.delay(ask, Duration.millis(500))).status, 400)
      simulator.process.kill("SIGTERM")
      assert.strictEqual((yield* Effect.promise(() => simulator.ended)).code, 0)
    })
  )

  it.effect("before it is built it says so", () =>
    Effect.gen(function* () {
      const cwd = directory()
      mkdirSync(join(cwd, "bin"))
      copyFileSync(Spawned.bin, join(cwd, "bin", "glowmarkt.mjs"))
      const { code, stderr } = yield* Effect.promise(
        () => Spawned.start([join(cwd, "bin", "glowmarkt.mjs")], { program: process.execPath, cwd }).ended
      )
      assert.deepStrictEqual(
        { code, stderr },
        { code: 2, stderr: "glowmarkt is not built yet: run npm run build first\n" }
      )
    })
  )
})
