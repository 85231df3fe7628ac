import { assert, describe, it } from "@effect/vitest"
import { Expected, Population } from "@effect-glowmarkt/simulator"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"

const epoch = DateTime.unsafeMake("2026-03-01T00:00:00Z")
const make = (accounts: number, seed = 1) => Population.make({ accounts, seed, epoch })

const thresholds = (hours: number): Expected.Thresholds => ({
  now: DateTime.add(epoch, { hours }),
  expiringWithin: Duration.days(7),
  dormantAfter: Duration.days(180)
})

describe("Population", () => {
  it("gives the same people and credentials for the same seed", () => {
    const [one, two] = [make(300), make(300)]
    assert.deepStrictEqual([...one.members], [...two.members])
    assert.deepStrictEqual(one.directories, two.directories)
    assert.strictEqual(one.credentials.applicationId, two.credentials.applicationId)
    assert.strictEqual(one.credentials.appKeys.key, two.credentials.appKeys.key)
    assert.strictEqual(Redacted.value(one.credentials.devUserToken), Redacted.value(two.credentials.devUserToken))
    for (const member of one.members) {
      assert.strictEqual(Redacted.value(one.password(member)), Redacted.value(two.password(member)))
    }
  })

  it("gives others for another seed", () => {
    const [one, two] = [make(50, 1), make(50, 2)]
    const ids = new Set([...one.members].map(({ accountId }) => accountId))
    assert.isTrue([...two.members].every(({ accountId }) => !ids.has(accountId)))
    assert.notStrictEqual(one.credentials.applicationId, two.credentials.applicationId)
  })

  it("does not change its first accounts when it grows", () => {
    assert.deepStrictEqual([...make(100).members], [...make(1000).members].slice(0, 100))
  })

  it("gives every account ids, a user name and an e-mail address of its own", () => {
    const members = [...make(20_000, 7).members]
    for (const field of ["accountId", "userId", "username"] as const) {
      assert.strictEqual(new Set(members.map((member) => member[field])).size, members.length)
    }
    const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
    assert.isTrue(members.every(({ accountId, userId }) => uuid.test(accountId) && uuid.test(userId)))
  })

  it("finds accounts by id and users by name", () => {
    for (const seed of [0, 1, -5, 2 ** 31]) {
      const population = make(1000, seed)
      for (const member of population.members) {
        assert.deepStrictEqual(population.find(member.accountId), Option.some(member))
        assert.deepStrictEqual(
          Option.map(population.findUser(member.username), ({ userId }) => userId),
          Option.some(member.userId)
        )
      }
      for (const id of ["", "nobody", "00000000-0000-4000-8000-000000000000"]) {
        assert.deepStrictEqual(population.find(id), Option.none())
      }
      assert.deepStrictEqual(population.findUser("nobody@homes.example"), Option.none())
    }
  })

  it("does not find in a small population what only a larger one has", () => {
    const beyond = Option.getOrThrow(make(11).member(10))
    assert.deepStrictEqual(make(10).find(beyond.accountId), Option.none())
    assert.deepStrictEqual(make(10).findUser(beyond.username), Option.none())
  })

  it("knows users without an account", () => {
    const population = make(10)
    const newcomer = Option.getOrThrow(population.newcomer(3))
    assert.deepStrictEqual(population.findUser(newcomer.username), Option.some(newcomer))
    assert.deepStrictEqual(population.newcomer(Population.newcomers), Option.none())
  })

  it("shows every kind of account in any hundred in a row", () => {
    for (const seed of [1, 2, 3, 99]) {
      const traits = [...make(300, seed).members].map((member) => member.traits)
      for (const block of [0, 100, 200]) {
        const hundred = traits.slice(block, block + 100)
        const has = (some: (of: Population.Traits) => boolean) => assert.isTrue(hundred.some(some))
        for (const kind of ["listedActive", "listedInactive", "liveContradictsItself", "listContradictsItself"]) {
          has(({ disagreement }) => disagreement === kind)
        }
        for (const kind of ["gone", "failsOnce", "failsTwice"]) {
          has(({ liveAnswer }) => liveAnswer === kind)
        }
        has(({ standing }) => standing === "unverified")
        has(({ updatedDaysAgo }) => updatedDaysAgo > 400)
      }
    }
  })

  it("is uneven like live data", () => {
    const members = [...make(1000).members]
    assert.isTrue(members.some(({ name }) => name === null))
    assert.isTrue(members.some(({ name }) => name === undefined))
    assert.isTrue(members.some(({ email }) => email === null))
    assert.isTrue(members.some(({ email }) => email === undefined))
    for (const quirk of ["undocumentedField", "listedWithoutActive", "withoutCreatedAt"]) {
      assert.isTrue(members.some((member) => member.quirk === quirk))
    }
  })
})

describe("Expected", () => {
  it("counts what the kinds dictate", () => {
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

  it("says the same at any hour of the day", () => {
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

  it("calls an account healthy only when nothing else is to be said", () => {
    const population = make(1000)
    for (const member of population.members) {
      const found = Expected.findings(population, member, thresholds(0))
      assert.isTrue(found.length > 0)
      assert.isTrue(!found.includes("healthy") || found.length === 1)
    }
  })
})
