/**
 * The layers inside another Effect app: a tenancy service with its own configuration, errors, tracing
 * and metrics. Only the service `Meters` depends on Glowmarkt.
 *
 *   TENANCY_METERS_URL=… TENANCY_METERS_KEY=… TENANCY_METERS_SECRET=… npx tsx examples/inside-an-app.ts
 */

import { NodeSdk } from "@effect/opentelemetry"
import { NodeRuntime } from "@effect/platform-node"
import { type Account, AdminAccounts, AppKeys, GlowmarktClient, RetryPolicy } from "@effect-glowmarkt/core"
import { NodeTransport } from "@effect-glowmarkt/core/node"
import { PeriodicExportingMetricReader, type PushMetricExporter } from "@opentelemetry/sdk-metrics"
import { SimpleSpanProcessor, type SpanExporter } from "@opentelemetry/sdk-trace-base"
import { Array, Config, Console, Data, Duration, Effect, Layer } from "effect"

// --- the app's service -------------------------------------------

class MetersUnavailable extends Data.TaggedError("MetersUnavailable")<{
  readonly retryable: boolean
  readonly reason: string
}> {}

class TenantUnknown extends Data.TaggedError("TenantUnknown")<{ readonly email: string }> {}

class Meters extends Effect.Service<Meters>()("app/Meters", {
  effect: Effect.gen(function* () {
    const admin = yield* AdminAccounts.AdminAccounts
    return {
      accountOf: (email: string): Effect.Effect<Account.Account, TenantUnknown | MetersUnavailable> =>
        admin.list.pipe(
          // Errors classify themselves, so the app does not list their tags.
          Effect.mapError((error) => new MetersUnavailable({ retryable: error.isTransient, reason: error.message })),
          Effect.flatMap(({ accounts }) =>
            Effect.mapError(
              Array.findFirst(accounts, (account) => account.email === email),
              () => new TenantUnknown({ email })
            )
          ),
          Effect.withSpan("Meters.accountOf")
        )
    }
  })
}) {}

// --- the app's layers --------------------------------------------

// The app uses its own variable names. Each option is a value or a `Config`.
const Client = GlowmarktClient.layerConfig({
  baseUrl: Config.string("METERS_URL").pipe(Config.nested("TENANCY")),
  timeout: Config.duration("METERS_TIMEOUT").pipe(Config.nested("TENANCY"), Config.withDefault(Duration.seconds(5))),
  retry: { ...RetryPolicy.standard, retries: 2 }
})

const Keys = AppKeys.layerConfig({
  key: Config.string("METERS_KEY").pipe(Config.nested("TENANCY")),
  secret: Config.redacted("METERS_SECRET").pipe(Config.nested("TENANCY"))
})

const MetersLive = Meters.Default.pipe(
  Layer.provide(AdminAccounts.layer),
  Layer.provide(Keys),
  Layer.provide(Client),
  Layer.provide(NodeTransport.layer())
)

// Prints a line per span; a real app would use an OTLP exporter.
const lines: SpanExporter = {
  export: (spans, done) => {
    for (const { attributes, duration, name } of spans) {
      console.log(
        `span ${name}: ${Math.round(duration[0] * 1e3 + duration[1] / 1e6)} ms, status ${attributes["http.response.status_code"] ?? "-"}`
      )
    }
    done({ code: 0 })
  },
  shutdown: () => Promise.resolve()
}

// Prints a line per metric of the client when the app ends.
const numbers: PushMetricExporter = {
  export: ({ scopeMetrics }, done) => {
    for (const { dataPoints, descriptor } of scopeMetrics.flatMap(({ metrics }) => metrics)) {
      if (descriptor.name.startsWith("glowmarkt_"))
        console.log(`metric ${descriptor.name}: ${dataPoints.length} series`)
    }
    done({ code: 0 })
  },
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve()
}

const Telemetry = NodeSdk.layer(() => ({
  resource: { serviceName: "tenancy" },
  spanProcessor: new SimpleSpanProcessor(lines),
  metricReader: new PeriodicExportingMetricReader({ exporter: numbers })
}))

const program = Effect.gen(function* () {
  const meters = yield* Meters
  yield* meters.accountOf("nobody@example.com").pipe(
    Effect.catchTags({
      TenantUnknown: ({ email }) => Console.log(`no account for ${email}`),
      MetersUnavailable: ({ reason, retryable }) => Console.log(`${retryable ? "later" : "never"}: ${reason}`)
    })
  )
}).pipe(Effect.withSpan("tenancy.check"))

program.pipe(Effect.provide(MetersLive), Effect.provide(Telemetry), NodeRuntime.runMain)
