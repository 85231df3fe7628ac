import {
  chmodSync,
  closeSync,
  lstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as PlatformError from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as Directory from "../src/files/Directory.js"
import * as OutputFile from "../src/files/OutputFile.js"
import * as ResultFolder from "../src/files/ResultFolder.js"
import * as Output from "../src/terminal/Output.js"

const written: Array<string> = []

const sink: Output.Sink = {
  write: (text) => Effect.sync(() => void written.push(text)),
  columns: Effect.succeedNone,
  colour: "plain"
}

const live = Layer.mergeAll(
  NodeFileSystem.layer,
  NodePath.layer,
  Layer.succeed(Output.Output, { stdout: sink, stderr: sink })
)

const directory = () => mkdtempSync(join(tmpdir(), "glowmarkt-files-"))

const bytes = (text: string) => Stream.encodeText(Stream.make(text))

const mode = (path: string) => statSync(path).mode & 0o777

/** A disk on which no file can replace another. */
const irreplaceable = (code: string) =>
  Layer.effect(
    FileSystem.FileSystem,
    Effect.map(FileSystem.FileSystem, (files) =>
      FileSystem.make({
        ...files,
        rename: (path) =>
          new PlatformError.SystemError({
            reason: "Unknown",
            module: "FileSystem",
            method: "rename",
            pathOrDescriptor: path,
            description: `${code}: rename`
          })
      })
    )
  ).pipe(Layer.provide(NodeFileSystem.layer))

layer(live)("OutputFile", (it) => {
  it.effect("replaces a file, readable only by its owner, without following links at predictable names", () =>
    Effect.gen(function* () {
      const place = directory()
      const victim = join(place, "victim")
      writeFileSync(victim, "precious")
      const file = join(place, "out.csv")
      writeFileSync(file, "old", { mode: 0o644 })
      symlinkSync(victim, `${file}.${process.pid}.part`)
      yield* OutputFile.write(file, bytes("new"))
      assert.strictEqual(readFileSync(file, "utf8"), "new")
      assert.strictEqual(mode(file), 0o600)
      assert.strictEqual(readFileSync(victim, "utf8"), "precious")
    })
  )

  it.effect("removes temporary files of dead processes and nothing else", () =>
    Effect.gen(function* () {
      const place = directory()
      const gone = "out.csv.999999999-0123456789abcdef.part"
      const others = [`out.csv.${process.ppid}-0123456789abcdef.part`, "mine.part", "x.1-2.part"]
      for (const name of [gone, ...others]) writeFileSync(join(place, name), "ann@example.com")
      yield* OutputFile.directory(place, ["accounts.csv"])
      assert.deepStrictEqual(readdirSync(place).sort(), [...others].sort())
    })
  )

  it.effect("a failed write keeps the old content and leaves no temporary file", () =>
    Effect.gen(function* () {
      const place = directory()
      const file = join(place, "out.csv")
      writeFileSync(file, "old")
      yield* Effect.flip(OutputFile.write(file, Stream.concat(bytes("half"), Stream.fail("broken" as const))))
      assert.deepStrictEqual(readdirSync(place), ["out.csv"])
      assert.strictEqual(readFileSync(file, "utf8"), "old")
    })
  )

  it.effect("writes in place where the directory does not allow replacing the file", () =>
    Effect.gen(function* () {
      for (const code of ["EBUSY", "EPERM", "EXDEV"]) {
        const place = directory()
        const file = join(place, "out.csv")
        writeFileSync(file, "something longer", { mode: 0o600 })
        const { ino } = statSync(file)
        yield* Effect.provide(OutputFile.write(file, bytes("new")), irreplaceable(code))
        assert.strictEqual(readFileSync(file, "utf8"), "new")
        assert.strictEqual(statSync(file).ino, ino)
        assert.deepStrictEqual(readdirSync(place), ["out.csv"])
        chmodSync(file, 0o644)
        const exposed = yield* Effect.flip(
          Effect.provide(OutputFile.write(file, bytes("personal")), irreplaceable(code))
        )
        assert.include(exposed.message, `chmod 600 ${file}`)
        assert.strictEqual(readFileSync(file, "utf8"), "new")
      }
    })
  )

  it.effect("writes to standard output under each of its names, and to devices", () =>
    Effect.gen(function* () {
      written.length = 0
      for (const name of ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"]) {
        yield* OutputFile.check(name)
        yield* OutputFile.write(name, bytes("ä"))
      }
      assert.deepStrictEqual(written, ["ä", "ä", "ä"])
      yield* OutputFile.write("/dev/null", bytes("gone"))
      assert.isTrue(lstatSync("/dev/null").isCharacterDevice())
    })
  )

  it.effect("appends to a file that the shell opened for appending", () =>
    Effect.gen(function* () {
      const file = join(directory(), "log")
      writeFileSync(file, "before\n")
      const descriptor = openSync(file, "a")
      yield* OutputFile.write(`/dev/fd/${descriptor}`, bytes("after\n"))
      closeSync(descriptor)
      assert.strictEqual(readFileSync(file, "utf8"), "before\nafter\n")
    })
  )

  it.effect("refuses a file that is also an input, even through a link", () =>
    Effect.gen(function* () {
      const place = directory()
      const input = join(place, "in.csv")
      writeFileSync(input, "accountId\n")
      symlinkSync(input, join(place, "link.csv"))
      const other = join(place, "other.csv")
      writeFileSync(other, "")
      yield* OutputFile.ensureDistinct([other, join(place, "new.csv")], [input])
      const { message } = yield* Effect.flip(OutputFile.ensureDistinct([other, join(place, "link.csv")], [input]))
      assert.match(message, /link\.csv would overwrite .*in\.csv, which this command reads/)
    })
  )
})

layer(live)("ResultFolder", (it) => {
  it.effect("refuses to overwrite another run's results without consent", () =>
    Effect.gen(function* () {
      const place = join(directory(), "audit")
      const names = ["audit.json", "accounts.csv"]
      const prepare = (runId: string, overwrite: "allowed" | "refused" = "refused") =>
        ResultFolder.prepare({
          directory: place,
          kind: "audit",
          names,
          written: ["accounts.csv"],
          // Run ids that a person might type.
          runId: runId as ResultFolder.Results["runId"],
          overwrite
        })
      yield* prepare("one")
      yield* ResultFolder.recordOwner(place, "audit", "one" as ResultFolder.Results["runId"])
      // Also refuses a file that this command would not write: the directory would have two audits.
      writeFileSync(join(place, "audit.json"), "{}")
      yield* prepare("one")
      const { message } = yield* Effect.flip(prepare("two"))
      assert.match(message, /has the results of run one: audit\.json\.\n.*--force/)
      yield* prepare("two", "allowed")
    })
  )
})

layer(live)("Directory", (it) => {
  it.effect("reports a directory that cannot be created", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Directory.make("/proc/x/glowmarkt"))
      assert.strictEqual(error._tag, "SystemError")
      const file = join(directory(), "file")
      writeFileSync(file, "")
      assert.match((yield* Effect.flip(Directory.make(join(file, "a", "b")))).message, /ENOTDIR/)
    })
  )

  it.effect("creates missing parent directories", () =>
    Effect.gen(function* () {
      const path = join(directory(), "a", "b")
      yield* Directory.make(path, { mode: 0o700 })
      yield* Directory.make(path)
      assert.strictEqual(mode(path), 0o700)
    })
  )
})
