/**
 * Starts all calls of `GET /account/{accountId}/status` at once, and reports their time and CPU.
 *
 *   rateProcess.ts unlimited|limited|paced URL CALLS PER_SECOND
 */
import * as AdminAccounts from "@effect-glowmarkt/core/AdminAccounts"
import * as AppKeys from "@effect-glowmarkt/core/AppKeys"
import * as GlowmarktClient from "@effect-glowmarkt/core/GlowmarktClient"
import * as Identifier from "@effect-glowmarkt/core/Identifier"
import * as NodeTransport from "@effect-glowmarkt/core/NodeTransport"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"

const [, , way = "", url = "", calls = "0", rate = "1"] = process.argv
const count = Number(calls)
const perSecond = Number(rate)
const accountId = Identifier.AccountId.make("ffe4f42e-7c1a-4ea3-9ec8-087d4a1071e6")

const client = (options: GlowmarktClient.Options) =>
  AdminAccounts.layer.pipe(
    Layer.provide(AppKeys.layer({ key: "app", secret: Redacted.make("app-secret") })),
    Layer.provide(GlowmarktClient.layer({ baseUrl: url, ...options })),
    Layer.provide(NodeTransport.layer())
  )

const repeated = (count: number) =>
  Effect.flatMap(AdminAccounts.AdminAccounts, (admin) =>
    Effect.forEach(Array.from({ length: count }), () => admin.status(accountId), {
      concurrency: "unbounded",
      discard: true
    })
  )

const interval = 1000 / perSecond

/** One timer per call, without a rate limit: the cost of a process that wakes up this often. */
const paced = Effect.flatMap(AdminAccounts.AdminAccounts, (admin) =>
  Effect.forEach(
    Array.from({ length: count }, (_, index) => index),
    (index) =>
      Effect.async<void>((resume) => {
        setTimeout(() => resume(Effect.void), index * interval)
      }).pipe(Effect.zipRight(admin.status(accountId))),
    { concurrency: "unbounded", discard: true }
  )
)

const measured = <A, E, R>(calls: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const cpu = process.cpuUsage()
    const started = performance.now()
    yield* calls
    const millis = performance.now() - started
    const { system, user } = process.cpuUsage(cpu)
    const peakMiB = process.resourceUsage().maxRSS / 1024
    return { count, millis, cpuMillis: (user + system) / 1000, peakMiB }
  })

// Warms up the compiler with a client without a limit.
await Effect.runPromise(Effect.provide(Effect.repeatN(repeated(200), 24), client({})))
process.send?.(
  await Effect.runPromise(
    way === "paced"
      ? Effect.provide(measured(paced), client({}))
      : Effect.provide(
          measured(repeated(count)),
          client(way === "limited" ? { rateLimit: { limit: perSecond, interval: "1 second" } } : {})
        )
  )
)
process.exit()
