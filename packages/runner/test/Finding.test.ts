import { assert, describe, it } from "@effect/vitest"
import { Account, GlowmarktError } from "@effect-glowmarkt/core"
import { DateTime, Duration, Either, FastCheck as fc, Schema } from "effect"
import { Finding } from "../src/index.js"

const now = DateTime.unsafeMake("2026-03-14T12:00:00Z")
const lines: Finding.Thresholds = { now, dormantFor: Duration.days(180), expiringWithin: Duration.days(7) }

const accountId = "ffe4f42e-7c1a-4ea3-9ec8-087d4a1071e6"

/** As the client decodes responses: a field that is `null` is absent. */
const present = (fields: object): unknown =>
  JSON.parse(JSON.stringify(fields), (_, value) => (value === null ? undefined : value))

const listed = (fields: object = {}) =>
  Schema.decodeUnknownSync(Account.Account)(present({ accountId, status: "active", active: true, ...fields }))
const live = (fields: object = {}) =>
  Schema.decodeUnknownSync(Account.AccountStatus)(present({ status: "active", active: true, ...fields }))
const found = (list: Account.Account, status: Account.AccountStatus) =>
  Finding.classify(list, Either.right(status), lines).findings

const at = (offset: Duration.DurationInput) => DateTime.formatIso(DateTime.addDuration(now, offset))
const ago = (offset: Duration.DurationInput) => DateTime.formatIso(DateTime.subtractDuration(now, offset))
const expiring = (tokenExpiryDate: string) => live({ directory: { data: { tokenExpiryDate } } })

const call = { operation: "getAccountStatusById", attempts: 1, elapsed: Duration.zero }
const answer = { ...call, excerpt: "" }

describe("Finding", () => {
  it("an active account without other findings is healthy", () => {
    assert.deepStrictEqual(found(listed(), live()), ["healthy"])
    assert.deepStrictEqual(found(listed(), live({ status: null })), ["healthy"])
  })

  it("the live status decides whether an account is inactive", () => {
    const inactive = { status: "inactive", active: false }
    assert.deepStrictEqual(found(listed(inactive), live(inactive)), ["inactive"])
    assert.deepStrictEqual(found(listed(), live(inactive)), ["inactive", "mismatch"])
    assert.deepStrictEqual(found(listed(inactive), live()), ["mismatch"])
    assert.deepStrictEqual(found(listed(inactive), live({ status: null, active: false })), ["inactive"])
  })

  it("a contradiction within either response is a mismatch", () => {
    assert.deepStrictEqual(found(listed({ active: false }), live()), ["mismatch"])
    assert.deepStrictEqual(found(listed(), live({ active: false })), ["mismatch"])
    assert.deepStrictEqual(found(listed({ active: null }), live({ active: null })), ["healthy"])
  })

  it("an undocumented or missing status is unrecognised, whatever the value of `active`", () => {
    for (const status of ["unverified", "suspended"]) {
      assert.deepStrictEqual(found(listed({ status }), live({ status })), ["unrecognised"])
      assert.deepStrictEqual(found(listed({ status }), live({ status, active: null })), ["unrecognised"])
      assert.deepStrictEqual(found(listed({ status }), live({ status: null })), ["unrecognised"])
      assert.deepStrictEqual(found(listed(), live({ status })), ["unrecognised", "mismatch"])
      const inactive = ["inactive", "unrecognised"] as const
      assert.deepStrictEqual(found(listed({ status }), live({ status, active: false })), inactive)
    }
    const none = { status: null, active: null }
    assert.deepStrictEqual(found(listed(none), live({ status: null })), ["unrecognised"])
    assert.deepStrictEqual(found(listed(none), live({ status: null, active: false })), ["inactive", "unrecognised"])
  })

  it("a response about another account or application leaves this one undetermined", () => {
    const other = "00000000-7c1a-4ea3-9ec8-087d4a1071e6"
    const of = (list: object, status: object, applicationId?: string) =>
      Finding.classify(listed(list), Either.right(live(status)), { ...lines, applicationId })
    assert.deepStrictEqual(of({}, { accountId: other }), {
      findings: ["undetermined"],
      problem: { kind: "OtherAccount", message: `the response describes account ${other}` }
    })
    const elsewhere = {
      findings: ["undetermined"],
      problem: { kind: "OtherApplication", message: `the account belongs to application ${other}, not ${accountId}` }
    } as const
    assert.deepStrictEqual(of({ applicationId: accountId }, { applicationId: other }), elsewhere)
    assert.deepStrictEqual(of({}, { applicationId: other }, accountId), elsewhere)
    assert.deepStrictEqual(of({ applicationId: other }, {}, accountId), elsewhere)
    const upper = { accountId: accountId.toUpperCase(), applicationId: accountId.toUpperCase() }
    assert.deepStrictEqual(of({ applicationId: accountId }, upper, accountId).findings, ["healthy"])
  })

  it("a directory token has expired from its expiry on, and is expiring up to and including the threshold", () => {
    assert.deepStrictEqual(found(listed(), expiring(at(0))), ["tokenExpired"])
    assert.deepStrictEqual(found(listed(), expiring(ago("300 days"))), ["tokenExpired"])
    assert.deepStrictEqual(found(listed(), expiring(at(1))), ["tokenExpiring"])
    assert.deepStrictEqual(found(listed(), expiring(at("7 days"))), ["tokenExpiring"])
    assert.deepStrictEqual(found(listed(), expiring(at(7 * 86_400_000 + 1))), ["healthy"])
  })

  it("an account is dormant if its last update is older than the threshold; the live date takes precedence", () => {
    assert.deepStrictEqual(found(listed({ updatedAt: ago("180 days") }), live()), ["healthy"])
    assert.deepStrictEqual(found(listed({ updatedAt: ago(180 * 86_400_000 + 1) }), live()), ["dormant"])
    assert.deepStrictEqual(found(listed({ updatedAt: ago("900 days") }), live({ updatedAt: ago("1 day") })), [
      "healthy"
    ])
    assert.deepStrictEqual(found(listed({ updatedAt: ago("1 day") }), live({ updatedAt: ago("900 days") })), [
      "dormant"
    ])
    const never = { ...lines, dormantFor: Duration.infinity }
    assert.deepStrictEqual(
      Finding.classify(listed({ updatedAt: ago("9000 days") }), Either.right(live()), never).findings,
      ["healthy"]
    )
  })

  it("an account can have several findings", () => {
    const bad = { status: "inactive", active: false, updatedAt: ago("400 days") }
    const both = live({ ...bad, directory: { data: { tokenExpiryDate: ago("1 day") } } })
    assert.deepStrictEqual(found(listed(), both), ["inactive", "mismatch", "tokenExpired", "dormant"])
  })

  it("404 is missing, 401 is denied, and any other error is undetermined, with its kind and message", () => {
    const of = (error: GlowmarktError.GlowmarktError) => Finding.classify(listed(), Either.left(error), lines)
    assert.deepStrictEqual(of(new GlowmarktError.AccountNotFound({ ...answer, status: 404, accountId })), {
      findings: ["missing"]
    })
    const denied = new GlowmarktError.AccessDenied({ ...answer, status: 401, caller: "appKeys" })
    assert.deepStrictEqual(of(denied), {
      findings: ["denied"],
      problem: { kind: "AccessDenied", message: GlowmarktError.explanation(denied) }
    })
    const timeout = new GlowmarktError.RequestTimeout({ ...call, phase: "sent", limit: Duration.seconds(30) })
    assert.deepStrictEqual(of(timeout), {
      findings: ["undetermined"],
      problem: { kind: "RequestTimeout", message: GlowmarktError.explanation(timeout) }
    })
  })

  const optional = <A>(value: fc.Arbitrary<A>) => fc.option(value, { nil: null })
  const instant = optional(fc.integer({ min: -500, max: 500 }).map((days) => at(days * 86_400_000)))
  const word = optional(fc.constantFrom("active", "inactive", "unverified"))
  const lists = fc.record({ status: word, active: optional(fc.boolean()), updatedAt: instant }).map(listed)
  const answers = fc
    .record({ status: word, active: optional(fc.boolean()), updatedAt: instant, expiry: instant })
    .filter(({ active, status }) => active !== null || status !== null)
    .map(({ expiry, ...rest }) => live({ ...rest, directory: { data: { tokenExpiryDate: expiry } } }))

  it.prop(
    "`healthy` excludes other findings, no finding occurs twice, and the order is fixed",
    [lists, answers],
    ([list, status]) => {
      const findings = found(list, status)
      assert.isAbove(findings.length, 0)
      assert.isTrue(!findings.includes("healthy") || findings.length === 1)
      assert.deepStrictEqual(
        Finding.Finding.literals.filter((finding) => findings.includes(finding)),
        [...findings]
      )
      assert.isFalse(findings.includes("tokenExpired") && findings.includes("tokenExpiring"))
    }
  )

  it.prop(
    "findings depend on the given instant, not on the current time",
    [lists, answers, fc.integer({ min: -400, max: 400 })],
    ([list, status, days]) => {
      const shift = Duration.days(Math.abs(days))
      const move = (date: DateTime.Utc) =>
        days < 0 ? DateTime.subtractDuration(date, shift) : DateTime.addDuration(date, shift)
      const moved = <A extends { readonly updatedAt?: DateTime.Utc }>(of: A): A =>
        of.updatedAt === undefined ? of : { ...of, updatedAt: move(of.updatedAt) }
      const expiry = status.directory?.data?.tokenExpiryDate
      const movedStatus = {
        ...moved(status),
        ...(expiry === undefined ? {} : { directory: { data: { tokenExpiryDate: move(expiry) } } })
      }
      assert.deepStrictEqual(
        Finding.ofStatus(moved(list), movedStatus, { ...lines, now: move(now) }).findings,
        found(list, status)
      )
    }
  )

  it.prop("only contradicting responses are a mismatch", [fc.boolean(), fc.boolean()], ([a, b]) => {
    const said = (active: boolean) => ({ status: active ? "active" : "inactive", active })
    assert.strictEqual(found(listed(said(a)), live(said(b))).includes("mismatch"), a !== b)
  })
})
