import { assert, it } from "@effect/vitest"
import { Account } from "@effect-glowmarkt/core"
import * as Schema from "effect/Schema"

const undocumented = Schema.decodeUnknownSync(Account.Status)("paused")

it("a documented status takes precedence over active, and active over an undocumented status", () => {
  for (const [fields, expected] of [
    [{ status: "active", active: false }, true],
    [{ status: "inactive", active: true }, false],
    [{ status: undocumented, active: true }, true],
    [{ active: false }, false],
    [{ status: undocumented }, undefined],
    [{}, undefined]
  ] as const) {
    assert.strictEqual(Account.isActive(fields), expected, JSON.stringify(fields))
  }
})
