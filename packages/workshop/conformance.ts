/**
 * Runs core and the command line against Prism, an independent mock server, on the provider's own
 * definition: every operation with every combination of credentials, allowed or not.
 *
 *   npm run conformance -- path/to/user-system.json
 */
import { spawn } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { createServer } from "node:net"
import { dirname, join, resolve } from "node:path"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import {
  AdminAccounts,
  AppKeys,
  DevUserToken,
  GlowmarktApi,
  GlowmarktClient,
  type GlowmarktError,
  Identifier,
  OrgAppKeys,
  RetryPolicy,
  UserAccounts,
  UserToken
} from "@effect-glowmarkt/core"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as ParseResult from "effect/ParseResult"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"

// ---------------------------------------------------------------- the definition

const Definition = Schema.Struct({
  paths: Schema.Record({
    key: Schema.String,
    value: Schema.Record({
      key: Schema.String,
      value: Schema.Struct({
        operationId: Schema.optional(Schema.String),
        security: Schema.optional(
          Schema.Array(Schema.Record({ key: Schema.String, value: Schema.Array(Schema.String) }))
        )
      })
    })
  })
})

type Combination = ReadonlyArray<string>

/** The kind of header that each scheme of the definition uses. Schemes of one kind are indistinguishable to Prism. */
const headerKinds: Readonly<Record<string, string>> = {
  appKeys: "basic",
  orgAppKeys: "basic",
  devUserToken: "token",
  userToken: "token",
  applicationId: "application"
}

/** All distinguishable combinations of headers. */
const headerCombinations: ReadonlyArray<Combination> = [
  [],
  ["application"],
  ["token"],
  ["token", "application"],
  ["basic"],
  ["basic", "application"]
]

// ---------------------------------------------------------------- the operations

const accountId = Identifier.AccountId.make("ffe4f42e-7c1a-4ea3-9ec8-087d4a1071e6")
const applicationId = Identifier.ApplicationId.make("0537b17c-ab62-491c-8085-9ac2b6206346")
const directoryId = Identifier.DirectoryId.make("2e214dec-bf44-4f58-83d0-2fa89d023e90")
const secret = Redacted.make("conformance-secret")

type Outcome = Effect.Effect<
  Either.Either<unknown, GlowmarktError.GlowmarktError>,
  never,
  AdminAccounts.AdminAccounts | UserAccounts.UserAccounts
>

const asAdmin = (
  call: (admin: AdminAccounts.AdminAccountsService) => Effect.Effect<unknown, GlowmarktError.GlowmarktError>
): Outcome => Effect.flatMap(AdminAccounts.AdminAccounts, (admin) => Effect.either(call(admin)))

const asUser = (
  call: (user: UserAccounts.UserAccountsService) => Effect.Effect<unknown, GlowmarktError.GlowmarktError>
): Outcome => Effect.flatMap(UserAccounts.UserAccounts, (user) => Effect.either(call(user)))

const operations: ReadonlyArray<{
  readonly path: string
  readonly method: string
  readonly call: Outcome
}> = [
  { path: "/account", method: "get", call: asAdmin((admin) => admin.list) },
  { path: "/account", method: "post", call: asAdmin((admin) => admin.add({ username: "scotty", directoryId })) },
  { path: "/account/{accountId}", method: "get", call: asAdmin((admin) => admin.get(accountId)) },
  { path: "/account/{accountId}", method: "put", call: asAdmin((admin) => admin.rename(accountId, "Scotty")) },
  { path: "/account/{accountId}", method: "delete", call: asAdmin((admin) => admin.remove(accountId)) },
  { path: "/account/{accountId}/status", method: "get", call: asAdmin((admin) => admin.status(accountId)) },
  { path: "/account/status", method: "get", call: asUser((user) => user.status) },
  { path: "/account/email", method: "post", call: asUser((user) => user.changeEmail("scotty@enterprise.st")) },
  { path: "/account/name", method: "post", call: asUser((user) => user.changeName("Scotty")) },
  {
    path: "/account/changepassword",
    method: "post",
    call: asUser((user) => user.changePassword({ oldPassword: secret, newPassword: secret }))
  },
  {
    path: "/account/{accountId}/mobileapptoken",
    method: "post",
    call: asUser((user) => user.addMobileAppToken(accountId, secret))
  },
  {
    path: "/account/{accountId}/mobileapptoken",
    method: "put",
    call: asUser((user) => user.removeMobileAppToken(accountId, secret))
  }
]

const adminLayers = {
  appKeys: AppKeys.layer({ key: "app", secret }),
  orgAppKeys: OrgAppKeys.layer({ key: "org", secret, applicationId }),
  devUserToken: DevUserToken.layer({ token: secret, applicationId })
}

// ---------------------------------------------------------------- driving core

const services = (
  url: string,
  admin: (typeof adminLayers)[keyof typeof adminLayers],
  rewrite: (request: HttpClientRequest.HttpClientRequest) => HttpClientRequest.HttpClientRequest
) => {
  const http = Layer.effect(
    HttpClient.HttpClient,
    Effect.map(HttpClient.HttpClient, (client) => HttpClient.mapRequest(client, rewrite))
  ).pipe(Layer.provide(NodeHttpClient.layerUndici))
  return Layer.merge(AdminAccounts.layer, UserAccounts.layer).pipe(
    Layer.provide(Layer.merge(admin, UserToken.layer({ token: secret, applicationId }))),
    Layer.provide(GlowmarktClient.layer({ baseUrl: url, retry: RetryPolicy.none })),
    Layer.provide(http)
  )
}

/** Core's types rule out wrong combinations, so this rewrites the headers of its requests. */
const forceCombination = (combination: Combination) => (request: HttpClientRequest.HttpClientRequest) => {
  const { applicationid: _, authorization: __, token: ___, ...headers } = request.headers
  return HttpClientRequest.make(request.method)(request.url, {
    body: request.body,
    headers: {
      ...headers,
      ...(combination.includes("basic") ? { authorization: "Basic YXBwOnNlY3JldA==" } : {}),
      ...(combination.includes("token") ? { token: "some-token" } : {}),
      ...(combination.includes("application") ? { applicationid: applicationId } : {})
    }
  })
}

interface Line {
  readonly operation: string
  readonly credentials: string
  readonly expected: string
  readonly got: string
}

const describeOutcome = (outcome: Either.Either<unknown, GlowmarktError.GlowmarktError>) =>
  Either.match(outcome, {
    onLeft: (error) => ("status" in error ? `${error._tag} ${error.status}` : error._tag),
    onRight: () => "accepted"
  })

const driveAll = (url: string, definition: typeof Definition.Type) =>
  Effect.gen(function* () {
    const lines: Array<Line> = []
    for (const { call, method, path } of operations) {
      const operation = `${method.toUpperCase()} ${path}`
      const security = definition.paths[path]?.[method]?.security ?? []
      const alternatives = security.map((alternative) => Object.keys(alternative))

      // Each of core's schemes that the definition lists.
      const schemes = alternatives.flatMap((alternative) =>
        Object.entries(adminLayers).filter(([scheme]) => alternative.includes(scheme))
      )
      for (const [scheme, layer] of schemes) {
        const outcome = yield* Effect.provide(
          call,
          services(url, layer, (request) => request)
        )
        lines.push({ operation, credentials: `${scheme}.layer`, expected: "accepted", got: describeOutcome(outcome) })
      }
      if (schemes.length === 0) {
        const outcome = yield* Effect.provide(
          call,
          services(url, adminLayers.appKeys, (request) => request)
        )
        lines.push({ operation, credentials: "UserToken.layer", expected: "accepted", got: describeOutcome(outcome) })
      }

      // Each combination of headers.
      const allowed = alternatives.map(
        (alternative) => new Set(alternative.map((scheme) => headerKinds[scheme] ?? scheme))
      )
      for (const combination of headerCombinations) {
        const suffices = allowed.some((needed) => [...needed].every((element) => combination.includes(element)))
        const outcome = yield* Effect.provide(call, services(url, adminLayers.appKeys, forceCombination(combination)))
        lines.push({
          operation,
          credentials: `headers: ${combination.join(" + ") || "nothing"}`,
          expected: suffices ? "accepted" : "AccessDenied 401",
          got: describeOutcome(outcome)
        })
      }
    }
    return lines
  })

/** Operations for which the definition requires the token or the application id. Core always sends both. */
const narrowed = new Set(["get /account/status", "post /account/changepassword"])

/** A command line for each operation. */
const commands: ReadonlyArray<ReadonlyArray<string>> = [
  ["accounts", "list"],
  ["accounts", "add", "--username", "scotty", "--directory-id", directoryId],
  ["accounts", "get", accountId],
  ["accounts", "rename", accountId, "--name", "Scotty"],
  ["accounts", "delete", accountId, "--yes"],
  ["accounts", "status", accountId],
  ["me", "status"],
  ["me", "email", "--email", "scotty@enterprise.st"],
  ["me", "name", "--name", "Scotty"],
  ["me", "password"],
  ["me", "mobile-token", "add"],
  ["me", "mobile-token", "remove"]
]

const runCommands = (url: string) =>
  Effect.forEach(commands, (command) =>
    Effect.async<Line>((resume) => {
      const child = spawn(
        process.execPath,
        [join(import.meta.dirname, "../cli/bin/glowmarkt.js"), ...command, "--json"],
        {
          stdio: ["ignore", "ignore", "pipe"],
          env: {
            PATH: process.env["PATH"],
            GLOWMARKT_BASE_URL: url,
            GLOWMARKT_APPLICATION_ID: applicationId,
            GLOWMARKT_APP_KEY: "app",
            GLOWMARKT_APP_SECRET: Redacted.value(secret),
            GLOWMARKT_USER_TOKEN: "some-token",
            GLOWMARKT_OLD_PASSWORD: "old-conformance-secret",
            GLOWMARKT_NEW_PASSWORD: "new-conformance-secret",
            GLOWMARKT_MOBILE_TOKEN: "mobile-conformance-secret"
          }
        }
      )
      let stderr = ""
      child.stderr.on("data", (data) => {
        stderr += String(data)
      })
      child.on("close", (code) =>
        resume(
          Effect.succeed({
            operation: `glowmarkt ${command.join(" ")}`,
            credentials: "the environment",
            expected: "exit 0",
            got: code === 0 ? "exit 0" : `exit ${code}: ${stderr.trim()}`
          })
        )
      )
    })
  )

/**
 * Compares the alternatives of credentials of core's contract with the provider's definition. Those of a
 * `narrowed` operation must each satisfy one of the provider's.
 */
const compareContract = (definition: typeof Definition.Type): ReadonlyArray<Line> =>
  Object.entries(GlowmarktApi.openApi().paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, ours]) => {
      const theirs = definition.paths[path]?.[method]
      const sets = (security: ReadonlyArray<Readonly<Record<string, unknown>>>) =>
        security.map((alternative) => Object.keys(alternative).sort().join("+")).sort()
      const their = sets(theirs?.security ?? [])
      const our = sets(ours.security)
      const oneOfTheirs = our.every((mine) =>
        their.some((other) => other.split("+").every((scheme) => mine.split("+").includes(scheme)))
      )
      // The definition has no security for sign-in: there the application id is an ordinary header.
      const agrees =
        theirs !== undefined &&
        (their.join() === our.join() || their.length === 0 || (narrowed.has(`${method} ${path}`) && oneOfTheirs))
      return {
        operation: `${method.toUpperCase()} ${path}`,
        credentials: "declared alternatives",
        expected: their.join(" | ") || "(a header)",
        got: agrees ? their.join(" | ") || "(a header)" : our.join(" | ")
      }
    })
  )

// ---------------------------------------------------------------- the mock server

const freePort = Effect.async<number>((resume) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const address = server.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    server.close(() => resume(Effect.succeed(port)))
  })
})

const prism = (file: string) =>
  Effect.gen(function* () {
    const port = yield* freePort
    const manifest = createRequire(import.meta.url).resolve("@stoplight/prism-cli/package.json")
    const child = yield* Effect.acquireRelease(
      Effect.sync(() =>
        spawn(
          process.execPath,
          [join(dirname(manifest), "dist/index.js"), "mock", "--host", "127.0.0.1", "--port", String(port), file],
          { stdio: "ignore" }
        )
      ),
      (running) => Effect.sync(() => running.kill())
    )
    const url = `http://127.0.0.1:${port}`
    yield* Effect.tryPromise(() => fetch(url)).pipe(
      Effect.retry(Schedule.intersect(Schedule.spaced("200 millis"), Schedule.recurs(300))),
      Effect.orDieWith(() => new Error("the mock server did not start"))
    )
    return { url, child }
  })

const report = (lines: ReadonlyArray<Line>) =>
  Effect.gen(function* () {
    const failed = lines.filter((line) => line.expected !== line.got)
    for (const line of failed) {
      yield* Console.error(
        `FAILED ${line.operation} with ${line.credentials}: expected ${line.expected}, got ${line.got}`
      )
    }
    return failed.length
  })

const main = Effect.gen(function* () {
  const [argument] = process.argv.slice(2)
  if (argument === undefined) {
    yield* Console.log("conformance: skipped: no definition given (npm run conformance -- path/to/user-system.json)")
    return
  }
  const file = resolve(process.env["INIT_CWD"] ?? ".", argument)
  if (!existsSync(file)) {
    yield* Console.error(`conformance: ${argument} does not exist`)
    process.exitCode = 2
    return
  }
  const decoded = Schema.decodeUnknownEither(Schema.parseJson(Definition))(readFileSync(file, "utf8"))
  if (Either.isLeft(decoded)) {
    const [issue] = ParseResult.ArrayFormatter.formatErrorSync(decoded.left)
    const where = issue === undefined || issue.path.length === 0 ? "" : `${issue.path.join(".")}: `
    yield* Console.error(
      `conformance: ${argument} is not a definition of the API: ${where}${issue?.message ?? ""}\nName the provider's user-system.json.`
    )
    process.exitCode = 2
    return
  }
  const definition = decoded.right
  const declared = compareContract(definition)
  const { url } = yield* prism(file)
  const driven = yield* driveAll(url, definition)
  const typed = yield* runCommands(url)
  const failed = (yield* report(declared)) + (yield* report(driven)) + (yield* report(typed))
  const accepted = driven.filter((line) => line.expected === "accepted").length
  yield* Console.log(
    `conformance: ${declared.length} operations compared; ${operations.length} operations driven: ` +
      `${accepted} combinations of credentials to be accepted, ${driven.length - accepted} to be refused; ` +
      `${typed.length} commands run`
  )
  yield* Console.log(`conformance: ${declared.length + driven.length + typed.length - failed} passed, ${failed} failed`)
  if (failed > 0) process.exitCode = 1
})

Effect.runPromise(Effect.scoped(main)).catch((error: unknown) => {
  console.error(error)
  process.exitCode = 1
})
