/**
 * A custom flow. It skips inactive accounts, reads each name and removes superfluous spaces. If it
 * is killed, start it again with the same RUN to resume.
 *
 *   GLOWMARKT_APP_KEY=… GLOWMARKT_APP_SECRET=… RUN=tidy-48 npx tsx examples/own-flow.ts
 */
import { NodeRuntime } from "@effect/platform-node"
import { Account, AdminAccounts, AppKeys, Identifier } from "@effect-glowmarkt/core"
import { NodeAccounts } from "@effect-glowmarkt/core/node"
import { Converge, Flow, Outcome, Run } from "@effect-glowmarkt/runner"
import * as SqliteRunStore from "@effect-glowmarkt/runner/SqliteRunStore"
import { Config, Console, Effect, Either, Option, Schema, Stream } from "effect"

const tidied = (name: string) => name.trim().replace(/\s+/g, " ")

const tidyNames = Flow.make({
  name: "tidyNames",
  parameters: Schema.Struct({}),
  defaults: {},
  subject: Identifier.AccountId,
  result: Schema.Struct({ outcome: Outcome.FinalOutcome, detail: Schema.String }),
  subjects: () =>
    Stream.unwrap(
      Effect.map(AdminAccounts.AdminAccounts, ({ stream }) => Stream.filterMap(stream, Either.getRight))
    ).pipe(Stream.map(({ accountId }) => accountId)),
  step: (accountId) =>
    Effect.gen(function* () {
      const admin = yield* AdminAccounts.AdminAccounts
      if (Account.isActive(yield* admin.status(accountId)) !== true) {
        return { outcome: "skipped" as const, detail: "not active" }
      }
      const { name = "" } = yield* admin.get(accountId)
      if (name.trim() === "") {
        return { outcome: "skipped" as const, detail: "no name" }
      }
      // Writes only if needed and verifies the result, so it is safe to run twice.
      yield* Converge.ensureName(accountId, tidied(name))
      return { outcome: "done" as const, detail: tidied(name) }
    }).pipe(Effect.catchAll(({ message }) => Effect.succeed({ outcome: "failed" as const, detail: message }))),
  outcome: ({ outcome }) => outcome
})

const program = Effect.gen(function* () {
  const runId = Option.getOrUndefined(yield* Config.option(Schema.Config("RUN", Run.RunId)))
  const run = yield* Flow.run(tidyNames, { runId })
  const counts = { done: 0, skipped: 0, failed: 0, unprocessed: 0 }
  yield* Stream.runForEach(Flow.rows(tidyNames, run.runId), ({ outcome }) => Effect.sync(() => counts[outcome]++))
  yield* Console.log(`${run.total} accounts:`, counts)
})

program.pipe(
  Effect.provide([NodeAccounts.layerAdmin(AppKeys.layerConfig()), SqliteRunStore.layer("own-runs.sqlite")]),
  NodeRuntime.runMain
)
