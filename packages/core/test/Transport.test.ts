import { assert, describe, it, layer } from "@effect/vitest"
import { AdminAccounts, AppKeys, DevUserToken, GlowmarktClient, Identifier, RetryPolicy } from "@effect-glowmarkt/core"
import { Faults, Simulator } from "@effect-glowmarkt/simulator"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { listening, names, type Transport, transports } from "./support/Sockets.js"

// Real sockets, real time: no wait is worth waiting for.
const eager: RetryPolicy.RetryPolicy = { ...RetryPolicy.standard, base: Duration.zero, retryAfterCap: Duration.zero }

const accountsOver = (transport: Transport, baseUrl: string, options: GlowmarktClient.Options = { retry: eager }) =>
  AdminAccounts.layer.pipe(
    Layer.provide(AppKeys.layer({ key: "app", secret: Redacted.make("app-secret") })),
    Layer.provide(GlowmarktClient.layer({ baseUrl, ...options })),
    Layer.provide(transports[transport])
  )

const simulated = (transport: Transport) =>
  Layer.unwrapEffect(
    Effect.map(Simulator.Simulator, ({ population, url }) =>
      AdminAccounts.layer.pipe(
        Layer.provide(AppKeys.layer(population.credentials.appKeys)),
        Layer.provide(GlowmarktClient.layer({ baseUrl: url, retry: eager })),
        Layer.provide(transports[transport])
      )
    )
  ).pipe(Layer.provideMerge(Simulator.layer({ accounts: 40, seed: 3 })))

const fault: FastCheck.Arbitrary<Faults.Fault> = FastCheck.constantFrom(
  Faults.None(),
  Faults.Reset({ when: "before" }),
  Faults.Reset({ when: "after" }),
  Faults.Truncate({ keep: 0.5 }),
  Faults.serverError,
  Faults.htmlError(502),
  Faults.RateLimited({ retryAfter: { form: "none" } })
)

const faults = FastCheck.tuple(fault, fault, fault, fault)

for (const transport of names) {
  describe(`over ${transport}`, () => {
    layer(simulated(transport), { excludeTestServices: true })((it) => {
      it.effect("reads the simulator's accounts", () =>
        Effect.gen(function* () {
          const admin = yield* AdminAccounts.AdminAccounts
          const { accounts, unreadable } = yield* admin.list
          assert.lengthOf(accounts, 40)
          assert.lengthOf(unreadable, 0)
          const streamed = yield* Stream.runCount(admin.stream)
          assert.strictEqual(streamed, 40)
          const [first] = accounts
          assert.isDefined(first)
          if (first === undefined) return
          yield* admin.rename(first.accountId, "Montgomery Scott")
          assert.strictEqual((yield* admin.get(first.accountId)).name, "Montgomery Scott")
          assert.strictEqual(
            (yield* Effect.flip(admin.get(Identifier.AccountId.make("nobody"))))._tag,
            "AccountNotFound"
          )
        })
      )

      it.effect.prop(
        "a read succeeds or fails with the right error, under any faults",
        [faults],
        ([script]) =>
          Effect.gen(function* () {
            const { faults } = yield* Simulator.Simulator
            const { list } = yield* AdminAccounts.AdminAccounts
            yield* faults.set([Faults.Script({ on: { operations: ["getAccounts"] }, faults: script })])
            const result = yield* Effect.either(list)
            // At most four faults for five requests, so a safe operation always succeeds.
            assert.strictEqual(result._tag, "Right")
            yield* faults.clear
          }),
        { fastCheck: { numRuns: 25 } }
      )

      it.effect.prop(
        "a once operation is never carried out twice",
        [faults],
        ([script]) =>
          Effect.gen(function* () {
            const { faults, population, reset, state } = yield* Simulator.Simulator
            const { add } = yield* AdminAccounts.AdminAccounts
            const { directoryId, username } = Option.getOrThrow(population.newcomer(0))
            yield* reset
            yield* faults.set([Faults.Script({ on: { operations: ["addAccount"] }, faults: script })])
            const result = yield* Effect.either(add({ username, directoryId }))
            const applied = (yield* state.writes)
              .filter(({ operation }) => operation === "addAccount")
              .reduce((sum, { times }) => sum + times, 0)
            assert.isAtMost(applied, 1)
            if (result._tag === "Right") assert.strictEqual(applied, 1)
            else if (!result.left.mayHaveBeenApplied) assert.strictEqual(applied, 0)
            yield* faults.clear
          }),
        { fastCheck: { numRuns: 40 } }
      )
    })

    it.scopedLive("an interrupted call closes its socket at once", () =>
      Effect.gen(function* () {
        const arrived = yield* Deferred.make<void>()
        const closed = yield* Deferred.make<void>()
        const port = yield* listening((socket) => {
          socket.once("data", () => Deferred.unsafeDone(arrived, Effect.void))
          socket.once("close", () => Deferred.unsafeDone(closed, Effect.void))
          socket.on("error", () => {})
        })
        // The layer is still open, so only the interruption can close the socket.
        const services = yield* Layer.build(accountsOver(transport, `http://127.0.0.1:${port}`))
        const call = yield* Effect.fork(Context.get(services, AdminAccounts.AdminAccounts).list)
        yield* Deferred.await(arrived)
        yield* Fiber.interrupt(call)
        yield* Deferred.await(closed)
      })
    )

    for (const [name, answer] of [
      ["no response", ""],
      ["half a response", "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n["]
    ] as const) {
      it.scopedLive(`${name} within the timeout fails the call and closes its socket`, () =>
        Effect.gen(function* () {
          const closed = yield* Deferred.make<void>()
          const port = yield* listening((socket) => {
            socket.once("data", () => socket.write(answer))
            socket.once("close", () => Deferred.unsafeDone(closed, Effect.void))
            socket.on("error", () => {})
          })
          const services = yield* Layer.build(
            accountsOver(transport, `http://127.0.0.1:${port}`, {
              timeout: Duration.millis(200),
              retry: RetryPolicy.none
            })
          )
          const error = yield* Effect.flip(Context.get(services, AdminAccounts.AdminAccounts).list)
          assert.isTrue(error._tag === "RequestTimeout" && error.phase === "sent" && error.mayHaveBeenApplied)
          yield* Deferred.await(closed)
        })
      )
    }

    const large = `["${"x".repeat(2000)}"]`
    for (const [name, answer] of [
      ["that announces its length", `content-length: 100000\r\n\r\n${large}`],
      ["that announces its length and then stalls", "content-length: 100000\r\n\r\n"],
      [
        "that does not announce its length",
        `transfer-encoding: chunked\r\n\r\n${large.length.toString(16)}\r\n${large}\r\n`
      ]
    ] as const) {
      it.scopedLive(`a response larger than the limit ${name} fails the call and closes its socket`, () =>
        Effect.gen(function* () {
          const closed = yield* Deferred.make<void>()
          const port = yield* listening((socket) => {
            // The rest never arrives, so only the client can close this connection.
            socket.once("data", () => socket.write(`HTTP/1.1 200 OK\r\n${answer}`))
            socket.once("close", () => Deferred.unsafeDone(closed, Effect.void))
            socket.on("error", () => {})
          })
          const services = yield* Layer.build(
            accountsOver(transport, `http://127.0.0.1:${port}`, { maxBodyBytes: 1000, retry: RetryPolicy.none })
          )
          const error = yield* Effect.flip(Context.get(services, AdminAccounts.AdminAccounts).list)
          assert.isTrue(error._tag === "InvalidResponse" && error.reason === "TooLarge")
          yield* Deferred.await(closed)
        })
      )
    }

    it.scopedLive("a secret that cannot be a header value is refused without being quoted", () =>
      Effect.gen(function* () {
        const port = yield* listening(() => {})
        const error = yield* Effect.flatMap(AdminAccounts.AdminAccounts, (admin) => Effect.flip(admin.list)).pipe(
          Effect.provide(
            AdminAccounts.layer.pipe(
              Layer.provide(
                DevUserToken.layer({
                  token: Redacted.make("line\nbreak"),
                  applicationId: Identifier.ApplicationId.make("0537b17c-ab62-491c-8085-9ac2b6206346")
                })
              ),
              Layer.provide(GlowmarktClient.layer({ baseUrl: `http://127.0.0.1:${port}`, retry: eager })),
              Layer.provide(transports[transport])
            )
          )
        )
        assert.isTrue(error._tag === "TransportError" && error.code === "INVALID_REQUEST")
        assert.isFalse(error.mayHaveBeenApplied || error.isTransient)
        assert.notInclude(error.message + JSON.stringify(error), "break")
      })
    )

    it.scopedLive("a partly read stream closes its socket at once", () =>
      Effect.gen(function* () {
        const closed = yield* Deferred.make<void>()
        const port = yield* listening((socket) => {
          socket.once("data", () => {
            const body = '[{"accountId":"a1"},'
            // The rest never arrives, so only the client can close this connection.
            socket.write("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n")
            socket.write(`${body.length.toString(16)}\r\n${body}\r\n`)
          })
          socket.once("close", () => Deferred.unsafeDone(closed, Effect.void))
          socket.on("error", () => {})
        })
        const services = yield* Layer.build(accountsOver(transport, `http://127.0.0.1:${port}`))
        const { stream } = Context.get(services, AdminAccounts.AdminAccounts)
        const first = yield* Deferred.make<void>()
        const reading = yield* Effect.fork(
          Stream.runForEach(stream, () => Effect.asVoid(Deferred.succeed(first, undefined)))
        )
        yield* Deferred.await(first)
        yield* Fiber.interrupt(reading)
        yield* Deferred.await(closed)
      })
    )

    it.scopedLive("a stream without new data fails after the timeout and closes its socket", () =>
      Effect.gen(function* () {
        const closed = yield* Deferred.make<void>()
        const port = yield* listening((socket) => {
          socket.once("data", () =>
            socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n[{"accountId":"a1"},{"accountId":"a2"},')
          )
          socket.once("close", () => Deferred.unsafeDone(closed, Effect.void))
          socket.on("error", () => {})
        })
        const services = yield* Layer.build(
          accountsOver(transport, `http://127.0.0.1:${port}`, {
            timeout: Duration.millis(200),
            retry: RetryPolicy.none
          })
        )
        let seen = 0
        const { stream } = Context.get(services, AdminAccounts.AdminAccounts)
        const error = yield* Effect.flip(Stream.runForEach(stream, () => Effect.sync(() => seen++)))
        assert.isTrue(error._tag === "RequestTimeout" && error.phase === "sent")
        assert.strictEqual(seen, 2)
        yield* Deferred.await(closed)
      })
    )

    it.scopedLive("a call that is interrupted while its response arrives closes its socket at once", () =>
      Effect.gen(function* () {
        const arriving = yield* Deferred.make<void>()
        const closed = yield* Deferred.make<void>()
        const port = yield* listening((socket) => {
          socket.once("data", () => {
            socket.write("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n[", () =>
              Deferred.unsafeDone(arriving, Effect.void)
            )
          })
          socket.once("close", () => Deferred.unsafeDone(closed, Effect.void))
          socket.on("error", () => {})
        })
        const services = yield* Layer.build(accountsOver(transport, `http://127.0.0.1:${port}`))
        const call = yield* Effect.fork(Context.get(services, AdminAccounts.AdminAccounts).list)
        yield* Deferred.await(arriving)
        yield* Fiber.interrupt(call)
        yield* Deferred.await(closed)
      })
    )

    it.scopedLive("a refused connection counts as unsent", () =>
      Effect.gen(function* () {
        // This port was opened and closed again, so nothing listens on it.
        const port = yield* Effect.scoped(listening(() => {}))
        const error = yield* Effect.flatMap(AdminAccounts.AdminAccounts, (admin) => Effect.flip(admin.list)).pipe(
          Effect.provide(accountsOver(transport, `http://127.0.0.1:${port}`, { retry: RetryPolicy.none }))
        )
        assert.isTrue(error._tag === "TransportError" && error.phase === "unsent" && error.code === "ECONNREFUSED")
        assert.include(error.message, `http://127.0.0.1:${port}`)
      })
    )
  })
}
