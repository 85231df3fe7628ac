import { assert, describe, it } from "@effect/vitest"
import { Account } from "@effect-glowmarkt/core"
import { DateTime, Duration, Either, FastCheck as fc, Schema } from "effect"
import { AccountFilter } from "../src/index.js"

const account = Schema.decodeUnknownSync(Account.Account)

const ann = account({
  accountId: "ffe4f42e-7c1a-4ea3-9ec8-087d4a1071e6",
  username: "ann@x.example",
  name: "Ann O'Hara",
  status: "inactive",
  active: false,
  createdAt: "2024-06-30T23:59:59.000Z",
  updatedAt: "2025-01-01T12:00:00.000Z"
})

const bare = account({ accountId: "ffe4f42e-7c1a-4ea3-9ec8-087d4a1071e7", active: true })

const now = DateTime.unsafeMake("2025-07-01T12:00:00Z")

const holds = (text: string, of: Account.Account) =>
  AccountFilter.matches(
    Either.getOrThrowWith(AccountFilter.parse(text), (error) => error),
    now
  )(of)

const refused = (text: string) =>
  Either.match(AccountFilter.parse(text), {
    onLeft: ({ position, problem }) => `${position}: ${problem}`,
    onRight: (filter) => `understood as ${AccountFilter.format(filter)}`
  })

describe("AccountFilter", () => {
  it("refuses unreasonably long or deep filters", () => {
    const [tooMany, condition] = [/more than 250 parts; use field in \(a, b, …\)/, "name = a"]
    assert.match(refused(`${"(".repeat(3_000)}${condition}${")".repeat(3_000)}`), tooMany)
    assert.match(refused(Array.from({ length: 3_000 }, () => condition).join(" or ")), tooMany)
    assert.match(refused(`${"not ".repeat(3_000)}${condition}`), tooMany)
    assert.match(refused(Array.from({ length: 8_000 }, () => condition).join(" or ")), /longer than 50000 characters/)
    const most = Array.from({ length: 250 }, () => condition).join(" or ")
    assert.isFalse(holds(most, ann))
    assert.strictEqual(refused(most), `understood as ${most}`)
    const deep = `${"(".repeat(249)}${condition}${")".repeat(249)}`
    assert.strictEqual(refused(deep), `understood as ${condition}`)
    const ids = Array.from({ length: 1_000 }, () => ann.accountId).join(", ")
    assert.isTrue(holds(`accountId in (${ids})`, ann))
  })

  it("matches the accounts that satisfy it", () => {
    const table: ReadonlyArray<readonly [text: string, ann: boolean, bare: boolean]> = [
      ["status = inactive", true, false],
      ["status = active", false, true],
      ["STATUS = Active", false, true],
      ['status != "suspended"', true, true],
      ["status in (active, 'unverified')", false, true],
      ["active = false", true, false],
      ["active != false", false, true],
      ["name = 'ann o''hara'", true, false],
      ['name = "Ann O\'Hara"', true, false],
      ["name contains HARA", true, false],
      ["username = ann@x.example", true, false],
      ["username != ann@x.example", false, true],
      ["email is missing and name is present", true, false],
      ["accountId = FFE4F42E-7C1A-4EA3-9EC8-087D4A1071E6", true, false],
      ["createdAt = 2024-06-30", true, false],
      ["createdAt <= 2024-06-30", true, false],
      ["createdAt < 2024-06-30", false, false],
      ["createdAt > 2024-06-30", false, false],
      ["createdAt after 2024-06-29", true, false],
      ["updatedAt < 2025-01-01T12:00:00Z", false, false],
      ["updatedAt <= 2025-01-01T14:00+02:00", true, false],
      ["updatedAt before 180 days ago", true, false],
      ["updatedAt before 182 days ago", false, false],
      ["not updatedAt after 2020-01-01", false, true],
      ["status = active or name contains ann and active = true", false, true],
      ["(status = active or name contains ann) and active = false", true, false],
      ["not (status = active or status = inactive)", false, false]
    ]
    for (const [text, ofAnn, ofBare] of table) {
      assert.deepStrictEqual([text, holds(text, ann), holds(text, bare)], [text, ofAnn, ofBare])
    }
  })

  it("reports the position of the problem and the valid alternatives", () => {
    const fields =
      "status, active, name, username, email, accountId, userId, directoryId, applicationId, createdAt, updatedAt"
    assert.deepStrictEqual(
      [
        "",
        "statuss = active",
        "status = inactiv",
        "status < active",
        "name = Ann Lee",
        "name = 'Ann",
        "updatedAt < soon",
        "updatedAt < 2025-02-31",
        "updatedAt before 3 fortnights ago",
        "active = maybe",
        "status = active and",
        "(status = active",
        "status = active)",
        "status in active",
        "name is gone",
        "name ~ Ann"
      ].map(refused),
      [
        `1: expected a field (${fields}), found the end`,
        `1: expected a field (${fields}), found "statuss"`,
        '10: status must be active or inactive, found "inactiv"; put any other word in quotes',
        '8: expected an operator for status (= != in is), found "<"',
        '12: expected "and", "or" or the end, found "Lee"; put text with spaces in quotes',
        "8: unclosed quote",
        '13: updatedAt takes a day (2025-01-01), an instant (2025-01-01T09:15:00Z) or an age ("180 days ago"), found "soon"',
        '13: updatedAt takes a day (2025-01-01), an instant (2025-01-01T09:15:00Z) or an age ("180 days ago"), found "2025-02-31"',
        '18: updatedAt takes a day (2025-01-01), an instant (2025-01-01T09:15:00Z) or an age ("180 days ago"), found "3 fortnights ago"',
        '10: active must be true or false, found "maybe"',
        `20: expected a field (${fields}), found the end`,
        '17: expected ")", found the end',
        '16: expected "and", "or" or the end, found ")"',
        '11: expected "(" before the values, found "active"',
        '9: expected "missing" or "present" after name is, found "gone"',
        '6: expected an operator for name (= != in contains is), found "~"'
      ]
    )
    const error = Either.flip(AccountFilter.parse("x = 1"))
    assert.match(Either.getOrThrow(error).message, /^Invalid filter "x = 1" \(position 1\): expected a field/)
  })

  const text = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !text.includes("\u0000"))
  const textField = fc.constantFrom("name" as const, "username" as const, "email" as const, "status" as const)
  const moment: fc.Arbitrary<AccountFilter.Moment> = fc.oneof(
    fc
      .integer({ min: 0, max: 20_000 })
      .map((day) => ({ _tag: "Day" as const, start: DateTime.unsafeMake(day * 86_400_000) })),
    fc.integer({ min: 0, max: 2e12 }).map((at) => ({ _tag: "Instant" as const, at: DateTime.unsafeMake(at) })),
    fc.integer({ min: 1, max: 1000 }).map((days) => ({ _tag: "Ago" as const, duration: Duration.days(days) }))
  )
  const { filter } = fc.letrec<{ filter: AccountFilter.AccountFilter }>((tie) => ({
    filter: fc.oneof(
      { maxDepth: 4 },
      fc.record({
        _tag: fc.constant("OneOf" as const),
        field: textField,
        values: fc.array(text, { minLength: 1, maxLength: 3 })
      }),
      fc.record({ _tag: fc.constant("Contains" as const), field: fc.constant("name" as const), value: text }),
      fc.record({
        _tag: fc.constant("Is" as const),
        field: textField,
        presence: fc.constantFrom("missing" as const, "present" as const)
      }),
      fc.record({ _tag: fc.constant("Flag" as const), field: fc.constant("active" as const), value: fc.boolean() }),
      fc.record({
        _tag: fc.constant("When" as const),
        field: fc.constantFrom("createdAt" as const, "updatedAt" as const),
        order: fc.constantFrom("=" as const, "<" as const, "<=" as const, ">" as const, ">=" as const),
        moment
      }),
      fc.record({ _tag: fc.constant("Not" as const), filter: tie("filter") }),
      fc.record({ _tag: fc.constantFrom("And" as const, "Or" as const), left: tie("filter"), right: tie("filter") })
    )
  }))

  it.prop("is the same after formatting and parsing", [filter], ([filter]) => {
    const written = AccountFilter.format(filter)
    assert.deepStrictEqual(AccountFilter.parse(written), Either.right(filter), written)
  })

  it.prop("never throws", [fc.string({ unit: "binary" })], ([text]) => {
    assert.isTrue(Either.isEither(AccountFilter.parse(text)))
  })
})
