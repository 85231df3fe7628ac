import { stripVTControlCharacters } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as ResumeLine from "../src/run/ResumeLine.js"
import * as Format from "../src/terminal/Format.js"
import * as ProgressBar from "../src/terminal/ProgressBar.js"
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
    assert.match(ProgressBar.line(position(2500, 5, 2000)), /100\/s {2}0:25 left$/)
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
    assert.match(ProgressBar.line({ ...hard, retries: 1 }), /16 at a time {2}1 retry$/)
  })

  it("says how long it has been waiting instead of a speed that means nothing", () => {
    const pause = Option.some({ lasted: Duration.seconds(75), nextTryIn: Duration.millis(7100) })
    assert.strictEqual(
      ProgressBar.line({ ...position(2500, 5), waiting: pause }),
      "50 %  2,500/5,000  waiting for 1:15, next try in 0:08"
    )
  })

  it("knows an empty list", () => {
    assert.include(ProgressBar.line({ ...position(0, 0), total: 0 }), "100 %")
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

describe("the line to resume", () => {
  it("says every option again, quoted for a shell", () => {
    const line = ResumeLine.make(["apply", "a plan.ndjson"], {
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
