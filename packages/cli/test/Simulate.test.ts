import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, layer } from "@effect/vitest"
import { Announcement, Simulator } from "@effect-glowmarkt/simulator"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Simulate from "../src/commands/simulate/Simulate.js"
import * as Captured from "./support/Captured.js"
import * as Spawned from "./support/Spawned.js"

const directory = () => mkdtempSync(join(tmpdir(), "glowmarkt-cli-"))

layer(Simulator.layer({ accounts: 100, seed: 4 }), { excludeTestServices: true })("simulate", (it) => {
  it.effect("the lines it prints work when pasted", () =>
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

  it.effect("prints one line when it is ready; SIGINT and SIGTERM stop it with exit code 0", () =>
    Effect.gen(function* () {
      const simulators = [["SIGINT"], ["SIGTERM"]] as const
      yield* Effect.forEach(
        simulators,
        ([signal]) =>
          Effect.gen(function* () {
            const simulator = Spawned.start(["simulate", "--accounts", "7", "--seed", "3"], { cwd: directory() })
            const line = yield* Effect.promise(() => simulator.until("stdout", /\n/))
            const said = JSON.parse(line)
            assert.deepInclude(said, { accounts: 7, seed: 3 })
            const listed = yield* Captured.run(["accounts", "list", "--json"], {
              environment: {
                GLOWMARKT_BASE_URL: said.url,
                GLOWMARKT_APPLICATION_ID: said.applicationId,
                GLOWMARKT_ORG_KEY: said.orgAppKeys.key,
                GLOWMARKT_ORG_SECRET: said.orgAppKeys.secret
              }
            })
            assert.lengthOf(listed.stdout.trim().split("\n"), 7)
            simulator.process.kill(signal)
            const { code, stderr, stdout } = yield* Effect.promise(() => simulator.ended)
            assert.deepStrictEqual({ code, stderr, stdout }, { code: 0, stderr: "", stdout: line })
          }),
        { concurrency: 2 }
      )
    })
  )

  it.effect("simulates a throttle, a latency and an outage", () =>
    Effect.gen(function* () {
      const bad = ["--throttle", "4", "--latency", "150", "--outage", "1,2"]
      const simulator = Spawned.start(["simulate", "--accounts", "5", ...bad], { cwd: directory() })
      const { url } = JSON.parse(yield* Effect.promise(() => simulator.until("stdout", /\n/)))
      const ask = Effect.promise(async () => {
        const began = performance.now()
        const response = await fetch(`${url}/account`).catch(() => undefined)
        return {
          status: response?.status ?? 0,
          millis: performance.now() - began,
          after: response?.headers.get("retry-after") ?? ""
        }
      })
      const first = yield* ask
      assert.strictEqual(first.status, 400)
      assert.isAtLeast(first.millis, 149)
      const many = yield* Effect.all(Array.from({ length: 4 }, () => ask))
      const refused = many.filter(({ status }) => status === 429)
      assert.isNotEmpty(refused)
      assert.isTrue(refused.every(({ after }) => after === "1"))
      yield* Effect.promise(() => simulator.until("stderr", /^Outage: .* for 2s\.$/m))
      const away = yield* Effect.all(Array.from({ length: 3 }, () => Effect.delay(ask, Duration.millis(300))))
      assert.isTrue(away.every(({ status }) => status !== 400 && status !== 200))
      assert.isTrue(away.some(({ status }) => status === 503))
      yield* Effect.promise(() => simulator.until("stderr", /The outage is over/))
      assert.strictEqual((yield* Effect.delay(ask, Duration.millis(500))).status, 400)
      simulator.process.kill("SIGTERM")
      assert.strictEqual((yield* Effect.promise(() => simulator.ended)).code, 0)
    })
  )
})
