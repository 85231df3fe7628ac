import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as ProgressBar from "../src/ProgressBar.js"
import * as ResumeLine from "../src/ResumeLine.js"
import * as Table from "../src/Table.js"

const position = (processed: number, seconds: number, before = 0): ProgressBar.Position => ({
  total: 5000,
  before,
  processed,
  elapsed: Duration.seconds(seconds)
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

  it("knows an empty list", () => {
    assert.include(ProgressBar.line({ ...position(0, 0), total: 0 }), "100 %")
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
      Table.render(columns, [["abcdefghij", "名前名前名前名前", "5"]], Option.some(24)),
      ["ID          NAME       N", "abcdefghij  名前名前…  5"].join("\n")
    )
  })

  it("are as wide as they like where nobody looks", () => {
    assert.include(Table.render(columns, [["a", "x".repeat(300), "1"]], Option.none()), "x".repeat(300))
  })
})

describe("the line to resume", () => {
  it("says every option again, quoted for a shell", () => {
    const line = ResumeLine.make(
      "glowmarkt",
      {
        out: Option.some("it's here"),
        formats: Option.some(["csv"]),
        concurrency: Option.some(4),
        dormantDays: Option.some(90),
        expiringDays: Option.none(),
        run: Option.none(),
        store: Option.none(),
        failOn: Option.some(["missing", "denied"]),
        progress: "quiet",
        auth: Option.some("orgAppKeys"),
        form: "json"
      },
      { id: "r1", store: "/tmp/$x" as string }
    )
    assert.strictEqual(
      line,
      "glowmarkt audit --run r1 --store '/tmp/$x' --out 'it'\\''s here' --format csv --concurrency 4 --dormant-days 90 --fail-on missing,denied --auth orgAppKeys --quiet --json"
    )
  })
})
