import { FileSystem, Error as PlatformError } from "@effect/platform"
import { assert, layer } from "@effect/vitest"
import { Faults, Simulator } from "@effect-glowmarkt/simulator"
import { Effect, Option, Redacted } from "effect"
import { RotatePasswords, Run, Secrets } from "../src/index.js"
import { collected, csv, perRow, rowsFrom, throughFile } from "./fixtures/served.js"
import { fresh, live, traces, users, writesOf } from "./fixtures/users.js"

const id = (name: string) => Run.RunId.make(name)

layer(live, { excludeTestServices: true })("RotatePasswords", (it) => {
  const planned = (count: number) =>
    Effect.gen(function* () {
      const { accounts, applicationId, directory, known } = yield* users(count)
      const passwordFile = `${directory}/new.env`
      const rows = yield* rowsFrom(
        RotatePasswords.input,
        csv(
          ["username", "password"],
          accounts.map(({ username }) => [username, `file:${known}#${username}`])
        )
      )
      const plan = yield* RotatePasswords.plan({ rows, parameters: { applicationId, passwordFile } })
      return { accounts, passwordFile, plan: yield* throughFile(plan) }
    })

  const newPasswords = (file: string) =>
    Effect.map(
      Effect.flatMap(FileSystem.FileSystem, (fs) => fs.readFileString(file)),
      Secrets.parseNamed
    )

  const signsIn = (username: string, password = "") =>
    Effect.flatMap(Simulator.Simulator, ({ state }) =>
      Effect.map(state.signIn({ username, password: Redacted.make(password), directoryId: undefined }), Option.isSome)
    )

  it.scoped("every password is on disk before it is set, and nowhere else", () =>
    Effect.gen(function* () {
      yield* fresh
      const fs = yield* FileSystem.FileSystem
      const { accounts, passwordFile, plan } = yield* planned(5)
      assert.isFalse(yield* fs.exists(passwordFile))
      const runId = id("passwords")
      const { done } = yield* RotatePasswords.apply(plan, { runId })
      assert.strictEqual(done, 5)
      assert.strictEqual((yield* fs.stat(passwordFile)).mode & 0o777, 0o600)
      const passwords = yield* newPasswords(passwordFile)
      const said = yield* traces(plan, runId)
      for (const { username } of accounts) {
        assert.isTrue(yield* signsIn(username, passwords.get(username)))
        assert.notInclude(said, passwords.get(username) ?? "?")
      }
      const again = yield* RotatePasswords.apply(plan)
      assert.strictEqual(again.done, 5)
      assert.deepStrictEqual(
        (yield* writesOf("userChangePassword")).map(({ times }) => times),
        [1, 1, 1, 1, 1]
      )
      assert.deepStrictEqual([...(yield* newPasswords(passwordFile))], [...passwords])
    })
  )

  it.scoped("the plan contains the absolute path of the file", () =>
    Effect.gen(function* () {
      yield* fresh
      const { applicationId, accounts, known } = yield* users(1)
      const rows = yield* rowsFrom(
        RotatePasswords.input,
        csv(["username", "password"], [[accounts[0]?.username ?? "", `file:${known}#${accounts[0]?.username}`]])
      )
      const plan = yield* RotatePasswords.plan({ rows, parameters: { applicationId, passwordFile: "new.env" } })
      assert.strictEqual(plan.header.parameters["passwordFile"], `${process.cwd()}/new.env`)
    })
  )

  it.scoped("refuses the file of the current passwords for the new ones, under any name", () =>
    Effect.gen(function* () {
      yield* fresh
      const fs = yield* FileSystem.FileSystem
      const { accounts, applicationId, directory, known } = yield* users(1)
      const link = `${directory}/link.env`
      yield* fs.symlink(known, link)
      const rows = yield* rowsFrom(
        RotatePasswords.input,
        csv(["username", "password"], [[accounts[0]?.username ?? "", `file:${known}#${accounts[0]?.username}`]])
      )
      for (const passwordFile of [known, link]) {
        const refused = yield* Effect.flip(RotatePasswords.plan({ rows, parameters: { applicationId, passwordFile } }))
        assert.strictEqual(refused._tag, "PasswordFileError")
        assert.include(refused.message, `${passwordFile}: the current passwords are read from this file`)
      }
    })
  )

  it.scoped("a lost response is resolved by signing in; a refusal keeps the old password and says so", () =>
    Effect.gen(function* () {
      yield* fresh
      const { faults } = yield* Simulator.Simulator
      const { accounts, passwordFile, plan } = yield* planned(3)
      const on = { operations: ["userChangePassword" as const] }
      yield* faults.set([
        Faults.Script({
          on,
          faults: [Faults.Reset({ when: "after" }), Faults.notValid, Faults.Reset({ when: "before" })]
        })
      ])
      const runId = id("passwords-lost")
      yield* RotatePasswords.apply(plan, { runId, concurrency: 1 })
      const outcomes = (yield* collected(RotatePasswords.rows(runId))).map(({ outcome }) => outcome)
      assert.deepStrictEqual(outcomes, ["done", "failed", "done"])
      const passwords = yield* newPasswords(passwordFile)
      for (const [i, { username }] of accounts.entries()) {
        assert.strictEqual(yield* signsIn(username, passwords.get(username)), outcomes[i] === "done")
      }
      assert.isTrue((yield* writesOf("userChangePassword")).every(({ times }) => times === 1))
    })
  )

  it.scoped("a password that cannot be written to the file is not set", () =>
    Effect.gen(function* () {
      yield* fresh
      const { accounts, plan } = yield* planned(2)
      const real = yield* FileSystem.FileSystem
      const full = FileSystem.make({
        ...real,
        open: (name, options) =>
          Effect.map(real.open(name, options), (file) => ({
            ...file,
            writeAll: (bytes: Uint8Array) => file.writeAll(bytes),
            sync: Effect.fail(
              new PlatformError.SystemError({
                module: "FileSystem",
                method: "sync",
                reason: "Unknown",
                description: "disk full"
              })
            )
          }))
      })
      const runId = id("passwords-full")
      const error = yield* Effect.provideService(
        RotatePasswords.apply(plan, { runId }),
        FileSystem.FileSystem,
        full
      ).pipe(Effect.flip)
      assert.strictEqual(error._tag, "PasswordFileError")
      assert.include(error.message, "disk full")
      assert.deepStrictEqual(yield* writesOf("userChangePassword"), [])
      const rows = yield* collected(RotatePasswords.rows(runId))
      assert.deepStrictEqual(
        rows.map(({ outcome }) => outcome),
        accounts.map(() => "unprocessed")
      )
      // The disk has space again.
      assert.strictEqual((yield* RotatePasswords.resume(runId)).done, accounts.length)
    })
  )

  it.scoped("planning fails if the file could not be created", () =>
    Effect.gen(function* () {
      yield* fresh
      const { accounts, applicationId, directory, known } = yield* users(1)
      const rows = yield* rowsFrom(
        RotatePasswords.input,
        csv(["username", "password"], [[accounts[0]?.username ?? "", `file:${known}#x`]])
      )
      const passwordFile = `${directory}/no/such/place/new.env`
      const error = yield* Effect.flip(RotatePasswords.plan({ rows, parameters: { applicationId, passwordFile } }))
      assert.strictEqual(
        error.message,
        `${passwordFile}: no such directory: ${directory}/no/such/place. Create it first`
      )
    })
  )

  it.scoped("refuses a file that others can read before anything is changed", () =>
    Effect.gen(function* () {
      yield* fresh
      const fs = yield* FileSystem.FileSystem
      const { passwordFile, plan } = yield* planned(1)
      yield* fs.writeFileString(passwordFile, "", { mode: 0o644 })
      yield* fs.chmod(passwordFile, 0o644)
      const error = yield* Effect.flip(RotatePasswords.apply(plan))
      assert.strictEqual(error._tag, "PasswordFileError")
      assert.include(error.message, "chmod 600")
      assert.deepStrictEqual(yield* writesOf("userChangePassword"), [])
    })
  )

  it.scoped("a row takes 5 requests to apply, two of them to sign in", () =>
    Effect.gen(function* () {
      yield* fresh
      const count = 3
      const { plan } = yield* planned(count)
      assert.deepStrictEqual(yield* perRow(count, RotatePasswords.apply(plan)), {
        usernameLogin: 2,
        userChangePassword: 1,
        deleteToken: 2
      })
    })
  )
})
