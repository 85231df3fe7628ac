// An audit that needs neither Node nor a native module.
import { AppKeys, FetchAccounts } from "@effect-glowmarkt/core"
import { RunStore, StatusAudit } from "@effect-glowmarkt/runner"
import { Console, Effect } from "effect"

const program = Effect.gen(function* () {
  const { total } = yield* StatusAudit.run()
  yield* Console.log(`audited ${total} accounts`)
})

Effect.runPromise(Effect.provide(program, [FetchAccounts.layerAdmin(AppKeys.layerConfig()), RunStore.layerMemory]))
