import { FileSystem, Error as PlatformError } from "@effect/platform"
import { assert, describe, it, layer } from "@effect/vitest"
import { Faults, Simulator } from "@effect-glowmarkt/simulator"
import { ConfigProvider, Effect, Fiber, FastCheck as fc, Layer, Option, Redacted, Schema, Stream } from "effect"
import {
  CorrectOwnDetails,
  CsvInput,
  NewPassword,
  PasswordFile,
  Plan,
  PlannedFlow,
  RotateMobileTokens,
  RotatePasswords,
  Run,
  RunStore,
  Secrets
} from "../src/index.js"
import { bytesOf, collected, csv, healthy, rowsFrom, served, temporary, throughFile, view } from "./fixtures/served.js"

const id = (name: string) => Run.RunId.make(name)

const live = Secrets.layer.pipe(Layer.provideMerge(served()))

const fresh = Effect.flatMap(Simulator.Simulator, ({ reset }) => reset)

/** Users with a file of their passwords to refer to. */
const users = (count: number) =>
  Effect.gen(function* () {
    const { population } = yield* Simulator.Simulator
    const fs = yield* FileSystem.FileSystem
    const directory = yield* temporary
    const accounts = yield* healthy(count)
    const known = `${directory}/known.env`
    const lines = accounts.map((account) => {
      const person = Option.getOrThrow(population.findUser(account.username))
      return `${account.username}=${Redacted.value(population.password(person))}\n`
    })
    yield* fs.writeFileString(known, lines.join(""))
    return { accounts, directory, known, applicationId: population.credentials.applicationId }
  })

const writesOf = (operation: string) =>
  Effect.map(
    Effect.flatMap(Simulator.Simulator, ({ state }) => state.writes),
    (writes) => writes.filter((write) => write.operation === operation)
  )

/** Everything that a run and its plan leave on disk and in the store. */
const traces = (plan: Plan.Plan, runId: Run.RunId) =>
  Effect.gen(function* () {
    const { rows } = yield* RunStore.RunStore
    const stored = yield* Stream.runCollect(rows(runId))
    return JSON.stringify([...stored]) + (yield* bytesOf(Plan.encode(plan))).toString()
  })

layer(live, { excludeTestServices: true })("CorrectOwnDetails", (it) => {
  const columns = ["username", "password", "name", "email"]

  const planned = (rows: ReadonlyArray<ReadonlyArray<string>>) =>
    Effect.gen(function* () {
      const { population } = yield* Simulator.Simulator
      const { applicationId } = population.credentials
      const input = yield* rowsFrom(CorrectOwnDetails.flow.input, csv(columns, rows))
      return yield* Effect.flatMap(
        PlannedFlow.plan(CorrectOwnDetails.flow, { rows: input, parameters: { applicationId } }),
        throughFile
      )
    })

  it.scoped("each user corrects the own details; a wrong reference or password is known before anything is sent", () =>
    Effect.gen(function* () {
      yield* fresh
      const { accounts, known } = yield* users(3)
      const [a, b, c] = accounts
      assert(a !== undefined && b !== undefined && c !== undefined)
      const plan = yield* planned([
        [a.username, `file:${known}#${a.username}`, "Ann", "ann@new.example"],
        [b.username, `file:${known}#${a.username}`, "Ben", ""],
        [c.username, "env:NO_SUCH_VARIABLE", "", "c@new.example"]
      ])
      assert.deepStrictEqual(
        plan.entries.map(({ intent }) => intent._tag),
        ["Change", "Skip", "Skip"]
      )
      assert.include(plan.entries[0]?.will, `set name to "Ann" (was ${JSON.stringify(a.name)}) and set e-mail to`)
      assert.include(plan.entries[1]?.will, "cannot sign in")
      assert.include(plan.entries[2]?.will, "env:NO_SUCH_VARIABLE: the variable is not set")
      assert.deepStrictEqual(yield* writesOf("userChangeName"), [])
      const { done, skipped } = yield* PlannedFlow.apply(CorrectOwnDetails.flow, plan, { runId: id("own") })
      assert.deepStrictEqual([done, skipped], [1, 2])
      const { email, name } = yield* view(a.accountId)
      assert.deepStrictEqual([name, email], ["Ann", "ann@new.example"])
      yield* PlannedFlow.apply(CorrectOwnDetails.flow, plan)
      assert.deepStrictEqual(
        [...(yield* writesOf("userChangeName")), ...(yield* writesOf("userChangeEmail"))].map(({ times }) => times),
        [1, 1]
      )
    })
  )

  it.scoped("when the address is refused the name goes back, and it says so", () =>
    Effect.gen(function* () {
      yield* fresh
      const { faults } = yield* Simulator.Simulator
      const { accounts, known } = yield* users(2)
      const [a, b] = accounts
      assert(a !== undefined && b !== undefined && a.name != null)
      const plan = yield* planned(
        [a, b].map(({ username }) => [username, `file:${known}#${username}`, "New", `x${username}`])
      )
      yield* faults.set([
        Faults.Script({ on: { operations: ["userChangeEmail"] }, faults: [Faults.notValid] }),
        Faults.Script({ on: { operations: ["userChangeEmail"] }, faults: [Faults.Reset({ when: "after" })] })
      ])
      const runId = id("own-refused")
      yield* PlannedFlow.apply(CorrectOwnDetails.flow, plan, { runId, concurrency: 1 })
      const [first, second] = yield* collected(PlannedFlow.rows(CorrectOwnDetails.flow, runId))
      assert(first?.result?._tag === "Failed")
      assert.strictEqual(first.result.kind, "RolledBack")
      assert.include(first.result.message, "the name was changed back")
      assert.strictEqual((yield* view(a.accountId)).name, a.name)
      assert.strictEqual((yield* view(a.accountId)).email, a.email)
      // The other answer was only lost.
      assert.strictEqual(second?.outcome, "done")
    })
  )

  it.scoped("half done by a run that was cut off is not drift; somebody else's change is", () =>
    Effect.gen(function* () {
      yield* fresh
      const { state } = yield* Simulator.Simulator
      const { accounts, known } = yield* users(2)
      const [a, b] = accounts
      assert(a !== undefined && b !== undefined)
      const plan = yield* planned(
        [a, b].map(({ username }) => [username, `file:${known}#${username}`, "New", `x${username}`])
      )
      yield* state.rename(a.accountId, { operation: "userChangeName", name: "New" })
      yield* state.rename(b.accountId, { operation: "userChangeName", name: "Other" })
      const { done, skipped } = yield* PlannedFlow.apply(CorrectOwnDetails.flow, plan)
      assert.deepStrictEqual([done, skipped], [1, 1])
      assert.deepStrictEqual(
        (yield* writesOf("userChangeName")).map(({ times }) => times),
        [1, 1]
      )
    })
  )

  it("a row needs a name or an address, and a reference instead of a password", () => {
    const bytes = csv(columns, [
      ["a", "env:A", "", ""],
      ["b", "hunter2", "B", "nowhere"]
    ])
    const parsed = CsvInput.parse(CorrectOwnDetails.flow.input, bytes)
    assert.deepStrictEqual(parsed._tag === "Left" ? parsed.left.problems.map(({ message }) => message) : [], [
      "line 2: has neither name nor email; correct the row",
      "line 3: password is not valid; enter a reference to the password: env:NAME, file:PATH or file:PATH#NAME",
      'line 3: email "nowhere" is not an e-mail address: expected someone@example.com; enter the new e-mail address (optional)'
    ])
  })
})

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

  it.scoped("every password is on the disk before it is set, and in no other place", () =>
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

  it.scoped("the plan knows the file by its absolute path", () =>
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

  it.scoped("the file of the present passwords is refused for the new ones, whatever it is called", () =>
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

  it.scoped("an answer that was lost is settled by signing in; a refusal leaves the old password and says so", () =>
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

  it.scoped("a password that cannot be kept is not set", () =>
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
      // There is room again.
      assert.strictEqual((yield* RotatePasswords.resume(runId)).done, accounts.length)
    })
  )

  it.scoped("a file that could not be created is found out by planning", () =>
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

  it.scoped("a file that others may read is refused before anything is changed", () =>
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

  it.scoped("the file keeps whole lines only, and is synchronised before `put` returns", () =>
    Effect.gen(function* () {
      const real = yield* FileSystem.FileSystem
      const path = `${yield* temporary}/new.env`
      yield* real.writeFileString(path, "ann=whole\nbob=torn-of", { mode: 0o600 })
      const done: Array<string> = []
      const watched = FileSystem.make({
        ...real,
        open: (name, options) =>
          Effect.map(real.open(name, options), (file) => ({
            ...file,
            writeAll: (bytes: Uint8Array) =>
              Effect.tap(file.writeAll(bytes), () => Effect.sync(() => done.push("written"))),
            sync: Effect.tap(file.sync, () =>
              Effect.sync(() => done.push(`synchronised ${name === path ? "file" : "directory"}`))
            )
          }))
      })
      yield* Effect.gen(function* () {
        const { find, put } = yield* PasswordFile.open(path)
        assert.isTrue(Option.isSome(find("ann")) && Option.isNone(find("bob")))
        yield* put("bob", Redacted.make("a=b"))
        done.push("returned")
        assert.deepStrictEqual(Option.map(find("bob"), Redacted.value), Option.some("a=b"))
      }).pipe(Effect.scoped, Effect.provideService(FileSystem.FileSystem, watched))
      assert.deepStrictEqual(done, ["synchronised directory", "written", "synchronised file", "returned"])
      assert.strictEqual(yield* real.readFileString(path), "ann=whole\nbob=a=b\n")
    })
  )
})

layer(live, { excludeTestServices: true })("RotateMobileTokens", (it) => {
  const planned = (count: number) =>
    Effect.gen(function* () {
      yield* fresh
      const { state } = yield* Simulator.Simulator
      const fs = yield* FileSystem.FileSystem
      const { accounts, applicationId, directory, known } = yield* users(count)
      const tokens = `${directory}/tokens.env`
      yield* fs.writeFileString(tokens, "old=phone-before\nnew=phone-after\n")
      const rows = yield* rowsFrom(
        RotateMobileTokens.flow.input,
        csv(
          ["username", "password", "old token", "new token"],
          accounts.map(({ username }) => [
            username,
            `file:${known}#${username}`,
            `file:${tokens}#old`,
            `file:${tokens}#new`
          ])
        )
      )
      for (const { accountId } of accounts) {
        yield* state.addMobileToken(accountId, Redacted.make("phone-before"))
      }
      const plan = yield* PlannedFlow.plan(RotateMobileTokens.flow, { rows, parameters: { applicationId } })
      return { accounts, plan: yield* throughFile(plan) }
    })

  const held = (accounts: ReadonlyArray<{ readonly accountId: string }>) =>
    Effect.flatMap(Simulator.Simulator, ({ state }) =>
      Effect.forEach(accounts, ({ accountId }) =>
        Effect.map(state.mobileTokens(accountId), (some) => some.map(Redacted.value))
      )
    )

  const calls = Effect.flatMap(Simulator.Simulator, ({ requests }) =>
    Effect.map(requests.latest, (all) =>
      all.flatMap(({ operation }) => Option.toArray(operation).filter((name) => name.endsWith("MobileAppToken")))
    )
  )

  it.scoped("adds first, removes then; a removal that fails leaves both, and says so; no token in plan or store", () =>
    Effect.gen(function* () {
      const { accounts, plan } = yield* planned(2)
      const { faults } = yield* Simulator.Simulator
      yield* faults.set([Faults.Script({ on: { operations: ["removeMobileAppToken"] }, faults: [Faults.notValid] })])
      const runId = id("tokens")
      yield* PlannedFlow.apply(RotateMobileTokens.flow, plan, { runId, concurrency: 1 })
      const results = (yield* collected(PlannedFlow.rows(RotateMobileTokens.flow, runId))).map(({ result }) => result)
      assert(results[0]?._tag === "Failed")
      assert.include(
        results[0].message,
        "The new token was added, but the old one could not be removed and still works"
      )
      // Nobody can list them: what was accepted is not said to be verified.
      assert.isTrue(results[1]?._tag === "Done" && results[1].change === "sent")
      assert.deepStrictEqual(yield* held(accounts), [["phone-before", "phone-after"], ["phone-after"]])
      assert.deepStrictEqual((yield* calls).slice(0, 2), ["addMobileAppToken", "removeMobileAppToken"])
      assert.notMatch(yield* traces(plan, runId), /phone-/)
    })
  )

  // Whether it was made or not: what is not there is not removed, and the provider may call that a refusal.
  const cutOff: ReadonlyArray<readonly [made: "after" | "before", removal: Faults.Fault]> = [
    ["after", Faults.None()],
    ["before", Faults.notValid]
  ]
  it.scoped.each(cutOff)(
    "an addition that was cut off %s it was made is taken back before it is made again",
    ([when, removal]) =>
      Effect.gen(function* () {
        const { accounts, plan } = yield* planned(1)
        const { faults } = yield* Simulator.Simulator
        yield* faults.set([
          Faults.Script({ on: { operations: ["addMobileAppToken"] }, faults: [Faults.Reset({ when })] }),
          Faults.Script({ on: { operations: ["removeMobileAppToken"] }, faults: [removal] })
        ])
        const { done } = yield* PlannedFlow.apply(RotateMobileTokens.flow, plan)
        assert.strictEqual(done, 1)
        assert.deepStrictEqual(yield* held(accounts), [["phone-after"]])
        assert.deepStrictEqual(yield* calls, [
          "addMobileAppToken",
          "removeMobileAppToken",
          "addMobileAppToken",
          "removeMobileAppToken"
        ])
      })
  )

  it.scoped("a run that was cut off after an addition knows that it was made", () =>
    Effect.gen(function* () {
      const { accounts, plan } = yield* planned(1)
      const { faults } = yield* Simulator.Simulator
      yield* faults.set([Faults.always({ operations: ["removeMobileAppToken"] }, Faults.Hang({ when: "before" }))])
      const runId = id("tokens-cut-off")
      const doomed = yield* Effect.fork(PlannedFlow.apply(RotateMobileTokens.flow, plan, { runId }))
      yield* Effect.repeat(Effect.delay(calls, "20 millis"), { until: (all) => all.length === 2 })
      yield* Fiber.interrupt(doomed)
      yield* faults.clear
      assert.strictEqual((yield* PlannedFlow.resume(RotateMobileTokens.flow, runId)).done, 1)
      assert.deepStrictEqual(yield* held(accounts), [["phone-after"]])
      assert.strictEqual((yield* calls).filter((name) => name === "addMobileAppToken").length, 1)
    })
  )
})

describe("Secrets", () => {
  it("a reference to a file is absolute from the moment it is read", () => {
    const read = Schema.decodeSync(Secrets.SecretRef)
    assert.strictEqual(read(" file:known.env#ann "), `file:${process.cwd()}/known.env#ann`)
    assert.strictEqual(read("file:/a/../b"), "file:/b")
    assert.strictEqual(read("env:X"), "env:X")
  })

  it.effect("come from the environment", () =>
    Effect.gen(function* () {
      const { resolve } = yield* Secrets.make
      const ref = Schema.decodeSync(Secrets.SecretRef)("env:SOME_ONE")
      assert.strictEqual(Redacted.value(yield* resolve(ref)), "x=y")
    }).pipe(
      Effect.withConfigProvider(ConfigProvider.fromMap(new Map([["SOME_ONE", "x=y"]]))),
      Effect.provide(FileSystem.layerNoop({}))
    )
  )

  it.effect.prop(
    "generated passwords have every kind of character and none that a file would trip over",
    [fc.constant(0)],
    () =>
      Effect.map(NewPassword.generate, (password) => {
        const text = Redacted.value(password)
        assert.strictEqual(text.length, 24)
        for (const kind of [/[A-Z]/, /[a-z]/, /[0-9]/, /[^A-Za-z0-9]/]) {
          assert.match(text, kind)
        }
        assert.notMatch(text, /[\s="'#\\]/)
      })
  )
})
