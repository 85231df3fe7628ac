import { assert, layer } from "@effect/vitest"
import { Simulator } from "@effect-glowmarkt/simulator"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Captured from "./support/Captured.js"

layer(Simulator.layer({ accounts: 100, seed: 4 }))("credentials", (it) => {
  it.effect("a missing secret is typed, or read from standard input before the command's own lines", () =>
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

  it.effect("no secret is in any output, not even in debug logs", () =>
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
