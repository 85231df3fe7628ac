import * as FileSystem from "@effect/platform/FileSystem"
import { assert, describe, it } from "@effect/vitest"
import { PasswordFile, Secrets, StrictText } from "@effect-glowmarkt/runner"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as fc from "effect/FastCheck"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

const utf16 = (text: string, order: "le" | "be", mark = true) => {
  const bytes = Buffer.from(`${mark ? "\uFEFF" : ""}${text}`, "utf16le")
  return order === "le" ? bytes : bytes.swap16()
}

const latin1 = Buffer.from("Näw-9-password\n", "latin1")

describe("StrictText", () => {
  it.prop("reads UTF-8, and UTF-16 with a byte order mark", [fc.string({ unit: "grapheme" })], ([text]) => {
    fc.pre(!text.includes("\0") && !text.includes("\uFFFD") && !text.startsWith("\uFEFF"))
    for (const bytes of [Buffer.from(text), Buffer.from(`\uFEFF${text}`), utf16(text, "le"), utf16(text, "be")]) {
      assert.deepStrictEqual(StrictText.decode(bytes), Either.right(text))
    }
  })

  it("refuses everything else without quoting the text", () => {
    const problems: ReadonlyArray<readonly [Uint8Array, RegExp]> = [
      [latin1, /^is not UTF-8$/],
      [utf16("Name", "le", false), /NUL/],
      [utf16("Name", "le").subarray(0, 5), /^is not UTF-16LE$/],
      [Buffer.from("N\uFFFDw"), /U\+FFFD/]
    ]
    for (const [bytes, problem] of problems) {
      assert.match(Option.getOrThrow(Either.getLeft(StrictText.decode(bytes))), problem)
    }
  })
})

const files = (content: Uint8Array) => FileSystem.layerNoop({ readFile: () => Effect.succeed(content) })

const resolving = (ref: string, content: Uint8Array) =>
  Secrets.make.pipe(
    Effect.flatMap(({ resolve }) => resolve(Schema.decodeSync(Secrets.SecretRef)(ref))),
    Effect.map(Redacted.value),
    Effect.provide(files(content)),
    Effect.either
  )

describe("Secrets", () => {
  it.effect("are read from a file in UTF-8, or UTF-16 with a byte order mark", () =>
    Effect.gen(function* () {
      for (const content of [Buffer.from("ann=pä\n"), Buffer.from("\uFEFFann=pä\n"), utf16("ann=pä\r\n", "le")]) {
        assert.deepStrictEqual(yield* resolving("file:/secrets#ann", content), Either.right("pä"))
      }
    })
  )

  it.effect("in a file of another encoding are refused", () =>
    Effect.gen(function* () {
      for (const content of [latin1, utf16("secret\n", "le", false), Buffer.from("N\uFFFDw")]) {
        const error = Option.getOrThrow(Either.getLeft(yield* resolving("file:/secret", content)))
        assert.match(error.message, /^file:\/secret: the file (is not UTF-8|has a NUL|has a character that was lost)/)
      }
    })
  )

  it.effect("in a variable that was not UTF-8 are refused", () =>
    Effect.map(resolving("env:TOKEN", new Uint8Array()), (secret) =>
      assert.match(Option.getOrThrow(Either.getLeft(secret)).message, /^env:TOKEN: the variable has a character that/)
    ).pipe(Effect.withConfigProvider(ConfigProvider.fromMap(new Map([["TOKEN", "N\uFFFDw"]]))))
  )
})

describe("PasswordFile", () => {
  const peeking = (content: Uint8Array, { mode = 0o100600, uid = process.getuid?.() ?? 0 } = {}) =>
    PasswordFile.openReadOnly("/passwords").pipe(
      Effect.flip,
      Effect.map(({ message }) => message),
      Effect.provide(
        FileSystem.layerNoop({
          exists: () => Effect.succeed(true),
          // Only these two fields are checked.
          stat: () => Effect.succeed({ mode, uid: Option.some(uid) } as FileSystem.File.Info),
          readFile: () => Effect.succeed(content)
        })
      )
    )

  it.effect("is UTF-8 without a byte order mark", () =>
    Effect.gen(function* () {
      assert.match(yield* peeking(latin1), /the file is not UTF-8/)
      assert.match(yield* peeking(Buffer.from("\uFEFFann=secret\n")), /byte order mark/)
    })
  )

  it.effect("must be private and belong to the current user", () =>
    Effect.gen(function* () {
      const content = Buffer.from("ann=secret\n")
      assert.match(yield* peeking(content, { mode: 0o100640 }), /Run: chmod 600 \/passwords$/)
      assert.match(yield* peeking(content, { uid: 4321 }), /another user\. Run: chown \d+ \/passwords$/)
    })
  )
})
