import { FileSystem } from "@effect/platform"
import { NodeFileSystem } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Effect, Option, Redacted } from "effect"
import { PasswordFile } from "../src/index.js"
import { temporary } from "./fixtures/served.js"

layer(NodeFileSystem.layer)("PasswordFile", (it) => {
  it.scoped("the file only keeps whole lines, and is synced before `put` returns", () =>
    Effect.gen(function* () {
      const real = yield* FileSystem.FileSystem
      const path = `${yield* temporary}/new.env`
      yield* real.writeFileString(path, "ann=whole\nbob=torn-of", { mode: 0o600 })
      const done: Array<string> = []
      const watched = FileSystem.make({
        ...real,
        open: (name, options) =>
          Effect.map(real.open(name, options), (file) => ({
            ...file,
            writeAll: (bytes: Uint8Array) =>
              Effect.tap(file.writeAll(bytes), () => Effect.sync(() => done.push("written"))),
            sync: Effect.tap(file.sync, () =>
              Effect.sync(() => done.push(`synchronised ${name === path ? "file" : "directory"}`))
            )
          }))
      })
      yield* Effect.gen(function* () {
        const { find, put } = yield* PasswordFile.open(path)
        assert.isTrue(Option.isSome(find("ann")) && Option.isNone(find("bob")))
        yield* put("bob", Redacted.make("a=b"))
        done.push("returned")
        assert.deepStrictEqual(Option.map(find("bob"), Redacted.value), Option.some("a=b"))
      }).pipe(Effect.scoped, Effect.provideService(FileSystem.FileSystem, watched))
      assert.deepStrictEqual(done, ["synchronised directory", "written", "synchronised file", "returned"])
      assert.strictEqual(yield* real.readFileString(path), "ann=whole\nbob=a=b\n")
    })
  )
})
