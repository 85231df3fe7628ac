/**
 * Two applications in one program, each with its own credentials.
 *
 *   SCHOOLS_KEY=… SCHOOLS_SECRET=… HOMES_KEY=… HOMES_SECRET=… npx tsx examples/two-applications.ts
 */

import { AdminAccounts, AppKeys, FetchTransport, GlowmarktClient } from "@effect-glowmarkt/core"
import { Config, Console, Context, Effect, Layer } from "effect"

class Schools extends Context.Tag("Schools")<Schools, AdminAccounts.AdminAccountsService>() {}
class Homes extends Context.Tag("Homes")<Homes, AdminAccounts.AdminAccountsService>() {}

const accountsOf = <I>(tag: Context.Tag<I, AdminAccounts.AdminAccountsService>, prefix: string) =>
  Layer.effect(tag, AdminAccounts.make).pipe(
    Layer.provide(
      AppKeys.layerConfig({ key: Config.string(`${prefix}_KEY`), secret: Config.redacted(`${prefix}_SECRET`) })
    )
  )

// Both share one client with its rate limit, connections and retry budget.
const Applications = Layer.merge(accountsOf(Schools, "SCHOOLS"), accountsOf(Homes, "HOMES")).pipe(
  Layer.provide(GlowmarktClient.layerConfig()),
  Layer.provide(FetchTransport.layer)
)

const program = Effect.gen(function* () {
  const [schools, homes] = yield* Effect.all(
    [Effect.flatMap(Schools, (admin) => admin.list), Effect.flatMap(Homes, (admin) => admin.list)],
    { concurrency: 2 }
  )
  yield* Console.log(`${schools.accounts.length} schools, ${homes.accounts.length} homes`)
})

Effect.runPromise(Effect.provide(program, Applications)).catch((error: unknown) => {
  console.error(String(error))
  process.exitCode = 1
})
