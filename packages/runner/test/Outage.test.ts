import { assert, describe, it } from "@effect/vitest"
import { Duration } from "effect"
import { Outage } from "../src/index.js"

const many = 1000

const failing = (times: number, outstanding = many) => {
  let outage = Outage.none
  for (let i = 0; i < times; i++) outage = Outage.failed(outage, { nowMillis: 1000 + i, sinceMillis: 0 }, outstanding)
  return outage
}

const circumstances = { nowMillis: 1000, patience: Duration.minutes(15), left: "others" } as const

describe("Outage", () => {
  it("begins when many fail in a row, or all that are left", () => {
    assert.isFalse(Outage.isWaiting(failing(Outage.failuresInARow - 1)))
    assert.isTrue(Outage.isWaiting(failing(Outage.failuresInARow)))
    assert.isFalse(Outage.isWaiting(failing(2, 3)))
    assert.isTrue(Outage.isWaiting(failing(3, 3)))
    assert.deepStrictEqual(Outage.lasted(failing(Outage.failuresInARow), 61_000), Duration.seconds(60))
  })

  it("begins with the third failure when nothing succeeded for 20 seconds", () => {
    const timeouts = (times: number, seconds: number) => {
      let outage = Outage.none
      for (let i = 0; i < times; i++) {
        outage = Outage.failed(outage, { nowMillis: seconds * 1000 + i, sinceMillis: i }, many)
      }
      return Outage.isWaiting(outage)
    }
    assert.isFalse(timeouts(2, 30))
    assert.isTrue(timeouts(3, 30))
    assert.isTrue(timeouts(3, 20))
    assert.isFalse(timeouts(9, 19))
  })

  it("is probed at growing distances, at most 15 seconds", () => {
    let outage = failing(Outage.failuresInARow)
    let now = outage.nextProbeMillis
    const waits: Array<number> = []
    for (let i = 0; i < 8; i++) {
      outage = Outage.probed(outage, now)
      waits.push(outage.nextProbeMillis - now)
      now = outage.nextProbeMillis
    }
    assert.deepStrictEqual(waits, [1000, 2000, 4000, 8000, 15_000, 15_000, 15_000, 15_000])
  })

  it("a subject is given up when it keeps failing while others succeed, and not sooner", () => {
    const fate = (kind: keyof typeof Outage.blame, failures: number) =>
      Outage.fate(Outage.none, { blame: failures * Outage.blame[kind] }, circumstances)
    assert.strictEqual(fate("failed", 4), "again")
    assert.strictEqual(fate("failed", 5), "givenUp")
    for (const kind of ["refused", "strained"] as const) {
      assert.strictEqual(fate(kind, 19), "again")
      assert.strictEqual(fate(kind, 20), "givenUp")
    }
  })

  it("is waited for as long as there is patience, and no subject is given up before", () => {
    const outage = failing(Outage.failuresInARow)
    const fate = (seconds: number, patience = Outage.patience, left: "others" | "onlyFailing" = "others") =>
      Outage.fate(outage, { blame: Outage.blame.failed }, { nowMillis: 1000 + seconds * 1000, patience, left })
    assert.strictEqual(fate(90), "again")
    assert.strictEqual(fate(900), "again")
    assert.strictEqual(fate(901), "runEnds")
    assert.strictEqual(fate(31, Duration.seconds(30)), "runEnds")
    assert.strictEqual(fate(900, Outage.patience, "onlyFailing"), "again")
    assert.strictEqual(fate(901, Outage.patience, "onlyFailing"), "givenUp")
  })
})
