import { assert, describe, it } from "@effect/vitest"
import * as Sanitize from "../src/terminal/Sanitize.js"

describe("text for a terminal", () => {
  it("escapes invisible characters", () => {
    assert.strictEqual(Sanitize.text("scot\u200bty\u001b[2J"), "scot\\u200bty\\u001b[2J")
    assert.strictEqual(Sanitize.lines("a\nb\u00ad"), "a\nb\\u00ad")
    assert.deepStrictEqual(JSON.parse(Sanitize.json({ name: "a\u2060\u009b" })), { name: "a\u2060\u009b" })
    assert.notMatch(Sanitize.jsonLine({ name: "a\u2060\u009b" }), /[\u2060\u009b]/)
  })
})
