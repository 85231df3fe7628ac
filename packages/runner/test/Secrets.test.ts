import { FileSystem } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Redacted, Schema } from "effect"
import { Secrets } from "../src/index.js"

describe("Secrets", () => {
  it("a reference to a file is made absolute when it is decoded", () => {
    const read = Schema.decodeSync(Secrets.SecretRef)
    assert.strictEqual(read(" file:known.env#ann "), `file:${process.cwd()}/known.env#ann`)
    assert.strictEqual(read("file:/a/../b"), "file:/b")
    assert.strictEqual(read("env:X"), "env:X")
  })

  it.effect("are read from the environment", () =>
    Effect.gen(function* () {
      const { resolve } = yield* Secrets.make
      const ref = Schema.decodeSync(Secrets.SecretRef)("env:SOME_ONE")
      assert.strictEqual(Redacted.value(yield* resolve(ref)), "x=y")
    }).pipe(
      Effect.withConfigProvider(ConfigProvider.fromMap(new Map([["SOME_ONE", "x=y"]]))),
      Effect.provide(FileSystem.layerNoop({}))
    )
  )
})
