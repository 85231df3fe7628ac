import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, layer } from "@effect/vitest"
import { Faults, Simulator } from "@effect-glowmarkt/simulator"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Captured from "./support/Captured.js"
import * as Spawned from "./support/Spawned.js"

const directory = () => mkdtempSync(join(tmpdir(), "glowmarkt-store-"))

const auditing = (store: string) => ["audit", "--quiet", "--sample", "2", "--store", store]

layer(Simulator.layer({ accounts: 40, seed: 6 }), { excludeTestServices: true })("the store", (it) => {
  it.effect("is recognised under every name: a second process is refused with the name of the first", () =>
    Effect.gen(function* () {
      const { appKeys } = yield* Captured.environments
      const { faults } = yield* Simulator.Simulator
      const place = directory()
      const store = join(place, "runs.db")
      const link = join(place, "link.db")
      symlinkSync(store, link)
      mkdirSync(join(place, "elsewhere"))
      symlinkSync(store, join(place, "elsewhere", "runs.db"))
      writeFileSync(store, "", { mode: 0o600 })
      const slow = { operations: ["getAccountStatusById"] } as const
      yield* faults.set([Faults.always(slow, Faults.Latency({ duration: Duration.seconds(2) }))])
      const first = Spawned.start(["audit", "--store", link, "--run", "first"], { env: appKeys, cwd: place })
      yield* Effect.promise(() => first.until("stderr", /40/))
      for (const name of [store, link, join(place, "elsewhere", "runs.db")]) {
        const { code, stderr } = yield* Captured.run(auditing(name), { environment: appKeys })
        assert.strictEqual(code, 2, stderr)
        assert.match(stderr, new RegExp(`another process is using it.*process ${first.process.pid}, with run first`))
      }
      first.process.kill("SIGKILL")
      yield* Effect.promise(() => first.ended)
      yield* faults.clear
    })
  )

  it.effect("is refused under a name that cannot be locked", () =>
    Effect.gen(function* () {
      const { appKeys } = yield* Captured.environments
      const place = directory()
      const store = join(place, "runs.db")
      assert.strictEqual((yield* Captured.run(auditing(store), { environment: appKeys })).code, 0)
      linkSync(store, join(place, "hard.db"))
      for (const name of [store, join(place, "hard.db")]) {
        const { code, stderr } = yield* Captured.run(auditing(name), { environment: appKeys })
        assert.strictEqual(code, 2)
        assert.match(stderr, /it has 2 names \(hard links\)/)
        assert.strictEqual((yield* Captured.run(["runs", "list", "--store", store])).code, 0)
      }
    })
  )

  it.effect("can be read from a read-only directory, and leaves no files beside it", () =>
    Effect.gen(function* () {
      const { appKeys } = yield* Captured.environments
      const place = directory()
      const store = join(place, "runs.db")
      const audited = yield* Captured.run([...auditing(store), "--run", "r1"], { environment: appKeys })
      assert.strictEqual(audited.code, 0, audited.stderr)
      chmodSync(store, 0o444)
      chmodSync(place, 0o555)
      // Root can write everywhere, so for root the directory belongs to another user.
      if (process.getuid?.() === 0) chownSync(store, 12_345, 12_345)
      const before = readdirSync(place)
      const { mtimeMs } = statSync(store)
      for (const args of [
        ["runs", "list"],
        ["runs", "show", "r1"],
        ["audit-diff", "r1", "r1"]
      ]) {
        const { code, stderr } = yield* Captured.run([...args, "--store", store])
        assert.strictEqual(code, 0, `${args}: ${stderr}`)
      }
      const write = yield* Captured.run(auditing(store), { environment: appKeys })
      assert.strictEqual(write.code, 2)
      assert.deepStrictEqual(readdirSync(place), before)
      assert.strictEqual(statSync(store).mtimeMs, mtimeMs)
    })
  )

  it.effect("gets owner-only permissions before anything is written", () =>
    Effect.gen(function* () {
      const { appKeys } = yield* Captured.environments
      const store = join(directory(), "runs.db")
      writeFileSync(store, "")
      chmodSync(store, 0o666)
      assert.strictEqual((yield* Captured.run(auditing(store), { environment: appKeys })).code, 0)
      assert.strictEqual(statSync(store).mode & 0o777, 0o600)
    })
  )

  it.effect("does not follow links placed beside it", () =>
    Effect.gen(function* () {
      const { appKeys } = yield* Captured.environments
      const place = directory()
      const store = join(place, "runs.db")
      const victim = join(place, "victim")
      writeFileSync(victim, "precious")
      symlinkSync(victim, `${store}-holder`)
      assert.strictEqual((yield* Captured.run(auditing(store), { environment: appKeys })).code, 0)
      assert.strictEqual(readFileSync(victim, "utf8"), "precious")

      const other = join(place, "other.db")
      symlinkSync(join(place, "nothing"), `${other}-lock`)
      const planted = yield* Captured.run(auditing(other), { environment: appKeys })
      assert.strictEqual(planted.code, 2)
      assert.match(planted.stderr, /other\.db-lock is a symbolic link\. Remove it/)
      assert.notInclude(readdirSync(place), "nothing")
    })
  )

  it.effect("reports an XDG_STATE_HOME that cannot be created, and an empty HOME", () =>
    Effect.gen(function* () {
      const { appKeys } = yield* Captured.environments
      const cwd = directory()
      const unmade = yield* Effect.promise(
        () => Spawned.start(["audit", "--quiet"], { cwd, env: { ...appKeys, XDG_STATE_HOME: "/proc/x" } }).ended
      )
      assert.strictEqual(unmade.code, 2, unmade.stderr)
      assert.match(unmade.stderr, /^\/proc\/x: /)
      const empty = yield* Effect.promise(
        () => Spawned.start(["runs", "list"], { cwd, env: { ...appKeys, HOME: "" } }).ended
      )
      assert.notInclude(empty.stderr, cwd)
      assert.deepStrictEqual(readdirSync(cwd), [])
    })
  )

  it.effect("a full disk ends the command with exit code 2 and the remedy", () =>
    Effect.gen(function* () {
      const { appKeys } = yield* Captured.environments
      const cwd = directory()
      const env = { ...appKeys, NODE: process.execPath, BIN: Spawned.bin }
      for (const blocks of [8, 32, 64, 96]) {
        const script = `ulimit -f ${blocks}; "$NODE" "$BIN" audit --quiet --store ${blocks}.db`
        const { code, stderr } = yield* Effect.promise(
          () => Spawned.start(["-c", script], { program: "/bin/bash", env, cwd }).ended
        )
        assert.strictEqual(code, 2, `${blocks}: ${stderr}`)
        assert.match(stderr, /the disk is full/, String(blocks))
      }
    })
  )
})
