import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Format from "../src/terminal/Format.js"

describe("durations", () => {
  it("are in whole seconds, at least one", () => {
    assert.strictEqual(Format.duration(Duration.millis(35_199_001.755648)), "9h 46m 39s")
    assert.strictEqual(Format.duration(Duration.millis(0.4)), "1s")
  })
})
