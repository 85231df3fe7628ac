import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, layer } from "@effect/vitest"
import { Simulator } from "@effect-glowmarkt/simulator"
import * as Effect from "effect/Effect"
import * as Captured from "./support/Captured.js"
import * as Spawned from "./support/Spawned.js"

const directory = () => mkdtempSync(join(tmpdir(), "glowmarkt-cli-"))

layer(Simulator.layer({ accounts: 200, seed: 12 }), { excludeTestServices: true })("the command", (it) => {
  it.effect("a standard output that cannot be written is reported in one line", () =>
    Effect.gen(function* () {
      const { appKeys } = yield* Captured.environments
      const cwd = directory()
      const env = { ...appKeys, NODE: process.execPath, BIN: Spawned.bin }
      // Limits files to a few kilobytes, to simulate a full disk.
      const script = 'ulimit -f 16; "$NODE" "$BIN" accounts list --json > list.json'
      const { code, stderr } = yield* Effect.promise(
        () => Spawned.start(["-c", script], { program: "/bin/bash", env, cwd }).ended
      )
      assert.strictEqual(code, 2, stderr)
      assert.match(stderr, /^Standard output: .*(too large|full).*\n$/)
    })
  )

  it.effect("a reader that closes the pipe early is not an error", () =>
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
})
