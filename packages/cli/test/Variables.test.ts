import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as FileSystem from "@effect/platform/FileSystem"
import { assert, describe, it } from "@effect/vitest"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Variables from "../src/config/Variables.js"
import * as Output from "../src/terminal/Output.js"
import * as Spawned from "./support/Spawned.js"

const name = "GLOWMARKT_BASE_URL"

/** The base URL from a file `.env` with these bytes, and the notes printed about it. */
const reading = (bytes: Uint8Array) =>
  Effect.gen(function* () {
    const notes: Array<string> = []
    const sink: Output.Sink = {
      write: (text) => Effect.sync(() => void notes.push(text)),
      columns: Effect.succeedNone,
      colour: "plain"
    }
    const value = yield* Effect.flatMap(Variables.configProvider({}), (provider) =>
      Effect.withConfigProvider(Config.option(Config.string(name)), provider)
    ).pipe(
      Effect.provide(
        Layer.merge(
          FileSystem.layerNoop({ readFile: () => Effect.succeed(bytes) }),
          Layer.succeed(Output.Output, { stdout: sink, stderr: sink })
        )
      ),
      Effect.either
    )
    return { value: Either.mapLeft(value, ({ message }) => message), notes: notes.join("") }
  })

const text = `# settings\r\n${name}=http://127.0.0.1:1/\r\n`

describe("the file .env", () => {
  it.effect("is read as UTF-8, or as UTF-16 with a byte order mark", () =>
    Effect.gen(function* () {
      const utf16 = Buffer.from(`\uFEFF${text}`, "utf16le")
      for (const bytes of [Buffer.from(text), utf16, Buffer.from(utf16).swap16()]) {
        const { notes, value } = yield* reading(bytes)
        assert.deepStrictEqual(value, Either.right(Option.some("http://127.0.0.1:1/")))
        assert.strictEqual(notes, "")
      }
    })
  )

  it.effect("is refused when it cannot be read, or has no valid line", () =>
    Effect.gen(function* () {
      for (const bytes of [
        Buffer.from(text, "utf16le"),
        Buffer.from(`${text}GLOWMARKT_PASSWORD=Nä`, "latin1"),
        Buffer.from("glowmarkt base url\n"),
        Buffer.from([0x50, 0x4b, 0x03, 0x04, 0x00])
      ]) {
        const { value } = yield* reading(bytes)
        assert.match(
          Either.getOrElse(Either.flip(value), () => "read"),
          /^The file \.env (is|has) n?o?.*\n/
        )
      }
    })
  )

  it.effect("produces a note when it sets none of our variables", () =>
    Effect.gen(function* () {
      const { notes, value } = yield* reading(Buffer.from("PORT=3000\n"))
      assert.deepStrictEqual(value, Either.right(Option.none()))
      assert.match(notes, /^The file \.env sets no GLOWMARKT_ variables\.\n$/)
      assert.strictEqual((yield* reading(Buffer.from("# PORT=3000\n\n"))).notes, "")
    })
  )

  it.effect("is read as PowerShell's redirection writes it", () =>
    Effect.gen(function* () {
      const cwd = mkdtempSync(join(tmpdir(), "glowmarkt-cli-"))
      const lines = `${name}=http://127.0.0.1:1/\r\nGLOWMARKT_APP_KEY=k\r\nGLOWMARKT_APP_SECRET=s\r\n`
      writeFileSync(join(cwd, ".env"), Buffer.from(`\uFEFF${lines}`, "utf16le"))
      const { code, stderr } = yield* Effect.promise(() => Spawned.start(["accounts", "list"], { cwd }).ended)
      assert.strictEqual(code, 4, stderr)
      assert.include(stderr, "127.0.0.1:1")
    })
  )
})
