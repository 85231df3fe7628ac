import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import { AdminAccounts, AppKeys, GlowmarktClient, RetryPolicy } from "@effect-glowmarkt/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { names, serving, transports } from "./support/Sockets.js"

const encodings = {
  gzip: gzipSync,
  "X-GZip": gzipSync,
  deflate: deflateSync,
  br: brotliCompressSync,
  "gzip, identity, br": (text: string | Uint8Array) => brotliCompressSync(gzipSync(text))
}

const accounts = JSON.stringify(Array.from({ length: 500 }, (_, index) => ({ accountId: `a${index}`, name: "Zoë" })))

/** Starts a server that always compresses its body, and returns how to call it. */
const compressing = (encoding: string, body: Uint8Array, status = 200) =>
  Effect.map(
    serving((_, __, response) => {
      response.writeHead(status, { "content-type": "application/json", "content-encoding": encoding }).end(body)
    }),
    (port) =>
      (transport: keyof typeof transports, maxBodyBytes = 100_000) =>
        AdminAccounts.layer.pipe(
          Layer.provide(AppKeys.layer({ key: "app", secret: Redacted.make("app-secret") })),
          Layer.provide(
            GlowmarktClient.layer({ baseUrl: `http://127.0.0.1:${port}`, retry: RetryPolicy.none, maxBodyBytes })
          ),
          Layer.provide(transports[transport])
        )
  )

const list = Effect.flatMap(AdminAccounts.AdminAccounts, ({ list }) => list)
const streamed = Effect.flatMap(AdminAccounts.AdminAccounts, ({ stream }) => Stream.runCount(stream))

const calls = [Effect.asVoid(list), Effect.asVoid(streamed)]

for (const transport of names) {
  describe(`contentEncoding over ${transport}`, () => {
    for (const [encoding, compress] of Object.entries(encodings)) {
      it.scopedLive(`decodes an unrequested encoding: ${encoding}`, () =>
        Effect.gen(function* () {
          const over = yield* compressing(encoding, compress(accounts))
          const { accounts: listed } = yield* Effect.provide(list, over(transport))
          assert.lengthOf(listed, 500)
          assert.strictEqual(listed[499]?.name, "Zoë")
          assert.strictEqual(yield* Effect.provide(streamed, over(transport)), 500)
        })
      )
    }

    for (const encoding of ["gzip", "br"] as const) {
      it.scopedLive(`limits the size after decompression: ${encoding}`, () =>
        Effect.gen(function* () {
          const bomb = encodings[encoding](`[{"accountId":"${"a".repeat(20_000_000)}"}]`)
          assert.isBelow(bomb.length, 100_000)
          const over = yield* compressing(encoding, bomb)
          for (const call of calls) {
            const error = yield* Effect.flip(Effect.provide(call, over(transport)))
            assert.isTrue("reason" in error && error.reason === "TooLarge", String(error))
          }
        })
      )
    }

    it.scopedLive("quotes a compressed error body", () =>
      Effect.gen(function* () {
        const over = yield* compressing("gzip", gzipSync('{"error":"missing elements"}'), 400)
        for (const call of calls) {
          assert.include((yield* Effect.flip(Effect.provide(call, over(transport)))).message, "“missing elements”")
        }
      })
    )

    it.scopedLive("reports a truncated or damaged compressed body as a lost connection", () =>
      Effect.gen(function* () {
        const whole = gzipSync(accounts)
        const damaged = Buffer.from(whole).fill(0xff, 20, 60)
        for (const body of [whole.subarray(0, whole.length / 2), damaged]) {
          const over = yield* compressing("gzip", body)
          for (const call of calls) {
            const error = yield* Effect.flip(Effect.provide(call, over(transport)))
            // `fetch` decodes the body itself and delivers the part before the cut.
            const expected =
              transport === "fetch" || transport === "FetchTransport"
                ? /TransportError|the JSON is truncated/
                : /TransportError/
            assert.match(String(error), expected)
            assert.isTrue("isTransient" in error && error.isTransient)
          }
        }
      })
    )
  })
}
