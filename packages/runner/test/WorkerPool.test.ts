/**
 * How a run handles 429s, outages, failing subjects and refused credentials.
 */
import { FetchHttpClient } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { AdminAccounts, AppKeys, CallOptions, GlowmarktClient, GlowmarktError } from "@effect-glowmarkt/core"
import { Expected, Simulator } from "@effect-glowmarkt/simulator"
import { type Clock, DateTime, Duration, Effect, Fiber, Layer, Option } from "effect"
import { RunStore, StatusAudit } from "../src/index.js"
import { inVirtualTime } from "./fixtures/virtualTime.js"
import { afterTenMillis, denied, limited, missing, unavailable, workerPool } from "./fixtures/workerPool.js"

const values = (recorded: ReadonlyMap<number, unknown>) => {
  const counts: Record<string, number> = {}
  for (const result of recorded.values()) counts[String(result)] = (counts[String(result)] ?? 0) + 1
  return counts
}

const clock = Effect.map(Effect.clock, (clock) => () => clock.unsafeCurrentTimeMillis())

const timed = (name: string, test: () => Effect.Effect<void, unknown>) => it.live(name, () => inVirtualTime(test()))

describe("an outage", () => {
  const breaking = (from: number, to: number) =>
    Effect.map(
      clock,
      (now) => () => afterTenMillis(() => (now() >= from && now() < to ? Effect.fail(unavailable) : Effect.void))
    )

  timed("of a minute is waited out and reported, with few requests and no failed rows", () =>
    Effect.gen(function* () {
      const step = yield* breaking(1000, 61_000)
      const { begun, run, events, recorded } = yield* workerPool(5000, { concurrency: 8 }, step)
      yield* run
      assert.deepStrictEqual(values(recorded), { ok: 5000 })
      assert.isAtMost(begun.filter(({ at }) => at >= 1100 && at < 61_000).length, 10)

      const waits = events.filter((event) => event._tag === "OutageWaiting")
      assert.isAtLeast(waits.length, 5)
      for (const wait of waits) {
        assert.strictEqual(wait.reason, GlowmarktError.explanation(unavailable))
        assert.isAtMost(DateTime.toEpochMillis(wait.nextProbeAt), 61_000 + 15_000)
      }
      const [resumed, ...more] = events.filter((event) => event._tag === "OutageEnded")
      assert.deepStrictEqual(more, [])
      assert.isTrue(
        resumed !== undefined && Duration.between(resumed.waited, { minimum: "59 seconds", maximum: "75 seconds" })
      )
    })
  )

  timed("at the very end is also waited out", () =>
    Effect.gen(function* () {
      const step = yield* breaking(25, 60_025)
      const { run, recorded } = yield* workerPool(20, { concurrency: 8 }, step)
      yield* run
      assert.deepStrictEqual(values(recorded), { ok: 20 })
    })
  )

  timed("that affects every remaining subject is waited out as long as any other", () =>
    Effect.gen(function* () {
      const step = yield* breaking(0, 110_000)
      const { run, events, recorded } = yield* workerPool(20, { concurrency: 8 }, step)
      yield* run
      assert.deepStrictEqual(values(recorded), { ok: 20 })
      assert.isDefined(events.find((event) => event._tag === "OutageWaiting"))
    })
  )

  timed("that lasts too long also fails a run of a few subjects, and records none of them as failed", () =>
    Effect.gen(function* () {
      const step = yield* breaking(0, Number.POSITIVE_INFINITY)
      const small = yield* workerPool(3, { concurrency: 8, maxOutage: "5 minutes" }, step)
      assert.strictEqual(yield* Effect.flip(small.run), unavailable)
      assert.strictEqual(small.recorded.size, 0)
      const now = yield* clock
      // The others succeeded, then the provider became unreachable.
      const later = yield* workerPool(20, { concurrency: 1, maxOutage: "5 minutes" }, (n) =>
        afterTenMillis(() => (n < 15 ? Effect.void : Effect.fail(unavailable)))
      )
      const away = yield* workerPool(20, { concurrency: 1, maxOutage: "5 minutes" }, yield* breaking(now() + 150, 1e9))
      assert.strictEqual(yield* Effect.flip(away.run), unavailable)
      assert.isAtLeast(away.recorded.size, 10)
      yield* later.run
      assert.deepStrictEqual(values(later.recorded), { ok: 15, ServerError: 5 })
    })
  )

  timed("that lasts too long fails the run with the latest error and records no results", () =>
    Effect.gen(function* () {
      const step = yield* breaking(1000, Number.POSITIVE_INFINITY)
      const { run, recorded } = yield* workerPool(5000, { concurrency: 8, maxOutage: "5 minutes" }, step)
      assert.strictEqual(yield* Effect.flip(run), unavailable)
      const now = (yield* clock)()
      assert.isTrue(now >= 301_000 && now <= 320_000, String(now))
      assert.deepStrictEqual(Object.keys(values(recorded)), ["ok"])
      assert.isAtLeast(recorded.size, 700)
    })
  )

  timed("is not suspected because of ten bad subjects in a row", () =>
    Effect.gen(function* () {
      const { run, events, recorded } = yield* workerPool(300, { concurrency: 4 }, (subject) =>
        afterTenMillis(() => (subject >= 100 && subject < 130 ? Effect.fail(unavailable) : Effect.void))
      )
      yield* run
      assert.deepStrictEqual(values(recorded), { ok: 270, ServerError: 30 })
      const resumed = events.find((event) => event._tag === "OutageEnded")
      assert.isTrue(resumed === undefined || Duration.lessThan(resumed.waited, "30 seconds"))
    })
  )
})

describe("requests that are counted as they are sent", () => {
  const counted = { read: "none", requests: () => undefined } as const

  /** Sends a request, as the client does. */
  const send = Effect.flatMap(
    CallOptions.CallOptions,
    ({ additionalRateLimiter }) => additionalRateLimiter?.acquire(Duration.minutes(1)) ?? Effect.void
  )

  timed("of another client count as one for each subject", () =>
    Effect.gen(function* () {
      const { run, recorded } = yield* workerPool(
        1000,
        { concurrency: 8, maxOutage: "5 minutes" },
        (subject) => afterTenMillis(() => (subject % 50 === 7 ? Effect.fail(unavailable) : Effect.void)),
        counted
      )
      yield* run
      assert.deepStrictEqual(values(recorded), { ok: 980, ServerError: 20 })
    })
  )

  timed("are limited; subjects without a request are not", () =>
    Effect.gen(function* () {
      const now = yield* clock
      const began = now()
      const { run } = yield* workerPool(
        1000,
        { concurrency: 8, rate: { limit: 10, interval: "1 second" } },
        (subject) => (subject % 10 === 0 ? send : Effect.void),
        counted
      )
      yield* run
      assert.closeTo(now() - began, 10_000, 500)
    })
  )
})

describe("a subject that keeps failing", () => {
  timed("is recorded as failed after five tries, and others do not wait for it", () =>
    Effect.gen(function* () {
      const { begun, retries, run, events, recorded } = yield* workerPool(3000, { concurrency: 4 }, (subject) =>
        afterTenMillis(() => (subject % 1000 === 7 ? Effect.fail(unavailable) : Effect.void))
      )
      yield* run
      assert.deepStrictEqual(values(recorded), { ok: 2997, ServerError: 3 })
      assert.strictEqual(begun.filter(({ subject }) => subject === 7).length, 5)
      assert.isAtMost(retries(), 14)
      assert.deepStrictEqual(events, [])
    })
  )

  timed("at the very end is also recorded as failed after five tries", () =>
    Effect.gen(function* () {
      const { run, recorded } = yield* workerPool(100, { concurrency: 4 }, (subject) =>
        afterTenMillis(() => (subject >= 98 ? Effect.fail(unavailable) : Effect.void))
      )
      yield* run
      assert.deepStrictEqual(values(recorded), { ok: 98, ServerError: 2 })
    })
  )

  timed("at the very end of a resumed run is distinguished from an outage by a subject that succeeded earlier", () =>
    Effect.gen(function* () {
      const bad = (subject: number) => afterTenMillis(() => (subject < 3 ? Effect.fail(unavailable) : Effect.void))
      const resumed = yield* workerPool(3, { concurrency: 4 }, bad, { healthySubject: 7 })
      yield* resumed.run
      assert.deepStrictEqual(values(resumed.recorded), { ServerError: 3 })
      assert.isBelow((yield* clock)(), 60_000)
    })
  )

  timed("is recorded as failed only after the longest outage if there is no way to probe", () =>
    Effect.gen(function* () {
      const { run, recorded } = yield* workerPool(
        100,
        { concurrency: 4, maxOutage: "5 minutes" },
        (subject) => afterTenMillis(() => (subject >= 98 ? Effect.fail(unavailable) : Effect.void)),
        { read: "none" }
      )
      yield* run
      assert.deepStrictEqual(values(recorded), { ok: 98, ServerError: 2 })
      const now = (yield* clock)()
      assert.isTrue(now > 300_000 && now < 330_000, String(now))
    })
  )

  timed("a permanent failure is recorded at once", () =>
    Effect.gen(function* () {
      const { begun, run, recorded } = yield* workerPool(50, { concurrency: 4 }, () =>
        afterTenMillis(() => Effect.fail(missing))
      )
      yield* run
      assert.deepStrictEqual(values(recorded), { AccountNotFound: 50 })
      assert.strictEqual(begun.length, 50)
    })
  )

  timed("subjects that hang do not delay the others, however many there are", () =>
    Effect.gen(function* () {
      const { run, recorded } = yield* workerPool(5000, { concurrency: 4 }, (subject) =>
        subject === 3 ? Effect.sleep("1 minute") : afterTenMillis(() => Effect.void)
      )
      const fiber = yield* Effect.fork(run)
      yield* Effect.sleep("20 seconds")
      assert.isAtLeast(recorded.size, 4900)
      yield* Fiber.join(fiber)
      assert.strictEqual(recorded.size, 5000)
    })
  )
})

describe("refused credentials", () => {
  const deniedWhere = (where: (subject: number) => boolean) => (subject: number) =>
    afterTenMillis(() => (where(subject) ? Effect.fail(denied) : Effect.void))

  timed("for a few accounts are their results, adjacent or not", () =>
    Effect.gen(function* () {
      const few = yield* workerPool(
        2000,
        { concurrency: 8 },
        deniedWhere((n) => n % 100 === 3 || (n >= 500 && n < 525))
      )
      yield* few.run
      assert.deepStrictEqual(values(few.recorded), { ok: 1956, AccessDenied: 44 })
    })
  )

  timed("for every account from some moment on fail the run, and none of them is recorded", () =>
    Effect.gen(function* () {
      const { begun, run, recorded } = yield* workerPool(
        2000,
        { concurrency: 8 },
        deniedWhere((n) => n >= 500)
      )
      assert.strictEqual(yield* Effect.flip(run), denied)
      assert.deepStrictEqual(values(recorded), { ok: 500 })
      assert.isAtMost(begun.length, 530)
    })
  )

  timed("for every account from the start fail even a small run", () =>
    Effect.gen(function* () {
      const { run, recorded } = yield* workerPool(
        6,
        { concurrency: 8 },
        deniedWhere(() => true)
      )
      assert.strictEqual(yield* Effect.flip(run), denied)
      assert.strictEqual(recorded.size, 0)
      const two = yield* workerPool(
        2,
        { concurrency: 8 },
        deniedWhere(() => true)
      )
      yield* two.run
      assert.deepStrictEqual(values(two.recorded), { AccessDenied: 2 })
    })
  )

  timed("are all results if the limit is infinite", () =>
    Effect.gen(function* () {
      const all = yield* workerPool(300, { concurrency: 8, deniedLimit: Number.POSITIVE_INFINITY }, (n) =>
        deniedWhere((n) => n > 0)(n)
      )
      yield* all.run
      assert.deepStrictEqual(values(all.recorded), { ok: 1, AccessDenied: 299 })
    })
  )
})

describe("the pace", () => {
  timed("keeps the given rate, evenly", () =>
    Effect.gen(function* () {
      const pace = { concurrency: 4, rate: { limit: 10, interval: "1 second" } } as const
      const { begun, run } = yield* workerPool(51, pace, () => afterTenMillis(() => Effect.void))
      yield* run
      const first = begun[0]?.at ?? 0
      assert.closeTo((begun.at(-1)?.at ?? 0) - first, 5000, 100)
      assert.isAtMost(begun.filter(({ at }) => at < first + 1000).length, 12)
    })
  )

  it.live.each([-3_600_000, 3_600_000])("is unaffected when the system clock is adjusted by %i ms", (jump) =>
    inVirtualTime(
      Effect.gen(function* () {
        const real = yield* Effect.clock
        let set = 0
        const settable: Clock.Clock = {
          ...real,
          unsafeCurrentTimeMillis: () => real.unsafeCurrentTimeMillis() + set,
          currentTimeMillis: Effect.map(real.currentTimeMillis, (now) => now + set)
        }
        const paced = Effect.gen(function* () {
          const pace = { concurrency: 4, rate: { limit: 100, interval: "1 second" } } as const
          const { events, recorded, run } = yield* workerPool(2000, pace, () =>
            afterTenMillis(() => {
              const now = real.unsafeCurrentTimeMillis()
              return now > 1000 && now < 20_000 ? Effect.fail(unavailable) : Effect.void
            })
          )
          yield* Effect.fork(
            Effect.delay(
              Effect.sync(() => {
                set = jump
              }),
              "5 seconds"
            )
          )
          yield* run
          assert.deepStrictEqual(values(recorded), { ok: 2000 })
          return events
        })
        const events = yield* Effect.withClock(paced, settable)
        // Twenty seconds of work, and nearly as much waiting.
        const took = real.unsafeCurrentTimeMillis()
        assert.isTrue(took > 35_000 && took < 55_000, String(took))
        // Events have the time that the system clock shows.
        const nexts = events.flatMap((event) =>
          event._tag === "OutageWaiting" ? [DateTime.toEpochMillis(event.nextProbeAt)] : []
        )
        assert.isTrue(nexts.some((at) => at > 0 && at < 5000))
        assert.isTrue(nexts.some((at) => at > jump + 5000 && at < jump + 55_000))
        const [resumed] = events.filter((event) => event._tag === "OutageEnded")
        assert.isTrue(
          resumed !== undefined && Duration.between(resumed.waited, { minimum: "15 seconds", maximum: "35 seconds" })
        )
      })
    )
  )

  timed("starts no subject during a requested pause, and reports it", () =>
    Effect.gen(function* () {
      let asked = 0
      const now = yield* clock
      const { begun, events, run, recorded } = yield* workerPool(200, { concurrency: 4 }, () =>
        afterTenMillis(() => {
          asked++
          return asked === 50 ? Effect.fail(limited("20 seconds")) : Effect.void
        })
      )
      const fiber = yield* Effect.fork(run)
      yield* Effect.sleep("15 seconds")
      const before = begun.length
      assert.isBelow(before, 60)
      assert.isAtMost(Math.max(...begun.map(({ at }) => at)), 1000)
      const [wait] = events
      assert(wait?._tag === "OutageWaiting")
      assert.isAtLeast(DateTime.toEpochMillis(wait.nextProbeAt), 20_000)
      yield* Fiber.join(fiber)
      assert.isAbove(now(), 20_000)
      assert.deepStrictEqual(values(recorded), { ok: 200 })
    })
  )

  timed("a pause longer than the longest outage does not fail the run: probes find out when the provider is back", () =>
    Effect.gen(function* () {
      const now = yield* clock
      const began = now()
      const { begun, events, recorded, run } = yield* workerPool(200, { concurrency: 4, maxOutage: "15 minutes" }, () =>
        afterTenMillis(() => (now() - began < 60_000 ? Effect.fail(limited("1 hour")) : Effect.void))
      )
      yield* run
      assert.deepStrictEqual(values(recorded), { ok: 200 })
      assert.isAtMost(begun.filter(({ at }) => at - began < 60_000).length, 15)
      const [wait] = events
      assert(wait?._tag === "OutageWaiting")
      assert.isAtMost(DateTime.toEpochMillis(wait.nextProbeAt) - began, 15_000)
    })
  )

  timed("fails the run if the provider keeps asking for pauses for longer than that", () =>
    Effect.gen(function* () {
      const error = limited("1 hour")
      const now = yield* clock
      const began = now()
      const { run } = yield* workerPool(200, { concurrency: 4, maxOutage: "15 minutes" }, () =>
        afterTenMillis(() => Effect.fail(error))
      )
      assert.strictEqual(yield* Effect.flip(run), error)
      assert.isAtLeast(now() - began, 15 * 60_000)
      assert.isAtMost(now() - began, 16 * 60_000)
    })
  )

  it.live.each([
    [5, 16],
    [5, 64],
    [50, 64]
  ] as const)(
    "a limit of %i requests per second fails no subject, although %i are sent at a time",
    ([perSecond, concurrency]) =>
      inVirtualTime(
        Effect.gen(function* () {
          const now = yield* clock
          let permits = 5
          let latest = 0
          const throttled = () =>
            Effect.suspend(() => {
              permits = Math.min(5, permits + ((now() - latest) / 1000) * perSecond)
              latest = now()
              const isAdmitted = permits >= 1
              if (isAdmitted) permits--
              return Effect.zipRight(
                Effect.sleep("80 millis"),
                isAdmitted ? Effect.void : Effect.fail(limited("0 seconds"))
              )
            })
          const rate = { limit: 10_000, interval: "1 second" } as const
          const { run, recorded } = yield* workerPool(500, { concurrency, rate }, throttled)
          yield* run
          assert.deepStrictEqual(values(recorded), { ok: 500 })
        })
      )
  )

  it.live.each([1, 2, 3, 219, 248])(
    "finds the concurrency that the provider can handle, and blames no subject (seed %i)",
    (seed) =>
      inVirtualTime(
        Effect.gen(function* () {
          let busy = 0
          let most = 0
          const strained = () =>
            Effect.suspend(() => {
              busy++
              most = Math.max(most, busy)
              const fate = busy > 20 ? Effect.fail(unavailable) : Effect.void
              return Effect.zipRight(Effect.sleep("50 millis"), fate)
            }).pipe(
              Effect.ensuring(
                Effect.sync(() => {
                  busy--
                })
              )
            )
          const pace = { concurrency: "auto", rate: { limit: 1e6, interval: "1 second" } } as const
          const { run, recorded } = yield* workerPool(3000, pace, strained)
          yield* run
          assert.deepStrictEqual(values(recorded), { ok: 3000 })
          assert.isAtLeast(most, 15)
          assert.isAtMost(most, 45)
        }),
        seed
      )
  )

  it.live("an audit of a throttling provider completes every row", () =>
    Effect.gen(function* () {
      const { population, requests, url } = yield* Simulator.Simulator
      const { key, secret } = population.credentials.appKeys
      const accounts = AdminAccounts.layer.pipe(
        Layer.provide(AppKeys.layer({ key, secret })),
        Layer.provide(GlowmarktClient.layer({ baseUrl: url })),
        Layer.provide(FetchHttpClient.layer)
      )
      const summary = yield* StatusAudit.run({
        concurrency: "auto",
        rate: "unlimited"
      }).pipe(Effect.provide([accounts, RunStore.layerMemory]))
      const refused = (yield* requests.latest).filter(({ status }) => Option.contains(status, 429)).length
      assert.isAbove(refused, 0)
      assert.deepStrictEqual(summary.errors, {})
      const lines = {
        dormantAfter: StatusAudit.defaults.dormantFor,
        expiringWithin: StatusAudit.defaults.expiringWithin
      }
      assert.deepStrictEqual(summary.counts, Expected.counts(population, { now: summary.startedAt, ...lines }))
    }).pipe(Effect.provide(Simulator.layer({ accounts: 80, seed: 3, throttle: { perSecond: 40, burst: 4 } })))
  )
})
