import { assert, describe, it } from "@effect/vitest"
import { Expected, Population } from "@effect-glowmarkt/simulator"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"

const epoch = DateTime.unsafeMake("2026-03-01T00:00:00Z")
const make = (accounts: number, seed = 1) => Population.make({ accounts, seed, epoch })

const thresholds = (hours: number): Expected.Thresholds => ({
  now: DateTime.add(epoch, { hours }),
  expiringWithin: Duration.days(7),
  dormantAfter: Duration.days(180)
})

describe("Expected", () => {
  it("counts the findings of each kind", () => {
    assert.deepStrictEqual(Expected.counts(make(10_000, 42), thresholds(9)), {
      healthy: 6400,
      inactive: 900,
      unrecognised: 100,
      mismatch: 400,
      tokenExpired: 1000,
      tokenExpiring: 600,
      dormant: 1300,
      missing: 100,
      denied: 0,
      undetermined: 0
    })
  })

  it("is the same at any hour of the day", () => {
    const population = make(1000, 5)
    const findings = (hours: number) =>
      [...population.members].map((member) => Expected.findings(population, member, thresholds(hours)))
    for (const hours of [6, 12, 18, 23.99]) {
      assert.deepStrictEqual(findings(hours), findings(0))
    }
  })

  it("follows the thresholds", () => {
    const population = make(1000)
    const counts = Expected.counts(population, {
      ...thresholds(0),
      expiringWithin: Duration.days(400),
      dormantAfter: Duration.days(400)
    })
    assert.isAbove(counts.tokenExpiring, 60)
    assert.strictEqual(counts.dormant, 30)
  })

  it("reports an account as healthy only without other findings", () => {
    const population = make(1000)
    for (const member of population.members) {
      const found = Expected.findings(population, member, thresholds(0))
      assert.isTrue(found.length > 0)
      assert.isTrue(!found.includes("healthy") || found.length === 1)
    }
  })
})
