import { assert, it } from "@effect/vitest"
import { Duration, Effect, Layer } from "effect"
import { Database } from "../src/index.js"
import * as sharedRateLimit from "../src/internal/sharedRateLimit.js"
import { database, describeWithPostgres } from "./support/database.js"

const patience = Duration.seconds(20)

describeWithPostgres("the shared rate limit", () => {
  it.scopedLive("applies to three processes together", () =>
    Effect.gen(function* () {
      const url = yield* database
      const worker = sharedRateLimit
        .make({ key: "application", perSecond: 200 })
        .pipe(Effect.provide(yield* Layer.build(Database.layer({ url, applicationName: "test" }))))
      const limiters = yield* Effect.replicateEffect(worker, 3)
      const sent: Array<number> = []
      yield* Effect.forEach(
        limiters,
        (limiter) =>
          limiter.acquire(patience).pipe(
            Effect.tap(() => Effect.sync(() => sent.push(performance.now()))),
            Effect.forever
          ),
        { concurrency: "unbounded" }
      ).pipe(Effect.timeoutOption("3 seconds"))
      const [first = 0] = sent
      const took = ((sent.at(-1) ?? 0) - first) / 1000
      const rate = (sent.length - 1) / took
      assert.isAtMost(rate, 206)
    })
  )

  it.scopedLive("a pause requested from one process applies to the others", () =>
    Effect.gen(function* () {
      const url = yield* database
      const context = yield* Layer.build(Database.layer({ url, applicationName: "test" }))
      const worker = sharedRateLimit.make({ key: "application", perSecond: 1000 }).pipe(Effect.provide(context))
      const [one, other] = yield* Effect.all([worker, worker])
      yield* one.acquire(patience)
      yield* one.throttled(Duration.seconds(2))
      // Turns reserved before the pause.
      for (let turn = 0; turn < 60; turn++) yield* other.acquire(Duration.millis(1))
      assert.isFalse(yield* other.acquire(Duration.millis(100)))
      assert.isTrue(yield* other.acquire(patience))
    })
  )
})
