import { mkdirSync, mkdtempSync, readdirSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it, layer } from "@effect/vitest"
import { Faults, Simulator } from "@effect-glowmarkt/simulator"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Captured from "./support/Captured.js"

/** A usage error is reported in a line or two, without a stack. */
const told = ({ stderr, stdout }: Captured.Captured) => {
  assert.strictEqual(stdout, "")
  const lines = stderr.trimEnd().split("\n")
  assert.isAtMost(lines.length, 3, stderr)
  assert.notMatch(stderr, /^ +at /m)
  return stderr
}

describe("invalid usage exits with 2 and says what to do", () => {
  for (const args of [
    "me password Hunter2!",
    "me password --password=Hunter2!",
    "me password --password Hunter2!",
    "me password --Hunter2!",
    "me password --json -- Hunter2!",
    "accounts get Hunter2!",
    "accounts get a Hunter2!",
    "me mobile-token add --account Hunter2!",
    "plan rename a.csv Hunter2!"
  ]) {
    it.effect(`2: a secret in the wrong place is not repeated: ${args}`, () =>
      Effect.gen(function* () {
        const captured = yield* Captured.run(args.split(" "))
        assert.strictEqual(captured.code, 2)
        assert.notInclude(captured.stdout + captured.stderr, "Hunter2")
        assert.isNotEmpty(captured.stderr)
      })
    )
  }

  it.effect("global options are accepted anywhere on the command line", () =>
    Effect.gen(function* () {
      for (const args of ["accounts list --json --log-level debug", "accounts --log-level=debug list --json"]) {
        const { code, stderr } = yield* Captured.run(args.split(" "))
        assert.strictEqual(code, 2)
        assert.match(stderr, /^DEBUG/)
        assert.include(stderr, "No credentials for an administrator")
      }
      const version = yield* Captured.run(["me", "status", "--json", "--version"])
      assert.deepStrictEqual([version.code, version.stderr], [0, ""])
    })
  )

  const cases: ReadonlyArray<readonly [args: string, says: RegExp]> = [
    [
      "frobnicate",
      /Unknown command glowmarkt frobnicate\. Use one of audit, audit-diff, plan, .*simulate, accounts, me\./
    ],
    [
      "accounts lst",
      /Unknown command glowmarkt accounts lst\. Use one of list, get, .*\.\nSee glowmarkt accounts --help/
    ],
    ["me mobile-token foo", /Use one of add, remove\.\nSee glowmarkt me mobile-token --help/],
    ["--log-level debug me", /glowmarkt me needs a command\./],
    ["audit --out", /--out needs a value: --out DIR\.\nSee glowmarkt audit --help/],
    ["audit --out=", /--out needs a value/],
    ["audit --out --quiet", /--out needs a value/],
    ["audit --run a --run b", /--run is given twice/],
    ["audit --json=yes", /--json takes no value/],
    ["audit --log-level foo", /--log-level takes one of all, trace, .*, not "foo"/],
    ["audit --log-level", /--log-level takes one of/],
    [
      "audit --auth userToken",
      /--auth takes one of appKeys, orgAppKeys, devUserToken, devUserSession, not "userToken"/
    ],
    ["--wizard", /Unknown option --wizard/],
    ["apply --run", /--run needs a value: --run ID/],
    ["accounts add", /^The options --username and --directory-id are missing\.\nSee glowmarkt accounts add --help$/m],
    ["audit --frobnicate", /Unknown option --frobnicate\.\nSee glowmarkt audit --help/],
    ["accounts list --json --log-level foo", /--log-level takes one of/],
    ["accounts get a b", /Unknown argument at position 4\.\nSee glowmarkt accounts get --help/],
    ["accounts get ../x --json --log-level none", /^ID: it is not an account id: expected a UUID/m],
    ["plan rename /", /^\/: is a directory/],
    ["audit --concurrency many", /--concurrency takes a whole number from 1 to 256, or auto, not "many"/],
    ["audit --rate 0", /--rate takes a whole number from 1 to 10000, or unlimited, not "0"/],
    ["plan rename", /Missing argument <CSV>/],
    ["plan rename x.csv --out -", /--out takes the name of a file, not -/],
    ["plan passwords x.csv", /--passwords is missing/],
    ["plan offboard x.csv --findings broken", /broken is not one of healthy, inactive/],
    ["apply", /Missing argument <PLAN>/],
    ["apply no-such-plan", /no-such-plan: no such file/],
    ["apply x --deletions many", /--deletions takes a whole number/],
    ["runs show ../x", /a run id is/],
    ["simulate --outage 5", /--outage takes two whole numbers of seconds as START,LENGTH/],
    ["audit --fail-on broken", /broken is not one of healthy, inactive/],
    ["audit --format xml --out x", /xml is not one of json, ndjson, csv, html/],
    ["audit --format csv", /--out DIR/],
    ["audit --run ../x", /a run id is/],
    ["audit --only ../x", /--only: "\.\.\/x" is not an account id/],
    ["audit --only ,", /--only: expected account ids/],
    ["audit --only @none.csv", /none\.csv: no such file/],
    ["audit --where colour=red", /--where: .*colour/],
    [`audit --where ${"(".repeat(3000)}name=a${")".repeat(3000)}`, /--where: .*more than 250 parts/],
    [`accounts list --where ${"not:".repeat(3000).replaceAll(":", "\u00a0")}name=a`, /--where: /],
    ["audit --sample 0", /--sample takes a whole number/],
    ["audit --out /dev/null/x", /not a directory/],
    ["audit --out /proc/nope/x", /\/proc\/nope: /],
    ["accounts get ../x", /is not an account id/],
    ["accounts get", /Missing argument <ID>/],
    ["accounts rename abc", /--name is missing/],
    ["simulate --port 99999", /from 0 to 65535/],
    ["accounts list --auth userToken", /appKeys/],
    ["accounts list", /No credentials for an administrator.*\n.*GLOWMARKT_APP_KEY and GLOWMARKT_APP_SECRET; or/],
    ["me status", /No credentials for a user.*\n.*GLOWMARKT_USER_TOKEN/]
  ]
  for (const [args, says] of cases) {
    it.effect(args.slice(0, 80), () =>
      Effect.gen(function* () {
        const captured = yield* Captured.run(args.split(" "))
        assert.strictEqual(captured.code, 2, captured.stderr)
        assert.match(told(captured), says)
      })
    )
  }
})

describe("credentials in the environment", () => {
  const key = { GLOWMARKT_APP_KEY: "k", GLOWMARKT_APP_SECRET: "s" }
  const cases: ReadonlyArray<readonly [does: string, environment: Record<string, string>, args: string, says: RegExp]> =
    [
      [
        "two complete schemes",
        { ...key, GLOWMARKT_DEV_TOKEN: "t", GLOWMARKT_APPLICATION_ID: "a" },
        "",
        /--auth appKeys or --auth devUserToken/
      ],
      ["half a scheme", { GLOWMARKT_APP_KEY: "k" }, "", /appKeys lacks GLOWMARKT_APP_SECRET/],
      [
        "no application",
        { GLOWMARKT_ORG_KEY: "k", GLOWMARKT_ORG_SECRET: "s" },
        "",
        /orgAppKeys lacks GLOWMARKT_APPLICATION_ID/
      ],
      [
        "a token that no header can carry",
        { GLOWMARKT_DEV_TOKEN: "ünï😀", GLOWMARKT_APPLICATION_ID: "a" },
        "",
        /GLOWMARKT_DEV_TOKEN contains a character that is never part of a token/
      ],
      ["two halves", { GLOWMARKT_APP_KEY: "k", GLOWMARKT_DEV_TOKEN: "t" }, "", /appKeys lacks .*; devUserToken lacks/],
      ["an empty value", { ...key, GLOWMARKT_APP_SECRET: "" }, "", /appKeys lacks GLOWMARKT_APP_SECRET/],
      [
        "another scheme named",
        key,
        " --auth devUserToken",
        /devUserToken lacks GLOWMARKT_DEV_TOKEN and GLOWMARKT_APPLICATION_ID/
      ],
      [
        "an invalid base URL",
        { ...key, GLOWMARKT_BASE_URL: "ftp://x" },
        "",
        /GLOWMARKT_BASE_URL: "ftp:\/\/x" is not a base URL/
      ]
    ]
  for (const [does, environment, args, says] of cases) {
    it.effect(does, () =>
      Effect.gen(function* () {
        const captured = yield* Captured.run(`accounts list${args}`.split(" "), { environment })
        assert.strictEqual(captured.code, 2, captured.stderr)
        assert.match(told(captured), says)
      })
    )
  }
})

layer(Simulator.layer({ accounts: 100, seed: 9 }), { excludeTestServices: true })("against a server", (it) => {
  it.effect("1: not found, or refused", () =>
    Effect.gen(function* () {
      const { appKeys, session } = yield* Captured.environments
      const missing = yield* Captured.run(["accounts", "get", "nobody"], { environment: appKeys })
      assert.strictEqual(missing.code, 1)
      assert.include(told(missing), "no account nobody")
      const weak = yield* Captured.run(["me", "password"], {
        environment: session,
        input: { kind: "text", text: "x\n" }
      })
      assert.strictEqual(weak.code, 1)
      assert.include(told(weak), "too weak")
    })
  )

  it.effect("2: the port is in use, or the base URL leads nowhere", () =>
    Effect.gen(function* () {
      const { appKeys } = yield* Captured.environments
      const { url } = yield* Simulator.Simulator
      const { origin, port } = new URL(url)
      const taken = yield* Captured.run(["simulate", "--port", port])
      assert.strictEqual(taken.code, 2)
      assert.match(told(taken), /in use/)
      const lost = yield* Captured.run(["accounts", "list"], {
        environment: { ...appKeys, GLOWMARKT_BASE_URL: origin }
      })
      assert.strictEqual(lost.code, 2)
      assert.match(told(lost), /base URL/)
    })
  )

  it.effect("3: the credentials are refused", () =>
    Effect.gen(function* () {
      const { appKeys } = yield* Captured.environments
      const environment = { ...appKeys, GLOWMARKT_APP_SECRET: "wrong" }
      for (const args of [
        ["accounts", "list"],
        ["audit", "--store", join(mkdtempSync(join(tmpdir(), "glowmarkt-cli-")), "runs.db"), "--quiet"]
      ]) {
        const refused = yield* Captured.run(args, { environment })
        assert.strictEqual(refused.code, 3)
        assert.include(told(refused), "Check the application's key and secret")
      }
    })
  )

  it.effect("4: the server does not accept connections", () =>
    Effect.gen(function* () {
      const { appKeys } = yield* Captured.environments
      const environment = { ...appKeys, GLOWMARKT_BASE_URL: "http://127.0.0.1:1/api/v0-1" }
      const alone = yield* Captured.run(["accounts", "add", "--username", "x", "--directory-id", "y"], { environment })
      assert.strictEqual(alone.code, 4)
      assert.include(told(alone), "Cannot reach http://127.0.0.1:1")
    })
  )

  it.effect("4 rather than 1: with a server that sends invalid responses, nothing is finished", () =>
    Effect.gen(function* () {
      const { appKeys } = yield* Captured.environments
      const { faults } = yield* Simulator.Simulator
      const place = mkdtempSync(join(tmpdir(), "glowmarkt-cli-"))
      const audit = ["audit", "--store", join(place, "runs.db"), "--quiet", "--patience", "0", "--run", "r1"]
      const list = { operations: ["getAccounts"] } as const
      const later = Faults.RateLimited({ retryAfter: { form: "seconds", after: Duration.hours(1) } })
      const html = Faults.Respond({ status: 200, contentType: "text/html", body: "<p>Sign in to the network</p>" })
      for (const fault of [html, Faults.serverError, Faults.Reset({ when: "before" }), later]) {
        yield* faults.set([Faults.always(list, fault)])
        const alone = yield* Captured.run(["accounts", "list"], { environment: appKeys })
        assert.strictEqual(alone.code, 4, alone.stderr)
        const { code, stderr } = yield* Captured.run(audit, { environment: appKeys })
        assert.strictEqual(code, 4, stderr)
        assert.match(
          stderr,
          /Nothing has been done yet\. Start run r1 again with\n {2}(npx )?glowmarkt audit --run r1 .*--patience 0/
        )
      }
      yield* faults.clear
    })
  )

  it.effect("4: a server that asks for a retry later, or does not implement the call, gets one request", () =>
    Effect.gen(function* () {
      const { appKeys } = yield* Captured.environments
      const { faults, requests } = yield* Simulator.Simulator
      for (const [status, sent] of [
        [425, 5],
        [501, 1]
      ] as const) {
        const answer = Faults.Respond({ status, contentType: "application/json", body: '{"error":"try later"}' })
        yield* faults.set([Faults.always({ operations: ["getAccounts"] }, answer)])
        const before = yield* requests.count("getAccounts")
        const captured = yield* Captured.run(["accounts", "list"], { environment: appKeys })
        assert.strictEqual(captured.code, 4, captured.stderr)
        assert.include(told(captured), "try later")
        assert.strictEqual((yield* requests.count("getAccounts")) - before, sent)
      }
      yield* faults.clear
    })
  )

  it.effect("2: a file that is not a store is reported with the option for another, and no lock file stays", () =>
    Effect.gen(function* () {
      const { appKeys } = yield* Captured.environments
      const place = mkdtempSync(join(tmpdir(), "glowmarkt-cli-"))
      writeFileSync(join(place, "bad.db"), "this is not a database, and too long to be taken for an empty one")
      mkdirSync(join(place, "directory"))
      const before = readdirSync(place)
      const audit = (...args: ReadonlyArray<string>) =>
        Captured.run(["audit", "--quiet", ...args], {
          environment: { ...appKeys, XDG_STATE_HOME: join(place, "state") }
        })
      const bad = yield* audit("--store", join(place, "bad.db"))
      assert.strictEqual(bad.code, 2)
      assert.match(told(bad), /not a run store\. Use another file with --store/)
      const directory = yield* audit("--store", join(place, "directory"))
      assert.strictEqual(directory.code, 2)
      assert.match(told(directory), /directory: is a directory/)
      assert.deepStrictEqual(readdirSync(place), before)

      yield* audit("--run", "r1", "--sample", "3")
      const other = yield* audit("--run", "r1", "--sample", "3", "--dormant-days", "2")
      assert.strictEqual(other.code, 2)
      assert.match(
        told(other),
        /^Run "r1" was started with other parameters: --dormant-days was "180 days", now "2 days"\./
      )
      assert.strictEqual(statSync(join(place, "state", "glowmarkt")).mode & 0o777, 0o700)
      assert.strictEqual(statSync(join(place, "state", "glowmarkt", "runs.db")).mode & 0o777, 0o600)
    })
  )

  it.effect("2: an unusable results folder is reported before any request", () =>
    Effect.gen(function* () {
      const { appKeys } = yield* Captured.environments
      const { requests } = yield* Simulator.Simulator
      const out = mkdtempSync(join(tmpdir(), "glowmarkt-cli-"))
      mkdirSync(join(out, "accounts.csv"))
      const before = yield* requests.count("getAccounts")
      const args = ["audit", "--store", join(out, "runs.db"), "--out", out]
      const captured = yield* Captured.run(args, { environment: appKeys })
      assert.strictEqual(captured.code, 2)
      assert.match(told(captured), /accounts\.csv: is a directory/)
      assert.strictEqual(yield* requests.count("getAccounts"), before)
    })
  )

  it.effect("70: a defect is reported in one line that says how to see its stack trace", () =>
    Effect.gen(function* () {
      const { session } = yield* Captured.environments
      const args = ["me", "mobile-token", "add"]
      const broken = { environment: session, input: { kind: "broken", text: "" } } as const
      const captured = yield* Captured.run(args, broken)
      assert.strictEqual(captured.code, 70)
      assert.include(told(captured), "--log-level debug")
      assert.match((yield* Captured.run([...args, "--log-level", "debug"], broken)).stderr, /^ +at /m)
    })
  )

  it.effect("the debug log reports a failure before its retry", () =>
    Effect.gen(function* () {
      const { appKeys, member } = yield* Captured.environments
      const { faults } = yield* Simulator.Simulator
      yield* faults.set([Faults.Script({ on: {}, faults: [Faults.serverError] })])
      const args = ["accounts", "get", member.accountId, "--log-level", "debug"]
      const { code, stderr } = yield* Captured.run(args, { environment: appKeys })
      yield* faults.clear
      assert.strictEqual(code, 0, stderr)
      const [line = ""] = /^DEBUG: retrying after a failure .*$/m.exec(stderr) ?? []
      assert.include(line, "operation=getAccountById")
      assert.include(line, "failure=5")
    })
  )

  it.effect("control characters in names from the API are escaped", () =>
    Effect.gen(function* () {
      const { appKeys, member } = yield* Captured.environments
      const name = "\u001b[2J\u009b31m\u202eevil\r\nx"
      yield* Captured.run(["accounts", "rename", member.accountId, "--name", name], { environment: appKeys })
      for (const args of [
        ["list"],
        ["get", member.accountId],
        ["list", "--json"],
        ["get", member.accountId, "--json"]
      ]) {
        const { stdout } = yield* Captured.run(["accounts", ...args], { environment: appKeys })
        assert.include(stdout, "evil")
        // biome-ignore lint/suspicious/noControlCharactersInRegex: the output must not contain them
        assert.notMatch(stdout, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
      }
      const { stdout } = yield* Captured.run(["accounts", "get", member.accountId, "--json"], { environment: appKeys })
      assert.strictEqual(JSON.parse(stdout).name, name)
    })
  )

  it.effect("a list with an invalid element shows the other elements and exits with 1", () =>
    Effect.gen(function* () {
      const { appKeys } = yield* Captured.environments
      const { faults } = yield* Simulator.Simulator
      yield* faults.set([
        Faults.always(
          { operations: ["getAccounts"] },
          Faults.Respond({ status: 200, contentType: "application/json", body: '[{"accountId":"a"},{"accountId":7}]' })
        )
      ])
      const captured = yield* Captured.run(["accounts", "list", "--json"], { environment: appKeys })
      assert.strictEqual(captured.code, 1)
      assert.strictEqual(captured.stdout, '{"accountId":"a"}\n')
      assert.match(captured.stderr, /element 1 of the list/)
      yield* faults.clear
    })
  )
})
