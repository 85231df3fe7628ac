/**
 * One operation in a program: reads the status of one account.
 *
 *   GLOWMARKT_APP_KEY=… GLOWMARKT_APP_SECRET=… npx tsx examples/one-account.ts [ACCOUNT_ID]
 *
 * Without an id, it uses the first account of the list.
 */

import { AdminAccounts, AppKeys, Identifier } from "@effect-glowmarkt/core"
import { NodeAccounts } from "@effect-glowmarkt/core/node"
import { Array, Console, DateTime, Effect, Option, Schema } from "effect"

const firstListed = Effect.flatMap(AdminAccounts.AdminAccounts, (admin) =>
  Effect.flatMap(admin.list, ({ accounts }) => Array.head(accounts))
).pipe(Effect.map((account) => account.accountId))

const program = Effect.gen(function* () {
  const admin = yield* AdminAccounts.AdminAccounts
  const accountId = yield* Option.match(Option.fromNullable(process.argv[2]), {
    onNone: () => firstListed,
    onSome: Schema.decode(Identifier.AccountId)
  })
  const { directory, status } = yield* admin.status(accountId)
  yield* Console.log(`${accountId} is ${status}`)
  const end = directory?.data?.tokenExpiryDate
  yield* Console.log(end === undefined ? "no directory token" : `directory token until ${DateTime.formatIso(end)}`)
}).pipe(
  // Every error message says what to do; this error gets its own message.
  Effect.catchTag("AccountNotFound", (error) => Console.log(`no such account: ${error.accountId}`)),
  Effect.provide(NodeAccounts.layerAdmin(AppKeys.layerConfig()))
)

Effect.runPromise(program).catch((error: unknown) => {
  console.error(String(error))
  process.exitCode = 1
})
