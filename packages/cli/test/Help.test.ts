import { assert, describe, it } from "@effect/vitest"
import {
  CorrectOwnDetails,
  OffboardAccounts,
  OnboardAccounts,
  RenameAccounts,
  RotateMobileTokens,
  RotatePasswords
} from "@effect-glowmarkt/runner"
import * as Effect from "effect/Effect"
import * as Commands from "../src/commands/Commands.js"
import * as Captured from "./support/Captured.js"
import * as Spawned from "./support/Spawned.js"

const help = (path: ReadonlyArray<string>, columns: number) =>
  Effect.map(Captured.run([...path, "--help"], { columns }), ({ code, stdout }) => {
    assert.strictEqual(code, 0)
    return stdout
  })

describe("help", () => {
  it.effect("every command's page has an example and describes each option", () =>
    Effect.forEach(Commands.pages, (page) =>
      Effect.gen(function* () {
        const text = yield* help(page.path, 80)
        assert.include(text, `$ glowmarkt ${page.path.join(" ")}`)
        assert.isNotEmpty(page.examples)
        const { args, options } = page.parameters()
        for (const { term, text } of [...args, ...options]) {
          assert.isNotEmpty(text, `${page.path.join(" ")} ${term}`)
          assert.notMatch(`${term} ${text}`, /user-defined|This setting|true or false|[<(]/)
        }
      })
    )
  )

  it.effect("the pages of plan list exactly the columns that each flow reads", () =>
    Effect.gen(function* () {
      const inputs = {
        rename: RenameAccounts.flow.input,
        onboard: OnboardAccounts.input,
        offboard: OffboardAccounts.input,
        correct: CorrectOwnDetails.flow.input,
        passwords: RotatePasswords.input,
        "mobile-tokens": RotateMobileTokens.flow.input
      }
      for (const [command, { columns }] of Object.entries(inputs)) {
        const text = yield* help(["plan", command], 80)
        const [, paragraph = ""] = /^ {2}Columns: ([\s\S]*?)\n\n/m.exec(text) ?? []
        for (const { name } of columns) assert.match(paragraph, new RegExp(`\\b${name}\\b`), command)
        const named = paragraph.match(/\b[a-z]+[A-Z]\w+/g) ?? []
        assert.isTrue(
          named.every((word) => columns.some(({ name }) => name === word)),
          `${command}: ${named}`
        )
      }
    })
  )

  it.effect("no line is wider than the terminal, except shell examples", () =>
    Effect.forEach(
      [[], ...Commands.groups.map(({ path }) => path), ...Commands.pages.map(({ path }) => path)],
      (path) =>
        Effect.gen(function* () {
          for (const columns of [80, 120]) {
            const lines = (yield* help(path, columns)).split("\n").filter((line) => !line.startsWith("    $ "))
            const tooWide = lines.filter((line) => line.length > Math.min(columns, 100))
            assert.deepStrictEqual(tooWide, [])
          }
        })
    )
  )

  it.effect("the overview lists every command, variable and exit code", () =>
    Effect.gen(function* () {
      const text = yield* help([], 100)
      for (const { path } of Commands.pages) assert.include(text, `  ${path.join(" ")} `)
      for (const code of [0, 1, 2, 3, 4, 130]) assert.match(text, new RegExp(`^ +${code} +\\w`, "m"))
      assert.include(text, "GLOWMARKT_ORG_SECRET")
    })
  )

  it.effect("simulate shows its defaults", () =>
    Effect.gen(function* () {
      const page = yield* help(["simulate"], 200)
      for (const said of ["Default: 0.", "Default: 100.", "Default: 1."]) assert.include(page, said)
    })
  )

  it.effect("a command without its subcommand is an error that lists the subcommands", () =>
    Effect.gen(function* () {
      for (const args of [[], ["plan"], ["runs"], ["accounts"], ["me"], ["me", "mobile-token"]]) {
        const { code, stderr, stdout } = yield* Captured.run(args)
        assert.deepStrictEqual({ code, stdout }, { code: 2, stdout: "" })
        assert.include(stderr, "COMMANDS")
      }
    })
  )

  it.live("--version, alone and after a command", () =>
    Effect.gen(function* () {
      const alone = yield* Effect.promise(() => Spawned.start(["--version"]).ended)
      assert.match(alone.stdout, /^\d+\.\d+\.\d+\n$/)
      const after = yield* Captured.run(["audit", "--version"])
      assert.strictEqual(after.stdout, alone.stdout)
    })
  )
})
