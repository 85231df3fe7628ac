import { stripVTControlCharacters } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as ResumeCommand from "../src/run/ResumeCommand.js"
import * as Format from "../src/terminal/Format.js"
import * as ProgressBar from "../src/terminal/ProgressBar.js"
import * as Sanitize from "../src/terminal/Sanitize.js"
import * as Table from "../src/terminal/Table.js"

const position = (processed: number, seconds: number, before = 0): ProgressBar.Position => ({
  total: 5000,
  before,
  processed,
  retries: 0,
  concurrency: 0,
  elapsed: Duration.seconds(seconds),
  waiting: Option.none()
})

describe("the progress bar", () => {
  it("has the share, the count, the rate and the time left", () => {
    assert.strictEqual(ProgressBar.bar(position(2500, 5), 60), "████████░░░░░░░░░  50 %  2,500/5,000  500/s  0:05 left")
  })

  it("does not count what an attempt before this one did", () => {
    assert.match(ProgressBar.logLine(position(2500, 5, 2000)), /100\/s {2}0:25 left$/)
  })

  it("is never wider than the terminal, and a bar as soon as there is room", () => {
    for (let columns = 1; columns <= 200; columns++) {
      for (const processed of [0, 1, 4999, 5000]) {
        const bar = ProgressBar.bar(position(processed, 3000), columns)
        assert.isBelow(bar.length, columns, bar)
        assert.strictEqual(/[█░]/.test(bar), columns >= 48)
      }
    }
  })

  it("says how many are worked on at a time and what was tried again, where there is room", () => {
    const hard = { ...position(2500, 5), concurrency: 16, retries: 3 }
    assert.strictEqual(
      ProgressBar.bar(hard, 100),
      "████████████████░░░░░░░░░░░░░░░░  50 %  2,500/5,000  500/s  0:05 left  16 at a time  3 retries"
    )
    assert.strictEqual(ProgressBar.bar(hard, 60), ProgressBar.bar(position(2500, 5), 60))
    assert.match(ProgressBar.logLine({ ...hard, retries: 1 }), /16 at a time {2}1 retry$/)
  })

  it("says how long it has been waiting instead of a speed that means nothing", () => {
    const pause = Option.some({ lasted: Duration.seconds(75), nextTryIn: Duration.millis(7100) })
    assert.strictEqual(
      ProgressBar.logLine({ ...position(2500, 5), waiting: pause }),
      "50 %  2,500/5,000  waiting for 1:15, next try in 0:08"
    )
  })

  it("knows an empty list", () => {
    assert.include(ProgressBar.logLine({ ...position(0, 0), total: 0 }), "100 %")
  })
})

// biome-ignore lint/suspicious/noControlCharactersInRegex: that is how colour begins
const escape = /\u001b\[/

describe("durations", () => {
  it("are in whole seconds, and a second at least", () => {
    assert.strictEqual(Format.duration(Duration.millis(35_199_001.755648)), "9h 46m 39s")
    assert.strictEqual(Format.duration(Duration.millis(0.4)), "1s")
  })
})

describe("tables", () => {
  const columns = [
    { title: "ID", width: "fixed" },
    { title: "NAME", width: "flexible" },
    { title: "N", width: "fixed", align: "right" }
  ] as const

  it("cut only the flexible columns, by what characters take on the screen", () => {
    assert.strictEqual(
      Table.render(columns, [["abcdefghij", "名前名前名前名前", "5"]], { columns: Option.some(24), colour: "plain" }),
      ["ID          NAME       N", "abcdefghij  名前名前…  5"].join("\n")
    )
  })

  it("have colour where it is understood, which changes nothing of their width", () => {
    const row = [{ text: "a", tone: "bad" }, "b", "1"] as const
    const layout = { columns: Option.some(24) }
    const plain = Table.render(columns, [row], { ...layout, colour: "plain" })
    const ansi = Table.render(columns, [row], { ...layout, colour: "ansi" })
    assert.notMatch(plain, escape)
    assert.match(ansi, escape)
    assert.strictEqual(stripVTControlCharacters(ansi), plain)
  })

  it("are as wide as they like where nobody looks", () => {
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

  it("have columns of a limited width, and show the value whole where nobody looks", () => {
    const wide = Table.render(columns, rows, { columns: Option.none(), colour: "plain" })
    assert.isBelow(wide.length, 1_100_000)
    assert.include(wide, long)
    const [, first] = Table.render(columns, rows, { columns: Option.some(80), colour: "plain" }).split("\n")
    assert.strictEqual(first, `a      ${"x".repeat(72)}…`)
  })

  it.effect("are shown page by page", () =>
    Effect.gen(function* () {
      const layout = { columns: Option.some(80), colour: "plain" } as const
      const pages = yield* Stream.runCollect(Table.stream(columns, Stream.fromIterable(rows), layout))
      assert.strictEqual(Chunk.join(pages, "\n"), Table.render(columns, rows, layout))
      const none = yield* Stream.runCollect(Table.stream(columns, Stream.empty, layout))
      assert.strictEqual(Chunk.join(none, "\n"), "ID  NAME")
    })
  )
})

describe("text for a terminal", () => {
  it("shows what cannot be seen", () => {
    assert.strictEqual(Sanitize.text("scot\u200bty\u001b[2J"), "scot\\u200bty\\u001b[2J")
    assert.strictEqual(Sanitize.lines("a\nb\u00ad"), "a\nb\\u00ad")
    assert.deepStrictEqual(JSON.parse(Sanitize.json({ name: "a\u2060\u009b" })), { name: "a\u2060\u009b" })
    assert.notMatch(Sanitize.jsonLine({ name: "a\u2060\u009b" }), /[\u2060\u009b]/)
  })
})

describe("the line to resume", () => {
  it("says every option again, quoted for a shell", () => {
    const line = ResumeCommand.make(["apply", "a plan.ndjson"], {
      run: Option.some("r1"),
      store: Option.some("/tmp/$x"),
      out: Option.some("it's here"),
      rate: Option.some(4),
      format: Option.some(["csv", "json"]),
      auth: Option.none(),
      quiet: true,
      json: false
    })
    assert.strictEqual(
      line.replace(/^npx /, ""),
      "glowmarkt apply 'a plan.ndjson' --run r1 --store '/tmp/$x' --out 'it'\\''s here' --rate 4 --format csv,json --quiet"
    )
  })
})
