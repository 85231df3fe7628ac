import type { ServerResponse } from "node:http"
import { assert, describe, layer } from "@effect/vitest"
import {
  AdminAccounts,
  Auth,
  GlowmarktClient,
  type GlowmarktError,
  Identifier,
  RetryPolicy,
  UserAccounts
} from "@effect-glowmarkt/core"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Callers from "./support/Callers.js"
import { names, serving, transports } from "./support/Sockets.js"

/** How a server handles a request: it may carry the request out before it fails. */
interface Turn {
  readonly applies: boolean
  readonly ending: "answers" | "resets" | "hangs" | "breaks off" | "shows a page" | number
}

const anyTurn: FastCheck.Arbitrary<Turn> = FastCheck.oneof(
  FastCheck.record({
    applies: FastCheck.boolean(),
    ending: FastCheck.constantFrom(
      "resets" as const,
      "hangs" as const,
      "shows a page" as const,
      500,
      502,
      503,
      504,
      408
    )
  }),
  // These statuses mean that the request was not carried out.
  FastCheck.record({ applies: FastCheck.constant(false), ending: FastCheck.constantFrom(429, 425, 401, 307) }),
  FastCheck.record({
    applies: FastCheck.constant(true),
    ending: FastCheck.constantFrom("breaks off" as const, "answers" as const)
  })
)

// A valid response for every operation.
const good = JSON.stringify({ valid: true, accountId: "a1" })

const act = (response: ServerResponse, { ending }: Turn): void => {
  const begin = (status: number, headers: Record<string, string> = {}) =>
    response.writeHead(status, { "content-type": "application/json", ...headers })
  switch (ending) {
    case "hangs":
      return
    case "resets":
      return void response.socket?.resetAndDestroy()
    case "breaks off":
      return void begin(200, { "content-length": String(good.length) }).write(good.slice(0, 9), () =>
        response.socket?.destroy()
      )
    case "shows a page":
      return void begin(200, { "content-type": "text/html" }).end("<html>maintenance</html>")
    case "answers":
      return void begin(200).end(good)
    default:
      return void begin(ending, { location: "/elsewhere" }).end(JSON.stringify({ error: "An error has occurred" }))
  }
}

const token = { token: Redacted.make("user-token"), applicationId: Callers.applicationId }
const mobile = Redacted.make("mobile-token")

type Services = AdminAccounts.AdminAccounts | UserAccounts.UserAccounts | Auth.Auth
type Call = Effect.Effect<unknown, GlowmarktError.GlowmarktError, Services>

/** All operations that must not be carried out twice. */
const operations: Readonly<Record<string, Call>> = {
  addAccount: Effect.flatMap(AdminAccounts.AdminAccounts, (admin) =>
    admin.add({ username: "scotty", directoryId: Identifier.DirectoryId.make("d1") })
  ),
  deleteAccount: Effect.flatMap(AdminAccounts.AdminAccounts, (admin) => admin.remove(Callers.accountId)),
  changePassword: Effect.flatMap(UserAccounts.UserAccounts, (user) =>
    user.changePassword({ oldPassword: Redacted.make("beam-me-up"), newPassword: Redacted.make("warp-nine") })
  ),
  addMobileAppToken: Effect.flatMap(UserAccounts.UserAccounts, (user) =>
    user.addMobileAppToken(Callers.accountId, mobile)
  ),
  deleteToken: Effect.flatMap(Auth.Auth, (auth) => auth.revoke(token))
}

// The test uses real sockets and real time, so retries do not wait.
const options: GlowmarktClient.Options = {
  timeout: Duration.millis(80),
  retry: { ...RetryPolicy.standard, base: Duration.zero }
}

/** One call and its requests. */
interface Run {
  readonly baseUrl: string
  readonly applied: () => number
}

class Server extends Context.Tag("Server")<
  Server,
  {
    /** How the server handles the requests of a call, in order. Later requests succeed. */
    readonly run: (turns: ReadonlyArray<Turn>) => Run
  }
>() {}

const server = Layer.scoped(
  Server,
  Effect.gen(function* () {
    // Each call has its own path, so that a late request is counted for the right call.
    const runs: Array<{ readonly script: Array<Turn>; applied: number }> = []
    const port = yield* serving(({ url = "" }, _, response) => {
      const run = runs[Number(url.split("/")[1])]
      const turn = run?.script.shift() ?? { applies: true, ending: "answers" }
      if (run !== undefined && turn.applies) run.applied++
      act(response, turn)
    })
    return {
      run: (turns) => {
        const run = { script: [...turns], applied: 0 }
        const index = runs.push(run) - 1
        return { baseUrl: `http://127.0.0.1:${port}/${index}`, applied: () => run.applied }
      }
    }
  })
)

const services = ({ baseUrl }: Run) =>
  Layer.mergeAll(
    AdminAccounts.layer.pipe(Layer.provide(Callers.admin.appKeys)),
    UserAccounts.layer.pipe(Layer.provide(Callers.userToken)),
    Auth.layer
  ).pipe(Layer.provide(GlowmarktClient.layer({ ...options, baseUrl })))

for (const transport of names) {
  describe(`once operations over ${transport}`, () => {
    layer(Layer.merge(server, transports[transport]), { excludeTestServices: true })((it) => {
      for (const [name, call] of Object.entries(operations)) {
        it.effect.prop(
          `${name} is never carried out twice, and its error tells whether it may have been carried out`,
          [FastCheck.array(anyTurn, { maxLength: 5 })],
          ([turns]) =>
            Effect.gen(function* () {
              const run = (yield* Server).run(turns)
              const result = yield* Effect.either(Effect.provide(call, services(run)))
              assert.isAtMost(run.applied(), 1)
              if (result._tag === "Right") assert.strictEqual(run.applied(), 1)
              else if (!result.left.mayHaveBeenApplied) assert.strictEqual(run.applied(), 0)
            }),
          { fastCheck: { numRuns: 25 } }
        )
      }
    })
  })
}
