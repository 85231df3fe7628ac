/** A process with one worker of a cluster. */

import { Cluster, ClusterFlow, DatabaseUrl } from "@effect-glowmarkt/cluster"
import { AdminAccounts, AppKeys, GlowmarktClient } from "@effect-glowmarkt/core"
import * as NodeTransport from "@effect-glowmarkt/core/NodeTransport"
import { PlannedFlow, RenameAccounts, StatusAudit } from "@effect-glowmarkt/runner"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { ClusterWorkerOptions } from "./protocol.js"

const options = Schema.decodeUnknownSync(Schema.parseJson(ClusterWorkerOptions))(process.argv[2])

const flows = [ClusterFlow.make(StatusAudit.flow), ClusterFlow.make(PlannedFlow.toFlow(RenameAccounts.flow))]

const worker = Cluster.worker({
  flows,
  target: { origin: new URL(options.url).origin },
  name: options.name,
  rate: options.rate === "unlimited" ? options.rate : { limit: options.rate, interval: "1 second" }
}).pipe(
  Layer.provide(AdminAccounts.layer),
  Layer.provide(AppKeys.layer({ key: options.key, secret: Redacted.make(options.secret) })),
  Layer.provide(GlowmarktClient.layer({ baseUrl: options.url })),
  Layer.provide(NodeTransport.layer()),
  Layer.provide(Cluster.layer({ url: Either.getOrThrow(DatabaseUrl.parse(Redacted.make(options.database))) }))
)

const fiber = Effect.runFork(Layer.launch(worker).pipe(Logger.withMinimumLogLevel(LogLevel.Warning)))
fiber.addObserver((exit) => {
  if (exit._tag === "Failure") console.error(options.name, String(exit.cause))
  process.exit(exit._tag === "Success" ? 0 : 1)
})
process.on("SIGTERM", () => fiber.unsafeInterruptAsFork(fiber.id()))
process.on("disconnect", () => process.exit())
