import { assert, layer } from "@effect/vitest"
import { Simulator } from "@effect-glowmarkt/simulator"
import * as Effect from "effect/Effect"
import * as Captured from "./support/Captured.js"

const json = (captured: Captured.Captured) => {
  assert.strictEqual(captured.code, 0, captured.stderr)
  return JSON.parse(captured.stdout)
}

layer(Simulator.layer({ accounts: 100, seed: 4 }))("me", (it) => {
  it.effect("status, email and name", () =>
    Effect.gen(function* () {
      const { appKeys, member, session } = yield* Captured.environments
      const status = json(yield* Captured.run(["me", "status", "--json"], { environment: session }))
      assert.strictEqual(status.accountId, member.accountId)

      const email = json(
        yield* Captured.run(["me", "email", "--email", "me@example.com", "--json"], { environment: session })
      )
      assert.deepStrictEqual(email, { valid: true, email: "me@example.com" })
      json(yield* Captured.run(["me", "name", "--name", "Scotty", "--json"], { environment: session }))
      const account = json(
        yield* Captured.run(["accounts", "get", member.accountId, "--json"], { environment: appKeys })
      )
      assert.deepInclude(account, { email: "me@example.com", name: "Scotty" })
    })
  )

  it.effect("password: from standard input, from the environment, typed twice", () =>
    Effect.gen(function* () {
      const { session } = yield* Captured.environments
      const signsInWith = (password: string) =>
        Effect.map(
          Captured.run(["me", "status"], { environment: { ...session, GLOWMARKT_PASSWORD: password } }),
          ({ code }) => code === 0
        )
      const piped = yield* Captured.run(["me", "password"], {
        environment: session,
        input: { kind: "text", text: "Piped-9-password\n" }
      })
      assert.strictEqual(piped.code, 0, piped.stderr)
      assert.isTrue(yield* signsInWith("Piped-9-password"))

      const set = yield* Captured.run(["me", "password", "--json"], {
        environment: { ...session, GLOWMARKT_PASSWORD: "Piped-9-password", GLOWMARKT_NEW_PASSWORD: "Set-9-password" }
      })
      assert.deepStrictEqual(json(set), { valid: true })
      assert.isTrue(yield* signsInWith("Set-9-password"))

      const slip = yield* Captured.run(["me", "password"], {
        environment: { ...session, GLOWMARKT_PASSWORD: "Set-9-password" },
        input: { kind: "terminal", text: "Typed-9-password\nTyped-8-password\n" }
      })
      assert.strictEqual(slip.code, 2)
      const typed = yield* Captured.run(["me", "password"], {
        environment: { ...session, GLOWMARKT_PASSWORD: "Set-9-password" },
        input: { kind: "terminal", text: "Typed-9-password\nTyped-9-password\n" }
      })
      assert.strictEqual(typed.code, 0, typed.stderr)
      assert.isTrue(yield* signsInWith("Typed-9-password"))
      for (const said of [piped, set, slip, typed]) assert.notMatch(said.stdout + said.stderr, /-[89]-password/)

      const tooMany = yield* Captured.run(["me", "password"], {
        environment: { ...session, GLOWMARKT_PASSWORD: "Typed-9-password" },
        input: { kind: "text", text: "Typed-9-password\nother\n" }
      })
      assert.strictEqual(tooMany.code, 2)
      assert.include(tooMany.stderr, "one line")

      const typing = { environment: { ...session, GLOWMARKT_PASSWORD: "" } }
      const nothingSet = yield* Captured.run(["me", "password"], {
        ...typing,
        input: { kind: "terminal", text: "Typed-9-password\nTyped-9-password2\nTyped-9-password2\n" }
      })
      assert.strictEqual(nothingSet.code, 0, nothingSet.stderr)
      const unsaid = yield* Captured.run(["me", "status"], {
        ...typing,
        input: { kind: "terminal", text: "Typed-9-password2\n" }
      })
      assert.strictEqual(unsaid.code, 0, unsaid.stderr)

      // Restored for the other tests.
      yield* Captured.run(["me", "password"], {
        environment: { ...session, GLOWMARKT_PASSWORD: "Typed-9-password2" },
        input: { kind: "text", text: session.GLOWMARKT_PASSWORD }
      })
    })
  )

  it.effect("password: a secret damaged by a wrong encoding is never sent", () =>
    Effect.gen(function* () {
      const { session } = yield* Captured.environments
      const { requests } = yield* Simulator.Simulator
      const before = yield* requests.count("userChangePassword")
      const damaged: ReadonlyArray<Captured.Situation> = [
        { environment: session, input: { kind: "text", text: Buffer.from("N\u00e4w-9-password\n", "latin1") } },
        { environment: session, input: { kind: "text", text: Buffer.from("New-9-password\n", "utf16le") } },
        { environment: session, input: { kind: "terminal", text: "N\uFFFDw-9-password\nN\uFFFDw-9-password\n" } },
        { environment: { ...session, GLOWMARKT_NEW_PASSWORD: "N\uFFFDw-9-password" } },
        {
          environment: { ...session, GLOWMARKT_PASSWORD: "N\uFFFDw" },
          input: { kind: "text", text: "New-9-password\n" }
        }
      ]
      for (const situation of damaged) {
        const { code, stderr } = yield* Captured.run(["me", "password"], situation)
        assert.strictEqual(code, 2, stderr)
        assert.match(stderr, /Nothing was sent/)
        assert.notMatch(stderr, /9-password/)
      }
      assert.strictEqual(yield* requests.count("userChangePassword"), before)
    })
  )

  it.effect("mobile-token: add and remove", () =>
    Effect.gen(function* () {
      const { member, session } = yield* Captured.environments
      const token = "mobile-token-that-nobody-sees"
      const added = yield* Captured.run(["me", "mobile-token", "add", "--json"], {
        environment: session,
        input: { kind: "text", text: `${token}\n` }
      })
      assert.deepStrictEqual(json(added), { valid: true, accountId: member.accountId })
      const removed = yield* Captured.run(["me", "mobile-token", "remove", "--account", member.accountId], {
        environment: { ...session, GLOWMARKT_MOBILE_TOKEN: token }
      })
      assert.strictEqual(removed.code, 0, removed.stderr)
      assert.notInclude(added.stdout + added.stderr + removed.stdout + removed.stderr, token)
    })
  )
})
