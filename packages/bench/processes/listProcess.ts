/**
 * Reads the list in one way, and reports the number of accounts, the time, the CPU and the peak
 * memory.
 *
 *   listProcess.ts stream|list|parse|bytes URL
 */
import { measure } from "./measure.js"

const [, , way = "", url = ""] = process.argv

/** Imports core only when it is used, so the baselines do not have it in memory. */
const ours = async (way: "stream" | "list"): Promise<number> => {
  const AdminAccounts = await import("@effect-glowmarkt/core/AdminAccounts")
  const AppKeys = await import("@effect-glowmarkt/core/AppKeys")
  const GlowmarktClient = await import("@effect-glowmarkt/core/GlowmarktClient")
  const NodeTransport = await import("@effect-glowmarkt/core/NodeTransport")
  const RetryPolicy = await import("@effect-glowmarkt/core/RetryPolicy")
  const Duration = await import("effect/Duration")
  const Effect = await import("effect/Effect")
  const Layer = await import("effect/Layer")
  const Redacted = await import("effect/Redacted")
  const Stream = await import("effect/Stream")
  const accounts = AdminAccounts.layer.pipe(
    Layer.provide(AppKeys.layer({ key: "app", secret: Redacted.make("app-secret") })),
    Layer.provide(
      GlowmarktClient.layer({
        baseUrl: url,
        timeout: Duration.minutes(10),
        retry: RetryPolicy.none,
        maxBodyBytes: Number.POSITIVE_INFINITY
      })
    ),
    Layer.provide(NodeTransport.layer())
  )
  const counted = Effect.flatMap(AdminAccounts.AdminAccounts, (admin) =>
    way === "stream" ? Stream.runCount(admin.stream) : Effect.map(admin.list, ({ accounts }) => accounts.length)
  )
  return Effect.runPromise(Effect.provide(counted, accounts))
}

const get = async () => {
  const Undici = await import("@effect/platform-node/Undici")
  const { origin, pathname } = new URL(url)
  const { body } = await new Undici.Pool(origin).request({ path: `${pathname}/account`, method: "GET" })
  return body
}

/** Each way of reading the list. Returns the number of accounts. */
const ways = new Map<string, () => Promise<number>>([
  ["stream", () => ours("stream")],
  ["list", () => ours("list")],
  [
    "parse",
    async () => {
      // Like undici's `body.text()`, which is limited to strings of half a gigabyte.
      const json: unknown = JSON.parse(Buffer.from(await (await get()).arrayBuffer()).toString())
      return Array.isArray(json) ? json.length : 0
    }
  ],
  [
    "bytes",
    async () => {
      for await (const _ of await get()) {
        // Discards the bytes.
      }
      return 0
    }
  ]
])

process.send?.(await measure(async () => ways.get(way)?.()))
process.exit()
