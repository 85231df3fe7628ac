import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import {
  AdminAccounts,
  type GlowmarktError,
  Identifier,
  RetryPolicy,
  UserAccounts,
  UserSession
} from "@effect-glowmarkt/core"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Inspectable from "effect/Inspectable"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import * as Tracer from "effect/Tracer"
import * as Callers from "./support/Callers.js"
import * as Wire from "./support/Wire.js"

const { accountId, applicationId } = Callers

const planted = [
  "app-secret",
  "org-secret",
  "dev-token",
  "user-token",
  "pass-one-1",
  "pass-two-2",
  "mobile-tok-3",
  "session-token-4"
]
const forbidden = [
  ...planted,
  ...planted.map((secret) => Buffer.from(secret).toString("base64")),
  ...["app:app-secret", "org:org-secret"].map((pair) => Buffer.from(pair).toString("base64")),
  "private@example.com",
  "Private Person"
]

const echo = JSON.stringify({
  error: "x",
  token: "session-token-4",
  nested: {
    password: "pass-one-1",
    email: "private@example.com",
    username: "private@example.com",
    name: "Private Person"
  },
  note: `private@example.com ${Buffer.from("app:app-secret").toString("base64")}`
})

// What else may come back of what was sent, and what else may stand in a body.
function nastyBodies(): ReadonlyArray<string> {
  return [
    JSON.stringify({ error: `bad login: private@example.com / pass-one-1` }),
    JSON.stringify({
      error: JSON.stringify({ password: "pass-one-1", name: "Private Person" })
    }),
    JSON.stringify({
      message: `token=${encodeURIComponent("user-token")}&old=${Buffer.from("pass-one-1").toString("base64url")}`
    }),
    JSON.stringify({ name: { first: "Private", last: "Person" }, list: ["Private Person", "pass-two-2"] }),
    "<login><name>Private Person</name><password>pass-one-1</password></login>",
    "name=Private+Person&email=private%40example.com&password=pass-one-1",
    `{"error":"${"x".repeat(790)} mobile-tok-3 and more"}`,
    JSON.stringify({ error: "missing elements", missingElements: ["username", "private@example.com", "pass-one-1"] }),
    JSON.stringify({ error: "missing elements -pass-one-1 private@example.com" }),
    JSON.stringify({ error: "name: Private Person is taken" }),
    JSON.stringify({ error: "Hello Private Person" }),
    JSON.stringify("Private Person")
  ]
}

const answers: ReadonlyArray<Wire.Answer> = [
  Wire.json({ accountId, status: "active", valid: true }),
  ...[400, 401, 403, 404, 429, 500].map((status) => ({ status, body: echo })),
  { status: 200, body: echo },
  { status: 200, body: echo.slice(0, 60) },
  { status: 200, body: `<html>${echo}</html>` },
  { breaks: Wire.systemError("ECONNRESET") }
]

type Failing = Effect.Effect<unknown, GlowmarktError.GlowmarktError>

const adminCalls = (admin: AdminAccounts.AdminAccounts["Type"]): ReadonlyArray<Failing> => [
  admin.list,
  admin.get(accountId),
  admin.status(accountId),
  admin.add({ username: "scotty", directoryId: Identifier.DirectoryId.make("d") }),
  admin.rename(accountId, "Scotty"),
  admin.remove(accountId)
]

const userCalls = (user: UserAccounts.UserAccounts["Type"]): ReadonlyArray<Failing> => [
  user.status,
  user.changeEmail("scotty@enterprise.st"),
  user.changeName("Scotty"),
  user.changePassword({ oldPassword: Redacted.make("pass-one-1"), newPassword: Redacted.make("pass-two-2") }),
  user.changePassword({ oldPassword: Redacted.make("pass-one-1"), newPassword: Redacted.make("") }),
  user.changeEmail("private@example.com and more"),
  user.changeName(" Private Person"),
  user.addMobileAppToken(accountId, Redacted.make("mobile-tok-3")),
  user.removeMobileAppToken(accountId, Redacted.make("mobile-tok-3"))
]

/** Everything a program can print of what it is given. */
const faces = (value: unknown): ReadonlyArray<string> => [
  String(value),
  inspect(value, { depth: 20, showHidden: true }),
  JSON.stringify(value) ?? "",
  Inspectable.toStringUnknown(value)
]

/** Runs the calls with tracing and debug logging on, and returns all that came to light. */
const exposed = (calls: ReadonlyArray<Failing>) =>
  Effect.gen(function* () {
    const seen: Array<string> = []
    const tracer = Tracer.make({
      span: (name, parent, context, links, startTime, kind) => {
        const attributes = new Map<string, unknown>()
        return {
          _tag: "Span",
          name,
          spanId: "1",
          traceId: "1",
          parent,
          context,
          status: { _tag: "Started", startTime },
          attributes,
          links,
          sampled: true,
          kind,
          end: (_, exit) => seen.push(name, inspect(attributes), ...faces(exit)),
          attribute: (key, value) => attributes.set(key, value),
          event: (event, _, eventAttributes) => seen.push(event, inspect(eventAttributes)),
          addLinks: () => {}
        }
      },
      context: (f) => f()
    })
    const logger = Logger.make((options) => {
      seen.push(...faces(options.message), Cause.pretty(options.cause), inspect(options.annotations))
    })
    yield* Effect.forEach(calls, (call) =>
      Effect.gen(function* () {
        const exit = yield* Effect.exit(Effect.tapErrorCause(call, (cause) => Effect.logDebug("call failed", cause)))
        seen.push(...faces(exit))
        if (Exit.isFailure(exit)) {
          seen.push(Cause.pretty(exit.cause, { renderErrorCause: true }))
          for (const failure of Cause.failures(exit.cause)) {
            seen.push(failure.message, failure.stack ?? "", ...faces(failure))
          }
        }
      })
    ).pipe(
      Effect.withTracer(tracer),
      Effect.provide(Logger.replace(Logger.defaultLogger, logger)),
      Logger.withMinimumLogLevel(LogLevel.All)
    )
    return seen
  })

const assertClean = (seen: ReadonlyArray<string>) => {
  assert.isAbove(seen.length, 10)
  for (const text of seen) {
    for (const secret of forbidden) {
      assert.isFalse(text.includes(secret), `${secret} came to light in: ${text.slice(0, 400)}`)
    }
  }
}

describe("no secret and no personal data comes to light", () => {
  for (const [index, answer] of answers.entries()) {
    for (const scheme of ["appKeys", "orgAppKeys", "devUserToken"] as const) {
      it.effect(`administrators with ${scheme}, answer ${index}`, () =>
        Effect.gen(function* () {
          assertClean(yield* exposed(adminCalls(yield* AdminAccounts.AdminAccounts)))
        }).pipe(
          Effect.provide(
            Callers.adminOver(
              Wire.make(() => answer),
              Callers.admin[scheme],
              RetryPolicy.none
            )
          )
        )
      )
    }

    it.effect(`users with a token, answer ${index}`, () =>
      Effect.gen(function* () {
        assertClean(yield* exposed(userCalls(yield* UserAccounts.UserAccounts)))
      }).pipe(
        Effect.provide(
          Callers.userOver(
            Wire.make(() => answer),
            RetryPolicy.none
          )
        )
      )
    )

    it.effect(`users with a session, answer ${index}`, () => {
      const wire = Wire.make((request) =>
        request.url.endsWith("/auth") && index % 2 === 0
          ? Wire.json({ valid: true, token: "session-token-4", exp: 3600 })
          : answer
      )
      const session = UserSession.layer({
        applicationId,
        username: "private@example.com",
        password: Redacted.make("pass-one-1")
      })
      return Effect.gen(function* () {
        assertClean(yield* exposed(userCalls(yield* UserAccounts.UserAccounts)))
        yield* TestClock.adjust(0)
      }).pipe(
        Effect.provide(
          UserAccounts.layer.pipe(Layer.provide(session), Layer.provide(Callers.client(wire, RetryPolicy.none)))
        )
      )
    })
  }

  for (const [index, body] of nastyBodies().entries()) {
    it.effect(`a body that quotes what was sent, ${index}`, () =>
      Effect.gen(function* () {
        const user = yield* UserAccounts.UserAccounts
        const call = body.includes("mobile-tok-3")
          ? user.addMobileAppToken(accountId, Redacted.make("mobile-tok-3"))
          : user.changePassword({ oldPassword: Redacted.make("pass-one-1"), newPassword: Redacted.make("pass-two-2") })
        assertClean(yield* exposed([call]))
      }).pipe(
        Effect.provide(
          Callers.userOver(
            Wire.make(() => ({ status: 400, body })),
            RetryPolicy.none
          )
        )
      )
    )
  }

  it("the services and credentials themselves", () => {
    assertClean([
      ...Array.from({ length: 5 }, () => ""),
      ...Object.values(Callers.admin).flatMap(faces),
      ...faces(Callers.userToken)
    ])
  })
})
