import { assert, layer } from "@effect/vitest"
import { Operation, Simulator } from "@effect-glowmarkt/simulator"
import * as Effect from "effect/Effect"
import { call, headers, ordinary, session } from "./call.js"

/**
 * K application keys, O organisation keys, D developer's token, U user's token, A application id. The
 * table restates the provider's rules instead of deriving them from the contract under test.
 */
type Letter = "K" | "O" | "D" | "U" | "A"

const adm: ReadonlyArray<string> = ["K", "OA", "DA"]

const table: Record<
  Operation.Name,
  { readonly method: string; readonly path: string; readonly body?: unknown; readonly accepts: ReadonlyArray<string> }
> = {
  getAccounts: { method: "GET", path: "/account", accepts: adm },
  addAccount: { method: "POST", path: "/account", body: {}, accepts: adm },
  getAccountById: { method: "GET", path: "/account/ID", accepts: adm },
  updateAccount: { method: "PUT", path: "/account/ID", body: { name: "Ada" }, accepts: adm },
  deleteAccount: { method: "DELETE", path: "/account/ID", accepts: ["K", "O", "D"] },
  getAccountStatusById: { method: "GET", path: "/account/ID/status", accepts: adm },
  getAccountStatusByUserToken: { method: "GET", path: "/account/status", accepts: ["UA"] },
  userChangeEmail: { method: "POST", path: "/account/email", body: { email: "a@b.example" }, accepts: ["UA"] },
  userChangeName: { method: "POST", path: "/account/name", body: { name: "Ada" }, accepts: ["UA"] },
  userChangePassword: { method: "POST", path: "/account/changepassword", body: {}, accepts: ["UA"] },
  addMobileAppToken: { method: "POST", path: "/account/ID/mobileapptoken", body: { newToken: "t" }, accepts: ["UA"] },
  removeMobileAppToken: {
    method: "PUT",
    path: "/account/ID/mobileapptoken",
    body: { removeToken: "t" },
    accepts: ["UA"]
  },
  usernameLogin: { method: "POST", path: "/auth", body: {}, accepts: ["A"] },
  tokenCheck: { method: "GET", path: "/auth", accepts: ["UA"] },
  newToken: { method: "GET", path: "/auth/newToken", accepts: ["UA"] },
  deleteToken: { method: "DELETE", path: "/auth/deleteToken", accepts: ["UA"] },
  // Requires no credentials: every caller satisfies the empty alternative.
  developerLogin: { method: "POST", path: "/devauth", body: {}, accepts: [""] }
}

// All combinations that headers can carry: at most one key pair, one token and one application id.
const combinations: ReadonlyArray<string> = ["", "K", "O"].flatMap((basic) =>
  ["", "D", "U"].flatMap((token) => ["", "A"].map((id) => basic + token + id))
)

const isLetter = (letter: string): letter is Letter => "KODUA".includes(letter)

const header: Record<Letter, string> = {
  K: "authorization",
  O: "authorization",
  D: "token",
  U: "token",
  A: "applicationId"
}

const suffices = (accepts: ReadonlyArray<string>, presented: string) =>
  accepts.some((alternative) => [...alternative].every((letter) => presented.includes(letter)))

const world = Effect.gen(function* () {
  const { reset } = yield* Simulator.Simulator
  const member = yield* ordinary(0)
  const { appKeys, applicationId, devUserToken, orgAppKeys } = yield* headers
  const letters = (user: Record<string, string>): Record<Letter, Record<string, string>> => ({
    K: appKeys,
    O: orgAppKeys,
    D: devUserToken,
    U: { token: user["token"] ?? "" },
    A: applicationId
  })
  // A deleted account or revoked token must not affect the next request.
  const present = (presented: string) =>
    reset.pipe(
      Effect.zipRight(presented.includes("U") ? session(member) : Effect.succeed({})),
      Effect.map(
        (user): Record<string, string> =>
          Object.assign({}, ...[...presented].filter(isLetter).map((letter) => letters(user)[letter]))
      )
    )
  const send = (name: Operation.Name, sent: Record<string, string>) => {
    const { body, method, path } = table[name]
    return call(method, path.replace("ID", member.accountId), { headers: sent, body })
  }
  return { present, send }
})

layer(Simulator.layer({ accounts: 20 }))("Authorization", (it) => {
  it.effect("covers every operation of the contract", () =>
    Effect.sync(() => assert.deepStrictEqual(Operation.all.map(({ name }) => name).sort(), Object.keys(table).sort()))
  )

  for (const { name } of Operation.all) {
    it.effect(`${name} accepts ${table[name].accepts.join(" or ") || "no credentials"} only`, () =>
      Effect.gen(function* () {
        const { present, send } = yield* world
        for (const presented of combinations) {
          const { body, status } = yield* send(name, yield* present(presented))
          if (suffices(table[name].accepts, presented)) {
            assert.notStrictEqual(status, 401, presented)
            assert.notDeepEqual(body, { error: "bad request", message: "bad request" }, presented)
          } else if (name === "usernameLogin") {
            assert.deepStrictEqual([status, body], [400, { message: "Bad request missing info" }], presented)
          } else if (presented === "") {
            assert.deepStrictEqual([status, body], [400, { error: "bad request", message: "bad request" }])
          } else {
            assert.deepStrictEqual([status, body], [401, { error: "Access denied" }], presented)
          }
        }
      })
    )

    it.effect(`${name} refuses a wrong value of each accepted credential`, () =>
      Effect.gen(function* () {
        const { present, send } = yield* world
        for (const accepted of table[name].accepts) {
          for (const letter of [...accepted].filter(isLetter)) {
            const right = yield* present(accepted)
            const wrong = { ...right, [header[letter]]: "Basic d3Jvbmc6d3Jvbmc=" }
            const { body, status } = yield* send(name, wrong)
            assert.deepStrictEqual(
              [status, body],
              [401, { error: "Access denied" }],
              `${accepted} with wrong ${letter}`
            )
          }
        }
      })
    )
  }

  it.effect("a wrong credential is refused even next to a correct one", () =>
    Effect.gen(function* () {
      const { appKeys } = yield* headers
      const both = { ...appKeys, applicationId: "00000000-0000-4000-8000-000000000000" }
      assert.strictEqual((yield* call("GET", "/account", { headers: both })).status, 401)
    })
  )

  it.effect("authorization is checked before the body and the account", () =>
    Effect.gen(function* () {
      const { applicationId } = yield* headers
      const broken = yield* call("POST", "/account", { headers: applicationId, body: "{" })
      assert.strictEqual(broken.status, 401)
      const nobody = yield* call("GET", "/account/nobody", { headers: applicationId })
      assert.strictEqual(nobody.status, 401)
    })
  )
})

layer(Simulator.layer({ accounts: 20 }))("mobile app tokens", (it) => {
  it.effect("of other users' accounts are inaccessible", () =>
    Effect.gen(function* () {
      const mine = yield* session(yield* ordinary(0))
      const other = yield* ordinary(1)
      const { state } = yield* Simulator.Simulator
      for (const id of [other.accountId, "nobody"]) {
        const path = `/account/${id}/mobileapptoken`
        const added = yield* call("POST", path, { headers: mine, body: { newToken: "t" } })
        const removed = yield* call("PUT", path, { headers: mine, body: { removeToken: "t" } })
        assert.deepStrictEqual([added.status, removed.status], [401, 401])
      }
      assert.deepStrictEqual(yield* state.mobileTokens(other.accountId), [])
    })
  )
})
