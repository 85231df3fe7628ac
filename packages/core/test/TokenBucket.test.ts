import { assert, describe, it } from "@effect/vitest"
import { TokenBucket } from "@effect-glowmarkt/core"
import * as FastCheck from "effect/FastCheck"

type Event =
  | { readonly _tag: "Take" }
  | { readonly _tag: "Wait"; readonly millis: number }
  | { readonly _tag: "Rate"; readonly perSecond: number }
  | { readonly _tag: "Pause"; readonly millis: number }
  | { readonly _tag: "Refund" }

const perSecond = FastCheck.double({ min: 0.05, max: 2000, noNaN: true })
const burstMillis = FastCheck.constantFrom(0, 20, 100)

const take = FastCheck.constant<Event>({ _tag: "Take" })
const wait = FastCheck.record({ _tag: FastCheck.constant("Wait" as const), millis: FastCheck.nat(30_000) })
const rate = FastCheck.record({ _tag: FastCheck.constant("Rate" as const), perSecond })
const pause = FastCheck.record({ _tag: FastCheck.constant("Pause" as const), millis: FastCheck.nat(10_000) })
const refund = FastCheck.constant<Event>({ _tag: "Refund" })

const isClose = (actual: number, expected: number) =>
  assert.isAtMost(Math.abs(actual - expected), 1e-6 * Math.max(1, Math.abs(expected)))

/** Takes tokens as soon as they are available and returns the times. */
const taken = (bucket: TokenBucket.TokenBucket, count: number, nowMillis: number) => {
  const instants: Array<number> = []
  let current = bucket
  for (let now = nowMillis; instants.length < count; ) {
    now = Math.max(now, TokenBucket.availableAtMillis(current))
    current = TokenBucket.take(current, now)
    instants.push(now)
  }
  return instants
}

describe("TokenBucket", () => {
  it.prop(
    "gives at most its rate plus one burst in any period",
    [perSecond, burstMillis, FastCheck.array(FastCheck.oneof(take, take, wait), { maxLength: 200 })],
    ([perSecond, burstMillis, events]) => {
      let now = 5
      let bucket = TokenBucket.make(perSecond, burstMillis, now)
      const instants: Array<number> = []
      for (const event of events) {
        if (event._tag === "Wait") now += event.millis / 100
        else if (event._tag === "Take" && TokenBucket.availableAtMillis(bucket) <= now) {
          bucket = TokenBucket.take(bucket, now)
          instants.push(now)
        }
      }
      const burst = Math.max(1, (perSecond * burstMillis) / 1000)
      for (const [from, start] of instants.entries()) {
        for (const [count, instant] of instants.slice(from).entries()) {
          assert.isAtMost(count + 1, burst + ((instant - start) * perSecond) / 1000 + 1e-6)
        }
      }
    }
  )

  it.prop("gives exactly its rate under constant load", [perSecond, burstMillis], ([perSecond, burstMillis]) => {
    const count = 500
    const last = taken(TokenBucket.make(perSecond, burstMillis, 0), count, 0).at(-1) ?? Number.NaN
    const burst = Math.max(1, (perSecond * burstMillis) / 1000)
    isClose(last, (Math.max(0, count - burst) * 1000) / perSecond)
  })

  it.prop(
    "is available exactly when a token may be taken, after any sequence of events",
    [perSecond, burstMillis, FastCheck.array(FastCheck.oneof(take, wait, rate, pause, refund), { maxLength: 100 })],
    ([perSecond, burstMillis, events]) => {
      let now = 0
      let bucket = TokenBucket.make(perSecond, burstMillis, now)
      let pausedUntil = 0
      for (const event of events) {
        switch (event._tag) {
          case "Wait":
            now += event.millis
            break
          case "Take": {
            const opensAt = TokenBucket.availableAtMillis(bucket)
            assert.isAtLeast(opensAt, opensAt > now ? pausedUntil : 0)
            if (opensAt <= now) {
              assert.isAtLeast(now, pausedUntil)
              bucket = TokenBucket.take(bucket, now)
            }
            break
          }
          case "Rate":
            bucket = TokenBucket.withRate(bucket, event.perSecond, now)
            break
          case "Pause":
            bucket = TokenBucket.pausedUntil(bucket, now + event.millis, now)
            pausedUntil = Math.max(pausedUntil, now + event.millis)
            break
          case "Refund":
            bucket = TokenBucket.refund(bucket)
        }
        assert.isAtLeast(bucket.tokens, -1e-6)
        assert.isAtMost(bucket.tokens, Math.max(1, (bucket.perSecond * burstMillis) / 1000))
        // The next token is at most one interval away, from now or from the end of a pause.
        assert.isAtMost(
          TokenBucket.availableAtMillis(bucket),
          Math.max(now, pausedUntil) + (1000 / bucket.perSecond) * (1 + 1e-6)
        )
      }
    }
  )

  it.prop("continues after a pause without a burst", [FastCheck.integer({ min: 1, max: 5000 })], ([millis]) => {
    const bucket = TokenBucket.pausedUntil(TokenBucket.make(200, 100, 0), millis, 0)
    const instants = taken(bucket, 3, 0)
    isClose(instants[0] ?? Number.NaN, millis)
    isClose(instants[1] ?? Number.NaN, millis + 5)
    isClose(instants[2] ?? Number.NaN, millis + 10)
  })

  it("is not shortened by a second, shorter pause", () => {
    const paused = TokenBucket.pausedUntil(TokenBucket.make(10, 100, 0), 5000, 0)
    assert.strictEqual(TokenBucket.availableAtMillis(TokenBucket.pausedUntil(paused, 1000, 0)), 5000)
  })

  it("applies a new rate to the wait for a token but not to a pause", () => {
    const empty = TokenBucket.take(TokenBucket.make(0.01, 100, 0), 0)
    assert.strictEqual(TokenBucket.availableAtMillis(empty), 100_000)
    isClose(TokenBucket.availableAtMillis(TokenBucket.withRate(empty, 10, 50_000)), 50_050)
    const paused = TokenBucket.pausedUntil(empty, 60_000, 0)
    assert.isAtLeast(TokenBucket.availableAtMillis(TokenBucket.withRate(paused, 1e6, 0)), 60_000)
  })

  it("can be paused without a limit", () => {
    const bucket = TokenBucket.make(Number.POSITIVE_INFINITY, 100, 0)
    assert.deepStrictEqual(taken(bucket, 1000, 0).at(-1), 0)
    assert.strictEqual(TokenBucket.availableAtMillis(TokenBucket.pausedUntil(bucket, 700, 0)), 700)
  })

  it("uses a refunded token for the next request", () => {
    const empty = TokenBucket.take(TokenBucket.make(1, 100, 0), 0)
    assert.strictEqual(TokenBucket.availableAtMillis(empty), 1000)
    assert.strictEqual(TokenBucket.availableAtMillis(TokenBucket.refund(empty)), 0)
  })
})
