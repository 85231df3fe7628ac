/**
 * A scripted batch: audits every account and writes the rows to a CSV file. If it is killed, start it
 * again with the same RUN to resume.
 *
 *   GLOWMARKT_APP_KEY=… GLOWMARKT_APP_SECRET=… RUN=weekly-48 npx tsx examples/audit-to-csv.ts audit.csv
 */

import { FileSystem } from "@effect/platform"
import { NodeContext, NodeRuntime } from "@effect/platform-node"
import { AppKeys } from "@effect-glowmarkt/core"
import { NodeAccounts } from "@effect-glowmarkt/core/node"
import { Progress, Report, Run, StatusAudit } from "@effect-glowmarkt/runner"
import * as SqliteRunStore from "@effect-glowmarkt/runner/SqliteRunStore"
import { Config, Console, Effect, Option, Schema, Stream } from "effect"

const program = Effect.gen(function* () {
  const file = process.argv[2] ?? "audit.csv"
  const runId = Option.getOrUndefined(yield* Config.option(Schema.Config("RUN", Run.RunId)))

  const summary = yield* StatusAudit.run({ runId, concurrency: 32, dormantFor: "90 days" }).pipe(
    Progress.observe(
      Stream.runForEach((event) =>
        event._tag === "Advanced" ? Console.error(`${event.processed} of ${event.total}`) : Effect.void
      )
    )
  )

  const fs = yield* FileSystem.FileSystem
  yield* Stream.run(Report.csv(StatusAudit.rows(summary.runId)), fs.sink(file))
  yield* Console.log(`${summary.total} accounts, ${summary.counts.healthy} healthy: ${file}`)
})

program.pipe(
  Effect.provide([
    NodeAccounts.layerAdmin(AppKeys.layerConfig()),
    SqliteRunStore.layer("audit-runs.sqlite"),
    NodeContext.layer
  ]),
  NodeRuntime.runMain
)
