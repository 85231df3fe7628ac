import { readFileSync } from "node:fs"
import { createServer as createHttpServer, type ServerResponse } from "node:http"
import { connect, type Socket } from "node:net"
import { createServer as createTlsServer } from "node:tls"
import { inspect } from "node:util"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Undici from "@effect/platform-node/Undici"
import { assert, describe, it } from "@effect/vitest"
import { AdminAccounts, AppKeys, GlowmarktClient, RetryPolicy } from "@effect-glowmarkt/core"
import { NodeTransport } from "@effect-glowmarkt/core/node"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { identity } from "effect/Function"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { listening, ported, serving } from "./support/Sockets.js"

const certificate = readFileSync(new URL("support/localhost.pem", import.meta.url), "utf8")

const Key = AppKeys.layer({ key: "app", secret: Redacted.make("app-secret") })

/** Reads the account lists of several servers through one transport with the same key. */
const clientsOf = (
  options: NodeTransport.Options,
  client: GlowmarktClient.Options = {},
  wrapped: (client: HttpClient.HttpClient) => HttpClient.HttpClient = identity
) =>
  Effect.map(
    Layer.build(
      Layer.merge(Layer.effect(HttpClient.HttpClient, Effect.map(NodeTransport.make(options), wrapped)), Key)
    ),
    (shared) => (baseUrl: string) =>
      Effect.flatMap(AdminAccounts.AdminAccounts, ({ list }) => list).pipe(
        Effect.provide(
          AdminAccounts.layer.pipe(
            Layer.provide(GlowmarktClient.layer({ baseUrl, retry: RetryPolicy.none, ...client })),
            Layer.provide(Layer.succeedContext(shared))
          )
        )
      )
  )

const variables = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"].flatMap((name) => [name, name.toLowerCase()])

/** Sets these proxy variables and no others in the process's environment until the scope closes. */
const withProxy = (settings: Readonly<Record<string, string>>) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const before = variables.map((name) => [name, process.env[name]] as const)
      for (const name of variables) delete process.env[name]
      Object.assign(process.env, settings)
      return before
    }),
    (before) =>
      Effect.sync(() => {
        for (const [name, value] of before) {
          if (value === undefined) delete process.env[name]
          else process.env[name] = value
        }
      })
  )

/** Starts a server with an empty list that records the host it was called by. */
const empty = (called: Array<string | undefined>) =>
  serving((request, _, response) => {
    called.push(request.headers.host)
    response.setHeader("content-type", "application/json").end("[]")
  })

/** Starts a proxy that connects to any host and records the host and the credentials. */
const proxying = (asked: Array<{ readonly target: string | undefined; readonly by: string | undefined }>) =>
  ported(
    (ready) =>
      createHttpServer()
        .on("connect", (request, near: Socket) => {
          asked.push({ target: request.url, by: request.headers["proxy-authorization"] })
          const [host = "", port = ""] = (request.url ?? "").split(":")
          const far = connect(Number(port), host, () => near.write("HTTP/1.1 200 Connection Established\r\n\r\n"))
          far.pipe(near).pipe(far)
          for (const socket of [near, far]) socket.on("error", () => {})
          near.on("close", () => far.destroy())
        })
        .listen(0, "127.0.0.1", ready),
    (server, done) => {
      server.close(done)
      server.closeAllConnections()
    }
  )

describe("NodeTransport", () => {
  it.scopedLive("cancelled calls neither delay others nor open a connection", () =>
    Effect.gen(function* () {
      const held: Array<Socket> = []
      const full = yield* Deferred.make<void>()
      let connections = 0
      const port = yield* listening((socket) => {
        connections += 1
        socket.on("error", () => {})
        socket.once("data", () => {
          if (held.push(socket) === 2) Deferred.unsafeDone(full, Effect.void)
          if (held.length > 2)
            socket.end("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n[]")
        })
      })
      const list = (yield* clientsOf({ connections: 2 }))(`http://127.0.0.1:${port}`)
      const calls = yield* Effect.forEach(Array.from({ length: 50 }), () => Effect.fork(list))
      yield* Deferred.await(full)
      // The active requests last: otherwise waiting ones would take their places.
      yield* Fiber.interruptAll(calls.toReversed())
      assert.deepStrictEqual((yield* list).accounts, [])
      // The two active ones, undici's replacement for each, and the last one.
      assert.isAtMost(connections, 5)
    })
  )

  it.scopedLive("sends at most the configured number of requests at a time", () =>
    Effect.gen(function* () {
      let most = 0
      let held: Array<ServerResponse> = []
      const port = yield* serving((_, __, response) => {
        most = Math.max(most, held.push(response))
        if (held.length !== 3) return
        // A fourth request would arrive within this time.
        setTimeout(() => {
          const answered = held
          held = []
          for (const response of answered) response.end("[]")
        }, 5)
      })
      const list = (yield* clientsOf({ connections: 3 }))(`http://127.0.0.1:${port}`)
      yield* Effect.all(
        Array.from({ length: 39 }, () => list),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(most, 3)
    })
  )

  it.scopedLive("closes all connections with its layer, even one that is still connecting", () =>
    Effect.gen(function* () {
      const greeted = yield* Deferred.make<void>()
      const closed = yield* Deferred.make<void>()
      // Never responds, so the TLS handshake does not complete.
      const port = yield* listening((socket) => {
        socket.once("data", () => Deferred.unsafeDone(greeted, Effect.void))
        socket.once("close", () => Deferred.unsafeDone(closed, Effect.void))
        socket.on("error", () => {})
      })
      const scope = yield* Scope.make()
      const list = yield* Scope.extend(clientsOf({ proxy: "none" }), scope)
      const call = yield* Effect.fork(list(`https://127.0.0.1:${port}`))
      yield* Deferred.await(greeted)
      yield* Fiber.interrupt(call)
      yield* Scope.close(scope, Exit.void)
      // Well before undici's own timeout.
      yield* Effect.timeout(Deferred.await(closed), "5 seconds")
    })
  )

  it.scopedLive("trusts the given authorities in place of Node's", () =>
    Effect.gen(function* () {
      const port = yield* ported(
        (ready) =>
          createTlsServer({ cert: certificate, key: certificate }, (socket) => {
            socket.on("error", () => {})
            socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]"))
          })
            .on("tlsClientError", () => {})
            .listen(0, "127.0.0.1", ready),
        (server, done) => void server.close(done)
      )
      const url = `https://127.0.0.1:${port}`
      for (const ca of [certificate, [certificate]]) {
        assert.deepStrictEqual((yield* (yield* clientsOf({ ca }))(url)).accounts, [])
      }
      const error = yield* Effect.flip((yield* clientsOf({}))(url))
      assert.propertyVal(error, "_tag", "TransportError")
      assert.propertyVal(error, "phase", "unsent")
      assert.isFalse(error.isTransient)
      assert.include(error.message, "NODE_EXTRA_CA_CERTS")
    })
  )

  it.scopedLive("uses the proxy of the environment and sends each server's own name", () =>
    Effect.gen(function* () {
      const asked: Array<{ readonly target: string | undefined; readonly by: string | undefined }> = []
      const [calledOne, calledOther]: [Array<string | undefined>, Array<string | undefined>] = [[], []]
      const proxy = yield* proxying(asked)
      const one = `127.0.0.1:${yield* empty(calledOne)}`
      const other = `127.0.0.1:${yield* empty(calledOther)}`
      yield* withProxy({ http_proxy: `http://me:secret%21@127.0.0.1:${proxy}` })
      const list = yield* clientsOf({})
      for (const server of [one, other, one]) yield* list(`http://${server}`)
      assert.deepStrictEqual(new Set(asked.map(({ target }) => target)), new Set([one, other]))
      assert.deepStrictEqual(new Set(asked.map(({ by }) => by)), new Set([`Basic ${btoa("me:secret!")}`]))
      assert.deepStrictEqual([calledOne, calledOther], [[one, one], [other]])

      process.env["NO_PROXY"] = "127.0.0.1"
      const before = asked.length
      yield* (yield* clientsOf({}))(`http://${one}`)
      assert.strictEqual(asked.length, before)
    })
  )

  for (const [name, settings] of Object.entries({
    "lower case": { no_proxy: "127.0.0.1", NO_PROXY: "elsewhere.example" },
    "upper case": { NO_PROXY: "127.0.0.1" },
    "upper case if the lower-case variable is empty": { no_proxy: "", NO_PROXY: "127.0.0.1" },
    "a network": { NO_PROXY: "10.0.0.0/8,127.0.0.0/8" }
  })) {
    it.scopedLive(`bypasses the proxy for servers in NO_PROXY, plain and wrapped: ${name}`, () =>
      Effect.gen(function* () {
        const asked: Array<{ readonly target: string | undefined; readonly by: string | undefined }> = []
        const called: Array<string | undefined> = []
        const proxy = yield* proxying(asked)
        const server = `127.0.0.1:${yield* empty(called)}`
        yield* withProxy({ HTTP_PROXY: `http://127.0.0.1:${proxy}`, ...settings })
        yield* (yield* clientsOf({}))(`http://${server}`)
        yield* (yield* clientsOf({}, {}, HttpClient.mapRequest(identity)))(`http://${server}`)
        assert.deepStrictEqual(called, [server, server])
        assert.lengthOf(asked, 0)
      })
    )
  }

  for (const [does, wrapped] of [
    ["as it is", identity],
    ["wrapped", HttpClient.mapRequest(identity)]
  ] as const) {
    it.scopedLive(`names an unreachable proxy in the error without its password, ${does}`, () =>
      Effect.gen(function* () {
        const gone = yield* Effect.scoped(listening(() => {}))
        for (const proxy of [`http://me:hunter2@127.0.0.1:${gone}`, `127.0.0.1:${gone}`]) {
          yield* withProxy({ HTTP_PROXY: proxy, HTTPS_PROXY: proxy })
          const list = yield* clientsOf({}, { timeout: Duration.seconds(5) }, wrapped)
          for (const server of ["http://glowmarkt.example", "https://glowmarkt.example"]) {
            const error = yield* Effect.flip(list(server))
            assert.isTrue(error._tag === "TransportError" && error.phase === "unsent", error.message)
            assert.match(error.message, /The proxy http:\/\/[\w.:]+ on the way to \S+ cannot be reached \((?:E\w+)\)/)
            assert.notInclude(inspect(error, { depth: 9 }), "hunter2")
            assert.isTrue(error.isTransient)
          }
        }
      })
    )
  }

  it.scopedLive('treats a proxy without a scheme as HTTP, and uses none with proxy: "none"', () =>
    Effect.gen(function* () {
      const asked: Array<{ readonly target: string | undefined; readonly by: string | undefined }> = []
      const called: Array<string | undefined> = []
      const proxy = yield* proxying(asked)
      const server = `127.0.0.1:${yield* empty(called)}`
      yield* withProxy({ HTTP_PROXY: `127.0.0.1:${proxy}` })
      yield* (yield* clientsOf({ proxy: "none" }))(`http://${server}`)
      assert.lengthOf(asked, 0)
      yield* (yield* clientsOf({}))(`http://${server}`)
      assert.deepStrictEqual(
        asked.map(({ target }) => target),
        [server]
      )
    })
  )

  for (const [does, answer, code] of [
    ["refuses", "HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n", "PROXY_407"],
    ["closes", "", "PROXY_CLOSED"]
  ] as const) {
    it.scopedLive(`asks a proxy that ${does} once and names it in the error`, () =>
      Effect.gen(function* () {
        let connections = 0
        const proxy = yield* listening((socket) => {
          connections += 1
          socket.on("error", () => {})
          socket.once("data", () => socket.end(answer))
        })
        yield* withProxy({ HTTPS_PROXY: `http://127.0.0.1:${proxy}` })
        const list = yield* clientsOf({}, { timeout: Duration.seconds(5) })
        const error = yield* Effect.flip(list("https://glowmarkt.example/api"))
        assert.propertyVal(error, "_tag", "TransportError")
        assert.propertyVal(error, "code", code)
        assert.propertyVal(error, "phase", "unsent")
        assert.isFalse(error.mayHaveBeenApplied)
        assert.strictEqual(error.isTransient, code === "PROXY_CLOSED")
        assert.include(error.message, `The proxy http://127.0.0.1:${proxy} on the way to https://glowmarkt.example`)
        assert.strictEqual(connections, 1)
      })
    )
  }

  it.scoped("rejects an invalid proxy variable without quoting it", () =>
    Effect.gen(function* () {
      for (const value of [
        "http://me:hunter2@[::",
        "ftp://me:hunter2@proxy.example",
        "http://me:%hunter2@proxy.example"
      ]) {
        yield* withProxy({ https_proxy: value })
        const error = yield* Effect.flip(Effect.scoped(NodeTransport.make()))
        assert.strictEqual(error._op, "InvalidData")
        assert.include(String(error), "https_proxy")
        assert.notInclude(`${inspect(error, { depth: 9 })}${JSON.stringify(error)}${String(error)}`, "hunter2")
      }
    })
  )

  it.scoped("rejects an invalid limit or time when it is created", () =>
    Effect.gen(function* () {
      for (const options of [{ connections: 0 }, { keepAlive: 0 }, { connectTimeout: "0 seconds" }] as const) {
        const exit = yield* Effect.exit(NodeTransport.make(options))
        assert.isTrue(Exit.isFailure(exit) && exit.cause._tag === "Die", JSON.stringify(options))
      }
    })
  )

  it.scoped("on Bun, whose undici has no dispatch, names the transport to use instead", () =>
    Effect.gen(function* () {
      const { prototype } = Undici.Agent
      yield* Effect.acquireRelease(
        Effect.sync(() => Object.defineProperty(prototype, "dispatch", { value: undefined, configurable: true })),
        () => Effect.sync(() => Reflect.deleteProperty(prototype, "dispatch"))
      )
      const exit = yield* Effect.exit(NodeTransport.make())
      assert.isTrue(Exit.isFailure(exit) && /needs Node: .* Use FetchTransport/.test(String(exit.cause)), String(exit))
    })
  )
})
