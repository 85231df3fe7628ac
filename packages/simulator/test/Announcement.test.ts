import { assert, describe, it } from "@effect/vitest"
import { Announcement, Simulator } from "@effect-glowmarkt/simulator"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { call, headers, signIn } from "./call.js"

describe("Announcement", () => {
  it.effect("contains what a client in another process needs, on one line", () =>
    Effect.gen(function* () {
      const announcement = yield* Announcement.make
      const line = yield* Schema.encode(Announcement.Json)(announcement)
      assert.notInclude(line, "\n")
      assert.deepStrictEqual(yield* Schema.decode(Announcement.Json)(line), announcement)
      const { population, url } = yield* Simulator.Simulator
      assert.deepInclude(announcement, {
        url,
        accounts: 150,
        seed: 4,
        applicationId: population.credentials.applicationId
      })
      assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/api\/v0-1$/)
      assert.strictEqual(announcement.devUserToken, Redacted.value(population.credentials.devUserToken))
      assert.strictEqual(announcement.users.length, 5)
      for (const user of announcement.users) {
        const member = Option.getOrThrow(population.find(user.accountId))
        assert.strictEqual((yield* signIn(member, user.password)).status, 200)
      }
    }).pipe(Effect.provide(Simulator.layer({ accounts: 150, seed: 4 })))
  )

  it.effect("has no users without accounts", () =>
    Effect.gen(function* () {
      const { users } = yield* Announcement.make
      assert.deepStrictEqual(users, [])
      const empty = yield* call("GET", "/account", { headers: (yield* headers).appKeys })
      assert.deepStrictEqual(empty.body, [])
    }).pipe(Effect.provide(Simulator.layer({ accounts: 0 })))
  )
})
