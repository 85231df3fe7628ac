import { assert, describe, it } from "@effect/vitest"
import { UserAccounts } from "@effect-glowmarkt/core"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import * as Provider from "./support/Provider.js"
import * as Wire from "./support/Wire.js"

const user = UserAccounts.UserAccounts

const changeTo = (newPassword: string, oldPassword = "beam-me-up") =>
  Effect.flatMap(user, (accounts) =>
    accounts.changePassword({
      oldPassword: Redacted.make(oldPassword),
      newPassword: Redacted.make(newPassword)
    })
  )

const change = changeTo("warp-nine")
const status = Effect.flatMap(user, (accounts) => accounts.status)

/** Moves the clock past the longest time that a call may take. */
const inTime = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(effect)
    yield* TestClock.adjust("10 minutes")
    return yield* Fiber.join(fiber)
  })

const reset: Wire.Response = { breaks: Wire.systemError("ECONNRESET") }

describe("changing the password of a session", () => {
  for (const [name, answer] of [
    ["given", undefined],
    ["lost", reset],
    ["a failure", { status: 500 }],
    ["a proxy timeout", { status: 408 }]
  ] satisfies ReadonlyArray<readonly [string, Wire.Response | undefined]>) {
    it.effect(`uses the new password when the change was made and the response is ${name}`, () => {
      const provider = Provider.make((request) => {
        if (!Provider.isChange(request)) return undefined
        const usual = provider.usual(request)
        return answer ?? usual
      })
      return Effect.gen(function* () {
        yield* inTime(change)
        assert.lengthOf(provider.seen.filter(Provider.isChange), 1)
        provider.endTokens()
        assert.strictEqual((yield* status).status, "active")
        assert.strictEqual(provider.state.signIns.at(-1), "warp-nine")
      }).pipe(Effect.provide(Provider.sessionOver(provider)))
    })
  }

  it.effect("tries the new password, then the old one, and revokes the tokens of these checks", () => {
    const provider = Provider.make((request) => (Provider.isChange(request) ? reset : undefined))
    return Effect.gen(function* () {
      assert.strictEqual((yield* Effect.flip(change))._tag, "TransportError")
      assert.deepStrictEqual(provider.state.signIns, ["beam-me-up", "warp-nine", "beam-me-up"])
      yield* TestClock.adjust(0)
      assert.deepStrictEqual(provider.alive(), ["t1"])
      provider.endTokens()
      yield* status
      assert.strictEqual(provider.state.signIns.at(-1), "beam-me-up")
    }).pipe(Effect.provide(Provider.sessionOver(provider)))
  })

  it.effect("revokes the token of a successful check of the new password, too", () => {
    const provider = Provider.make((request) => {
      if (!Provider.isChange(request)) return undefined
      provider.usual(request)
      return reset
    })
    return Effect.gen(function* () {
      yield* change
      yield* TestClock.adjust(0)
      assert.deepStrictEqual(provider.state.signIns, ["beam-me-up", "warp-nine"])
      assert.deepStrictEqual(provider.alive(), ["t1"])
    }).pipe(Effect.provide(Provider.sessionOver(provider)))
  })

  it.effect("survives a change that the provider makes late", () => {
    let late: (() => void) | undefined
    const provider = Provider.make((request) => {
      if (!Provider.isChange(request)) return undefined
      late = () => void provider.usual(request)
      return "hangs"
    })
    return Effect.gen(function* () {
      const error = yield* inTime(Effect.flip(change))
      assert.isTrue(error._tag === "RequestTimeout" && error.mayHaveBeenApplied)
      late?.()
      assert.strictEqual(provider.state.password, "warp-nine")
      provider.endTokens()
      yield* status
      assert.deepStrictEqual(provider.state.signIns.slice(-2), ["beam-me-up", "warp-nine"])
      // The provider makes the change now.
      provider.endTokens()
      yield* TestClock.adjust("1 minute")
      yield* status
      assert.deepStrictEqual(provider.state.signIns.slice(-2), ["warp-nine", "warp-nine"])
    }).pipe(Effect.provide(Provider.sessionOver(provider)))
  })

  it.effect("survives two late changes", () => {
    let late: ReadonlyArray<() => void> = []
    const provider = Provider.make((request) => {
      if (!Provider.isChange(request)) return undefined
      late = [...late, () => void provider.usual(request)]
      return "hangs"
    })
    return Effect.gen(function* () {
      yield* inTime(Effect.flip(change))
      yield* inTime(Effect.flip(changeTo("warp-ten")))
      late[0]?.()
      provider.endTokens()
      yield* status
      assert.strictEqual(provider.state.signIns.at(-1), "warp-nine")
    }).pipe(Effect.provide(Provider.sessionOver(provider)))
  })

  for (const [name, blocked] of [
    ["a gateway's 403", { status: 403, body: "<html>blocked</html>" }],
    ["failures", { status: 503 }]
  ] satisfies ReadonlyArray<readonly [string, Wire.Response]>) {
    it.effect(`uses the valid password when it cannot be checked because of ${name}`, () => {
      let away = false
      const provider = Provider.make((request) => {
        if (away && Provider.isSignIn(request)) return blocked
        if (!Provider.isChange(request)) return undefined
        provider.usual(request)
        away = true
        return reset
      })
      return Effect.gen(function* () {
        assert.strictEqual((yield* inTime(Effect.flip(change)))._tag, "TransportError")
        away = false
        provider.endTokens()
        assert.strictEqual((yield* status).status, "active")
        assert.strictEqual(provider.state.signIns.at(-1), "warp-nine")
      }).pipe(Effect.provide(Provider.sessionOver(provider)))
    })
  }

  it.effect("reports when neither password is valid", () => {
    const provider = Provider.make((request, state) => {
      if (!Provider.isChange(request)) return undefined
      state.password = "somebody else's"
      return { status: 500 }
    })
    return Effect.gen(function* () {
      const error = yield* Effect.flip(change)
      assert.isTrue(error._tag === "AccessDenied" && error.mayHaveBeenApplied && error.status === 401)
      assert.match(error.message, /^user\.changePassword: Sign-in failed: access denied .*terms/)
    }).pipe(Effect.provide(Provider.sessionOver(provider)))
  })

  for (const [name, answer] of [
    ["a weak password", Wire.json({ error: "weak new password" }, 400)],
    ["a refusal", Wire.json({ valid: false })]
  ] satisfies ReadonlyArray<readonly [string, Wire.Response]>) {
    it.effect(`drops the new password after ${name}`, () => {
      const provider = Provider.make((request) => (Provider.isChange(request) ? answer : undefined))
      return Effect.gen(function* () {
        yield* Effect.flip(change)
        assert.deepStrictEqual(provider.state.signIns, ["beam-me-up"])
        // Changed by another program. The password that was dropped must not be tried.
        provider.state.password = "warp-nine"
        provider.endTokens()
        assert.strictEqual((yield* Effect.flip(status))._tag, "AccessDenied")
        assert.deepStrictEqual(provider.state.signIns, ["beam-me-up", "beam-me-up"])
      }).pipe(Effect.provide(Provider.sessionOver(provider)))
    })
  }

  it.effect("keeps both passwords when it is interrupted", () => {
    const provider = Provider.make((request) => {
      if (!Provider.isChange(request)) return undefined
      provider.usual(request)
      return "hangs"
    })
    return Effect.gen(function* () {
      const changing = yield* Effect.fork(change)
      yield* TestClock.adjust("1 second")
      assert.isTrue(Exit.isInterrupted(yield* Fiber.interrupt(changing)))
      provider.endTokens()
      yield* status
      assert.strictEqual(provider.state.signIns.at(-1), "warp-nine")
    }).pipe(Effect.provide(Provider.sessionOver(provider)))
  })

  it.effect("obtains a new token after each change if the provider revokes the old one", () => {
    const provider = Provider.make((request) => {
      if (!Provider.isChange(request)) return undefined
      const usual = provider.usual(request)
      if (usual !== "hangs" && "status" in usual && usual.status === 200) provider.endTokens()
      return usual
    })
    return Effect.gen(function* () {
      yield* status
      yield* change
      yield* status
      yield* changeTo("warp-ten", "warp-nine")
      yield* status
      assert.deepStrictEqual(provider.state.signIns, ["beam-me-up", "warp-nine", "warp-ten"])
    }).pipe(Effect.provide(Provider.sessionOver(provider)))
  })

  it.effect("signs in with the new password at once, although both were refused during the change", () => {
    let answer = (_: Wire.Response) => {}
    let locked = false
    const provider = Provider.make((request) => {
      if (locked && Provider.isSignIn(request)) return { status: 401 }
      return Provider.isChange(request)
        ? Wire.later((resume) => {
            answer = resume
          })
        : undefined
    })
    return Effect.gen(function* () {
      yield* status
      const changing = yield* Effect.fork(change)
      yield* TestClock.adjust("1 second")
      locked = true
      provider.endTokens()
      assert.strictEqual((yield* Effect.flip(status))._tag, "AccessDenied")
      locked = false
      provider.state.password = "warp-nine"
      answer(Wire.json({ valid: true }))
      yield* Fiber.join(changing)
      assert.strictEqual((yield* status).status, "active")
    }).pipe(Effect.provide(Provider.sessionOver(provider)))
  })
})
