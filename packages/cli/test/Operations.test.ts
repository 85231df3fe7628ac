import { assert, layer } from "@effect/vitest"
import { Announcement, Simulator } from "@effect-glowmarkt/simulator"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Simulate from "../src/commands/simulate/Simulate.js"
import * as Captured from "./support/Captured.js"

const json = (captured: Captured.Captured) => {
  assert.strictEqual(captured.code, 0, captured.stderr)
  return JSON.parse(captured.stdout)
}

layer(Simulator.layer({ accounts: 100, seed: 4 }))("the 12 operations by hand", (it) => {
  it.effect("accounts list", () =>
    Effect.gen(function* () {
      const { appKeys } = yield* Captured.environments
      const list = (...args: ReadonlyArray<string>) =>
        Effect.map(Captured.run(["accounts", "list", "--json", ...args], { environment: appKeys }), (captured) => {
          assert.strictEqual(captured.code, 0, captured.stderr)
          return captured.stdout
            .trimEnd()
            .split("\n")
            .map((line) => JSON.parse(line))
        })
      const accounts = yield* list()
      assert.lengthOf(accounts, 100)
      const inactive = accounts.filter(({ status }) => status === "inactive")
      assert.isAbove(inactive.length, 2)
      assert.deepStrictEqual(yield* list("--where", "status = inactive"), inactive)
      assert.deepStrictEqual(yield* list("--where", "status = inactive", "--limit", "2"), inactive.slice(0, 2))

      const { stdout } = yield* Captured.run(["accounts", "list"], { environment: appKeys, columns: 80 })
      const lines = stdout.trimEnd().split("\n")
      assert.lengthOf(lines, 101)
      assert.deepStrictEqual(
        lines.filter((line) => line.length > 80),
        []
      )
    })
  )

  it.effect("accounts get, status and rename, each under another credential", () =>
    Effect.gen(function* () {
      const { appKeys, devUserToken, member, orgAppKeys } = yield* Captured.environments
      const id = member.accountId
      const account = json(yield* Captured.run(["accounts", "get", id, "--json"], { environment: orgAppKeys }))
      assert.strictEqual(account.username, member.username)

      const status = json(yield* Captured.run(["accounts", "status", id, "--json"], { environment: devUserToken }))
      assert.deepInclude(status, { accountId: id, status: "active", active: true })

      const args = ["accounts", "rename", id, "--name", "Flat 3", "--json"]
      assert.strictEqual(json(yield* Captured.run(args, { environment: appKeys })).name, "Flat 3")
      const { stdout } = yield* Captured.run(["accounts", "get", id], { environment: appKeys })
      assert.match(stdout, /^Name +Flat 3$/m)
    })
  )

  it.effect("accounts add", () =>
    Effect.gen(function* () {
      const { appKeys } = yield* Captured.environments
      const { population } = yield* Simulator.Simulator
      const person = Option.getOrThrow(population.newcomer(0))
      const args = ["accounts", "add", "--username", person.username, "--directory-id", person.directoryId]
      const added = json(yield* Captured.run([...args, "--json"], { environment: appKeys }))
      const account = json(
        yield* Captured.run(["accounts", "get", added.accountId, "--json"], { environment: appKeys })
      )
      assert.strictEqual(account.username, person.username)
    })
  )

  it.effect("accounts delete shows the account, asks, and takes no for an answer", () =>
    Effect.gen(function* () {
      const { appKeys } = yield* Captured.environments
      const { population, requests } = yield* Simulator.Simulator
      const { accountId, username } = Option.getOrThrow(population.member(50))
      const args = ["accounts", "delete", accountId]
      const typing = (text: string) => ({ environment: appKeys, input: { kind: "terminal", text } }) as const

      const refused = yield* Captured.run(args, typing("n\n"))
      assert.strictEqual(refused.code, 1)
      assert.include(refused.stderr, username)
      assert.include(refused.stderr, "Nothing was deleted.")
      const typo = yield* Captured.run(args, typing("t\n"))
      assert.strictEqual(typo.code, 1)
      const left = yield* Captured.run(args, typing("y\u0003"))
      assert.include(left.stderr, "(y/N) y\nCancelled. Nothing was changed.")
      assert.strictEqual(left.code, 130)
      const piped = yield* Captured.run(args, { environment: appKeys, input: { kind: "text", text: "y\n" } })
      assert.strictEqual(piped.code, 2)
      assert.include(piped.stderr, "--yes")
      assert.strictEqual(yield* requests.count("deleteAccount"), 0)

      const consented = yield* Captured.run(args, typing("y\n"))
      assert.strictEqual(consented.code, 0, consented.stderr)
      const again = json(yield* Captured.run([...args, "--yes", "--json"], { environment: appKeys }))
      assert.strictEqual(again.status, "inactive")
      const known = yield* Captured.run(args, { environment: appKeys })
      assert.deepStrictEqual(
        [known.code, known.stdout],
        [0, `Account ${accountId} is already inactive. Nothing was deleted.\n`]
      )
      assert.strictEqual(yield* requests.count("deleteAccount"), 1)
    })
  )

  it.effect("accounts delete leaves another application's account alone", () =>
    Effect.gen(function* () {
      const { appKeys, member } = yield* Captured.environments
      const { requests } = yield* Simulator.Simulator
      const before = yield* requests.count("deleteAccount")
      const refused = yield* Captured.run(["accounts", "delete", member.accountId, "--yes"], {
        environment: { ...appKeys, GLOWMARKT_APPLICATION_ID: "00000000-ab62-491c-8085-9ac2b6206346" }
      })
      assert.strictEqual(refused.code, 2)
      assert.include(refused.stderr, "belongs to application")
      assert.strictEqual(yield* requests.count("deleteAccount"), before)
    })
  )

  it.effect("accounts get, status and rename leave it alone, too, and none takes a value that is no UUID", () =>
    Effect.gen(function* () {
      const { appKeys, member } = yield* Captured.environments
      const { requests } = yield* Simulator.Simulator
      const { accountId } = member
      const before = yield* requests.count("updateAccount")
      const commands = [
        ["accounts", "get", accountId],
        ["accounts", "rename", accountId, "--name", "Elsewhere"]
      ]
      for (const args of commands) {
        const other = { ...appKeys, GLOWMARKT_APPLICATION_ID: "00000000-ab62-491c-8085-9ac2b6206346" }
        const refused = yield* Captured.run(args, { environment: other })
        assert.strictEqual(refused.code, 2)
        assert.include(refused.stderr, "belongs to application")
      }
      for (const args of [...commands, ["accounts", "status", accountId], ["accounts", "list"], ["audit"]]) {
        const slip = yield* Captured.run(args, { environment: { ...appKeys, GLOWMARKT_APPLICATION_ID: "another" } })
        assert.strictEqual(slip.code, 2)
        assert.include(slip.stderr, `"another" is not an application id: expected a UUID`)
      }
      assert.strictEqual(yield* requests.count("updateAccount"), before)
    })
  )

  it.effect("accounts delete knows its own application however its id is written", () =>
    Effect.gen(function* () {
      const { appKeys, orgAppKeys } = yield* Captured.environments
      const { population } = yield* Simulator.Simulator
      const { accountId } = Option.getOrThrow(population.member(52))
      const id = ` ${orgAppKeys.GLOWMARKT_APPLICATION_ID.toUpperCase()}`
      const args = ["accounts", "delete", accountId, "--yes"]
      const deleted = yield* Captured.run(args, { environment: { ...appKeys, GLOWMARKT_APPLICATION_ID: id } })
      assert.strictEqual(deleted.code, 0, deleted.stderr)
    })
  )

  it.effect("accounts add says what may be wrong where the provider does not", () =>
    Effect.gen(function* () {
      const { appKeys } = yield* Captured.environments
      const args = ["accounts", "add", "--username", "nobody", "--directory-id", "D"]
      const { code, stderr } = yield* Captured.run(args, { environment: appKeys })
      assert.strictEqual(code, 1)
      assert.include(stderr, "\nCheck that directory D exists and contains the user nobody.")
    })
  )

  it.effect("what simulate says to paste works as it is", () =>
    Effect.gen(function* () {
      const said = (yield* Simulate.instructions(yield* Announcement.make)).split("\n")
      const environment: Record<string, string> = {}
      for (const line of said) {
        const [word, ...rest] = line.trim().replace(/^npx /, "").split(" ")
        if (word === "export") {
          for (const pair of rest) environment[pair.slice(0, pair.indexOf("="))] = pair.slice(pair.indexOf("=") + 1)
        }
        if (word !== "glowmarkt" || rest[0] === "audit") continue
        const { code, stderr } = yield* Captured.run(rest, { environment })
        assert.strictEqual(code, 0, `${line}: ${stderr}`)
      }
      assert.sameMembers(Object.keys(environment), [
        "GLOWMARKT_BASE_URL",
        "GLOWMARKT_APP_KEY",
        "GLOWMARKT_APP_SECRET",
        "GLOWMARKT_APPLICATION_ID",
        "GLOWMARKT_USERNAME",
        "GLOWMARKT_PASSWORD"
      ])
    })
  )

  it.effect("me status, email and name", () =>
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

  it.effect("me password: from standard input, from the environment, typed twice", () =>
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

      // As it was, for the other tests.
      yield* Captured.run(["me", "password"], {
        environment: { ...session, GLOWMARKT_PASSWORD: "Typed-9-password2" },
        input: { kind: "text", text: session.GLOWMARKT_PASSWORD }
      })
    })
  )

  it.effect("me password: a secret that a conversion damaged is not sent, whichever way it comes", () =>
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

  it.effect("the secret that is missing: typed, or a line of standard input before those of the command", () =>
    Effect.gen(function* () {
      const { appKeys, devUserToken, member, session } = yield* Captured.environments
      const lacking = { ...session, GLOWMARKT_PASSWORD: "" }
      const piped = (args: ReadonlyArray<string>, environment: Captured.Situation["environment"], text: string) =>
        Captured.run(args, { environment: environment ?? {}, input: { kind: "text", text } })
      const secret = appKeys.GLOWMARKT_APP_SECRET
      const token = devUserToken.GLOWMARKT_DEV_TOKEN
      const get = ["accounts", "get", member.accountId]
      const mobile = ["me", "mobile-token", "add", "--account", member.accountId]
      const cases = [
        yield* piped(["me", "status"], lacking, `${session.GLOWMARKT_PASSWORD}\n`),
        yield* piped(mobile, lacking, `${session.GLOWMARKT_PASSWORD}\nmobile-token\n`),
        yield* piped(get, { ...appKeys, GLOWMARKT_APP_SECRET: "" }, secret),
        yield* piped([...get, "--auth", "devUserToken"], { ...devUserToken, GLOWMARKT_DEV_TOKEN: "" }, token),
        yield* Captured.run(get, {
          environment: { ...appKeys, GLOWMARKT_APP_SECRET: "" },
          input: { kind: "terminal", text: `${secret}\n` }
        })
      ]
      for (const { code, stderr, stdout } of cases) {
        assert.strictEqual(code, 0, stderr)
        for (const hidden of [secret, token, session.GLOWMARKT_PASSWORD]) assert.notInclude(stdout + stderr, hidden)
      }
      const nothing = yield* piped(["me", "status"], lacking, "")
      assert.strictEqual(nothing.code, 2)
      assert.match(nothing.stderr, /^session lacks GLOWMARKT_PASSWORD\.\n.*one line: the password/)
      const short = yield* piped(mobile, lacking, `${session.GLOWMARKT_PASSWORD}\n`)
      assert.strictEqual(short.code, 2)
      assert.match(short.stderr, /2 lines: the password .*then the mobile app token/)
    })
  )

  it.effect("me mobile-token add and remove", () =>
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

  it.effect("no secret is in any output, the log with its stacks included", () =>
    Effect.gen(function* () {
      const { appKeys, session } = yield* Captured.environments
      const { population } = yield* Simulator.Simulator
      const secrets = [appKeys.GLOWMARKT_APP_SECRET, session.GLOWMARKT_PASSWORD]
      const debug = ["--log-level", "debug"]
      const outputs = yield* Effect.all([
        Captured.run(["accounts", "get", "nobody", ...debug], { environment: appKeys }),
        Captured.run(["me", "status", ...debug], { environment: { ...session, GLOWMARKT_APPLICATION_ID: "x" } }),
        Captured.run(["me", "password", ...debug], {
          environment: { ...session, GLOWMARKT_NEW_PASSWORD: "weak-secret" },
          input: { kind: "text", text: "" }
        }),
        Captured.run(["accounts", "list", "--auth", "appKeys", ...debug], {
          environment: { ...appKeys, GLOWMARKT_DEV_TOKEN: Redacted.value(population.credentials.devUserToken) }
        })
      ])
      const said = outputs.map(({ stderr, stdout }) => stdout + stderr).join("\n")
      assert.include(said, "DEBUG")
      for (const secret of [...secrets, "weak-secret", Redacted.value(population.credentials.devUserToken)]) {
        assert.notInclude(said, secret)
        assert.notInclude(said, Buffer.from(secret).toString("base64").slice(0, 12))
      }
    })
  )
})
