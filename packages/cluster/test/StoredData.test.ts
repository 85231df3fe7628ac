/** The data in the database after runs that used every kind of secret. */
import { assert, it } from "@effect/vitest"
import {
  CorrectOwnDetails,
  OnboardAccounts,
  PlannedFlow,
  RenameAccounts,
  RotateMobileTokens,
  Secrets,
  StatusAudit
} from "@effect-glowmarkt/runner"
import { Credentials, Simulator } from "@effect-glowmarkt/simulator"
import { ConfigProvider, Effect, Layer, Option, Redacted, Stream } from "effect"
import { csv, healthy, rowsFrom, served } from "../../runner/test/fixtures/served.js"
import { dump } from "../../workshop/postgres.js"
import { Cluster, ClusterFlow } from "../src/index.js"
import { database, describeWithPostgres, silent } from "./support/database.js"

const target = { origin: "http://127.0.0.1" }

const planOf = <P extends object, W, Read, E extends PlannedFlow.StepError, R>(
  flow: PlannedFlow.PlannedFlow<P, W, Read, E, R>,
  parameters: P,
  columns: ReadonlyArray<string>,
  cells: ReadonlyArray<ReadonlyArray<string>>
) =>
  Effect.flatMap(rowsFrom(flow.input, csv(columns, cells)), (rows) =>
    PlannedFlow.plan(flow, { rows, parameters, target, rate: "unlimited" })
  )

describeWithPostgres("the database", () => {
  it.scopedLive(
    "holds no credential, password or token",
    () =>
      Effect.gen(function* () {
        const url = yield* database
        const { population } = yield* Simulator.Simulator
        const { appKeys, applicationId } = population.credentials
        const users = (yield* healthy(6)).map((account, index) => ({
          ...account,
          variable: `PASSWORD_${index}`,
          password: Redacted.value(population.password(Option.getOrThrow(population.findUser(account.username))))
        }))
        const [first, second, third, fourth] = users
        assert(first !== undefined && second !== undefined && third !== undefined && fourth !== undefined)
        const newcomer = Option.getOrThrow(population.newcomer(0))
        const tokens = ["planted-mobile-token-1", "planted-mobile-token-2"]
        const variables = new Map([
          ...users.map(({ password, variable }) => [variable, password] as const),
          ...tokens.map((token, index) => [`TOKEN_${index}`, token] as const)
        ])
        const work = Effect.gen(function* () {
          yield* Layer.build(
            Cluster.worker({ flows: ClusterFlow.all, target, rate: "unlimited" }).pipe(Layer.provide(silent))
          )
          const renames = yield* planOf(
            RenameAccounts.flow,
            {},
            ["accountId", "name"],
            [[first.accountId, "Planted Name"]]
          )
          const corrections = yield* planOf(
            CorrectOwnDetails.flow,
            { applicationId },
            ["username", "password", "name", "email"],
            [
              [second.username, `env:${second.variable}`, "Corrected", ""],
              // A refused password also gets into error messages.
              [third.username, `env:${fourth.variable}`, "Corrected", ""]
            ]
          )
          const rotations = yield* planOf(
            RotateMobileTokens.flow,
            { applicationId },
            ["username", "password", "oldToken", "newToken"],
            [[fourth.username, `env:${fourth.variable}`, "env:TOKEN_0", "env:TOKEN_1"]]
          )
          const rows = yield* rowsFrom(
            OnboardAccounts.input,
            csv(["username", "directoryId"], [[newcomer.username, newcomer.directoryId]])
          )
          const onboarding = yield* OnboardAccounts.plan({ rows, parameters: { together: "eachRow" }, target })
          const runs = yield* Effect.all([
            Cluster.submit(StatusAudit.flow, { target }),
            Cluster.submitPlan(RenameAccounts.flow, renames, { target }),
            Cluster.submitPlan(CorrectOwnDetails.flow, corrections, { target }),
            Cluster.submitPlan(RotateMobileTokens.flow, rotations, { target }),
            Cluster.submitListed(OnboardAccounts.list(onboarding, { target }), { target })
          ])
          yield* Effect.forEach(runs, ({ runId }) => Stream.runDrain(Cluster.watch(runId)), {
            concurrency: "unbounded"
          })
          return dump(Redacted.value(url.url))
        })
        const text = yield* work.pipe(
          Effect.provide(Secrets.layer),
          Effect.withConfigProvider(ConfigProvider.fromMap(variables)),
          Effect.provide(Cluster.layer({ url }))
        )

        // The search finds values that are there.
        for (const table of ["glowmarkt_results", "cluster_messages", "cluster_replies", "cluster_runners"]) {
          assert.include(text, `INSERT INTO public.${table} `)
        }
        for (const stored of ["Planted Name", first.accountId, newcomer.username, `env:${second.variable}`]) {
          assert.include(text, stored)
        }
        const secrets = [
          Redacted.value(url.url),
          "simulated",
          Redacted.value(appKeys.secret),
          appKeys.key,
          Redacted.value(Credentials.basic(appKeys)),
          ...users.map(({ password }) => password),
          ...tokens
        ]
        for (const secret of secrets) {
          assert.notInclude(text, secret)
          assert.notInclude(text, Buffer.from(secret).toString("base64"))
        }
      }).pipe(Effect.provide(served())),
    60_000
  )
})
