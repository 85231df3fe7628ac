/** A worker of a cluster, in a process of its own. */

import { Cluster, ClusterFlow, DatabaseUrl } from "@effect-glowmarkt/cluster"
import { AdminAccounts, AppKeys, GlowmarktClient } from "@effect-glowmarkt/core"
import * as NodeTransport from "@effect-glowmarkt/core/NodeTransport"
import { PlannedFlow, RenameAccounts, StatusAudit } from "@effect-glowmarkt/runner"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { ClusterWorkerTold } from "./protocol.js"

const told = Schema.decodeUnknownSync(Schema.parseJson(ClusterWorkerTold))(process.argv[2])

const flows = [ClusterFlow.make(StatusAudit.flow), ClusterFlow.make(PlannedFlow.toFlow(RenameAccounts.flow))]

const worker = Cluster.worker({
  flows,
  target: { origin: new URL(told.url).origin },
  name: told.name,
  rate: told.rate === "unlimited" ? told.rate : { limit: told.rate, interval: "1 second" }
}).pipe(
  Layer.provide(AdminAccounts.layer),
  Layer.provide(AppKeys.layer({ key: told.key, secret: Redacted.make(told.secret) })),
  Layer.provide(GlowmarktClient.layer({ baseUrl: told.url })),
  Layer.provide(NodeTransport.layer()),
  Layer.provide(Cluster.layer({ url: Either.getOrThrow(DatabaseUrl.parse(Redacted.make(told.database))) }))
)

const fiber = Effect.runFork(Layer.launch(worker))
fiber.addObserver((exit) => {
  if (exit._tag === "Failure") console.error(told.name, String(exit.cause))
  process.exit(exit._tag === "Success" ? 0 : 1)
})
process.on("SIGTERM", () => fiber.unsafeInterruptAsFork(fiber.id()))
process.on("disconnect", () => process.exit())
