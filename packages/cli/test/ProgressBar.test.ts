import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as RunProgress from "../src/run/RunProgress.js"
import * as ProgressBar from "../src/terminal/ProgressBar.js"

const position = (processed: number, seconds: number, before = 0): ProgressBar.Position =>
  Option.getOrThrow(
    RunProgress.position({ ...RunProgress.initial, total: Option.some(5000), before, processed }, seconds * 1000)
  )

describe("the progress bar", () => {
  it("shows the share, the count, the rate and the time left", () => {
    assert.strictEqual(ProgressBar.bar(position(2500, 5), 60), "████████░░░░░░░░░  50 %  2,500/5,000  500/s  0:05 left")
  })

  it("excludes earlier attempts from the rate", () => {
    assert.match(ProgressBar.logLine(position(2500, 5, 2000)), /100\/s {2}0:25 left$/)
  })

  it("never exceeds the terminal's width, and draws the bar where it fits", () => {
    for (let columns = 1; columns <= 200; columns++) {
      for (const processed of [0, 1, 4999, 5000]) {
        const bar = ProgressBar.bar(position(processed, 3000), columns)
        assert.isBelow(bar.length, columns, bar)
        assert.strictEqual(/[█░]/.test(bar), columns >= 48)
      }
    }
  })

  it("shows concurrency and retries where they fit", () => {
    const hard = { ...position(2500, 5), concurrency: 16, retries: 3 }
    assert.strictEqual(
      ProgressBar.bar(hard, 100),
      "████████████████░░░░░░░░░░░░░░░░  50 %  2,500/5,000  500/s  0:05 left  16 at a time  3 retries"
    )
    assert.strictEqual(ProgressBar.bar(hard, 60), ProgressBar.bar(position(2500, 5), 60))
    assert.match(ProgressBar.logLine({ ...hard, retries: 1 }), /16 at a time {2}1 retry$/)
  })

  it("shows how long it has waited instead of a rate during an outage", () => {
    const pause = Option.some({ lasted: Duration.seconds(75), nextTryIn: Duration.millis(7100) })
    assert.strictEqual(
      ProgressBar.logLine({ ...position(2500, 5), waiting: pause }),
      "50 %  2,500/5,000  waiting for 1:15, next try in 0:08"
    )
  })

  it("shows an empty list as complete", () => {
    assert.include(ProgressBar.logLine({ ...position(0, 0), total: 0 }), "100 %")
  })
})
