import { assert, describe, it } from "@effect/vitest"
import { Population } from "@effect-glowmarkt/simulator"
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"

const epoch = DateTime.unsafeMake("2026-03-01T00:00:00Z")
const make = (accounts: number, seed = 1) => Population.make({ accounts, seed, epoch })

describe("Population", () => {
  it("is the same for the same seed", () => {
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

  it("differs for another seed", () => {
    const [one, two] = [make(50, 1), make(50, 2)]
    const ids = new Set([...one.members].map(({ accountId }) => accountId))
    assert.isTrue([...two.members].every(({ accountId }) => !ids.has(accountId)))
    assert.notStrictEqual(one.credentials.applicationId, two.credentials.applicationId)
  })

  it("has the same first accounts at any size", () => {
    assert.deepStrictEqual([...make(100).members], [...make(1000).members].slice(0, 100))
  })

  it("has unique ids, user names and e-mail addresses", () => {
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

  it("does not find accounts beyond its size", () => {
    const beyond = Option.getOrThrow(make(11).member(10))
    assert.deepStrictEqual(make(10).find(beyond.accountId), Option.none())
    assert.deepStrictEqual(make(10).findUser(beyond.username), Option.none())
  })

  it("has users without an account", () => {
    const population = make(10)
    const newcomer = Option.getOrThrow(population.newcomer(3))
    assert.deepStrictEqual(population.findUser(newcomer.username), Option.some(newcomer))
    assert.deepStrictEqual(population.newcomer(Population.newcomers), Option.none())
  })

  it("contains every kind of account in any hundred consecutive ones", () => {
    for (const seed of [1, 2, 3, 99]) {
      const traits = [...make(300, seed).members].map((member) => member.traits)
      for (const block of [0, 100, 200]) {
        const hundred = traits.slice(block, block + 100)
        const has = (some: (of: Population.Traits) => boolean) => assert.isTrue(hundred.some(some))
        for (const kind of ["listedActive", "listedInactive", "liveContradictsItself", "listContradictsItself"]) {
          has(({ inconsistency }) => inconsistency === kind)
        }
        for (const kind of ["missing", "failsOnce", "failsTwice"]) {
          has(({ availability }) => availability === kind)
        }
        has(({ status }) => status === "unverified")
        has(({ updatedDaysAgo }) => updatedDaysAgo > 400)
      }
    }
  })

  it("has the same gaps as live data", () => {
    const members = [...make(1000).members]
    assert.isTrue(members.some(({ name }) => name === null))
    assert.isTrue(members.some(({ name }) => name === undefined))
    assert.isTrue(members.some(({ email }) => email === null))
    assert.isTrue(members.some(({ email }) => email === undefined))
    for (const quirk of ["undocumentedField", "listedWithoutActive", "withoutCreatedAt"]) {
      assert.isTrue(members.some((member) => member.quirk === quirk))
    }
  })

  it("has no dates close to a common threshold", () => {
    const population = Population.make({ accounts: 2000, seed: 9, epoch: DateTime.unsafeMake(0) })
    for (const { traits } of population.members) {
      assert.isTrue(traits.updatedDaysAgo <= 178 || traits.updatedDaysAgo >= 180.25)
      const days = traits.tokenExpiresInDays ?? 100
      assert.isTrue(days < 0 || (days > 1 && days < 7) || days > 8)
    }
  })
})
