/**
 * One way to read the list, in a process of its own: says how many accounts it
 * read, what that took and how much memory the process had at most.
 *
 *   list.ts stream|list|parse URL
 */
import * as AdminAccounts from "@effect-glowmarkt/core/AdminAccounts"
import * as AppKeys from "@effect-glowmarkt/core/AppKeys"
import * as GlowmarktClient from "@effect-glowmarkt/core/GlowmarktClient"
import * as NodeTransport from "@effect-glowmarkt/core/NodeTransport"
import * as RetryPolicy from "@effect-glowmarkt/core/RetryPolicy"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"

const [, , way = "", url = ""] = process.argv

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

/** How many accounts there are by each way of reading them. */
const ways = new Map<string, () => Promise<number>>([
  [
    "stream",
    () =>
      Effect.runPromise(
        Effect.provide(
          Effect.flatMap(AdminAccounts.AdminAccounts, (admin) => Stream.runCount(admin.stream)),
          accounts
        )
      )
  ],
  [
    "list",
    () =>
      Effect.runPromise(
        Effect.provide(
          Effect.map(
            Effect.flatMap(AdminAccounts.AdminAccounts, (admin) => admin.list),
            (list) => list.accounts.length
          ),
          accounts
        )
      )
  ],
  [
    "parse",
    async () => {
      const Undici = await import("@effect/platform-node/Undici")
      const { origin, pathname } = new URL(url)
      const { body } = await new Undici.Pool(origin).request({ path: `${pathname}/account`, method: "GET" })
      // `body.text()` of undici, but for its limit: one string holds at most half a gigabyte.
      const json: unknown = JSON.parse(Buffer.from(await body.arrayBuffer()).toString())
      return Array.isArray(json) ? json.length : 0
    }
  ]
])

const cpu = process.cpuUsage()
const started = performance.now()
const count = await ways.get(way)?.()
const { system, user } = process.cpuUsage(cpu)
process.send?.({
  count,
  millis: performance.now() - started,
  cpuMillis: (user + system) / 1000,
  peakMiB: process.resourceUsage().maxRSS / 1024
})
process.exit()
