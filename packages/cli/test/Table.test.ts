import { stripVTControlCharacters } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Table from "../src/terminal/Table.js"

// biome-ignore lint/suspicious/noControlCharactersInRegex: ANSI colours begin with this character
const escape = /\u001b\[/

describe("tables", () => {
  const columns = [
    { title: "ID", width: "fixed" },
    { title: "NAME", width: "flexible" },
    { title: "N", width: "fixed", align: "right" }
  ] as const

  it("shorten only flexible columns, by display width", () => {
    assert.strictEqual(
      Table.render(columns, [["abcdefghij", "名前名前名前名前", "5"]], { columns: Option.some(24), colour: "plain" }),
      ["ID          NAME       N", "abcdefghij  名前名前…  5"].join("\n")
    )
  })

  it("keep their width when coloured", () => {
    const row = [{ text: "a", tone: "bad" }, "b", "1"] as const
    const layout = { columns: Option.some(24) }
    const plain = Table.render(columns, [row], { ...layout, colour: "plain" })
    const ansi = Table.render(columns, [row], { ...layout, colour: "ansi" })
    assert.notMatch(plain, escape)
    assert.match(ansi, escape)
    assert.strictEqual(stripVTControlCharacters(ansi), plain)
  })

  it("have no limit when the output is not a terminal", () => {
    assert.include(
      Table.render(columns, [["a", "x".repeat(300), "1"]], { columns: Option.none(), colour: "plain" }),
      "x".repeat(300)
    )
  })
})

describe("tables of values that are too long", () => {
  const columns = [
    { title: "ID", width: "fixed" },
    { title: "NAME", width: "flexible" }
  ] as const
  const long = "x".repeat(1_000_000)
  const rows = [["a", long], ...Array.from({ length: 2000 }, () => [long.slice(0, 5), "y"])]

  it("limit the width of columns in a terminal and show whole values elsewhere", () => {
    const wide = Table.render(columns, rows, { columns: Option.none(), colour: "plain" })
    assert.isBelow(wide.length, 1_100_000)
    assert.include(wide, long)
    const [, first] = Table.render(columns, rows, { columns: Option.some(80), colour: "plain" }).split("\n")
    assert.strictEqual(first, `a      ${"x".repeat(72)}…`)
  })

  it.effect("are printed in pages", () =>
    Effect.gen(function* () {
      const layout = { columns: Option.some(80), colour: "plain" } as const
      const pages = yield* Stream.runCollect(Table.stream(columns, Stream.fromIterable(rows), layout))
      assert.strictEqual(Chunk.join(pages, "\n"), Table.render(columns, rows, layout))
      const none = yield* Stream.runCollect(Table.stream(columns, Stream.empty, layout))
      assert.strictEqual(Chunk.join(none, "\n"), "ID  NAME")
    })
  )
})
