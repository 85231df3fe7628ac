/**
 * Renames accounts, from a CSV of `accountId` and `name`.
 *
 * @since 0.1.0
 */
import { AdminAccounts } from "@effect-glowmarkt/core/AdminAccounts"
import type { CallError, InvalidInput } from "@effect-glowmarkt/core/GlowmarktError"
import { AccountId, ApplicationId } from "@effect-glowmarkt/core/Identifier"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import * as Converge from "./Converge.js"
import * as canonicalId from "./internal/flows/canonicalId.js"
import { quoteName } from "./internal/flows/quoteName.js"
import * as PlannedFlow from "./PlannedFlow.js"

/**
 * This flow has no parameters.
 *
 * @since 0.1.0
 * @category models
 */
export const Parameters = Schema.Struct({})

/**
 * This flow has no parameters.
 *
 * @since 0.1.0
 * @category models
 */
export interface Parameters extends Schema.Schema.Type<typeof Parameters> {}

/**
 * A CSV row.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Wanted = Schema.Struct({
  accountId: Schema.compose(canonicalId.InCell, AccountId),
  // The provider trims names.
  name: Schema.compose(Schema.Trim, Schema.NonEmptyString)
})

/**
 * A CSV row.
 *
 * @since 0.1.0
 * @category models
 */
export interface Wanted extends Schema.Schema.Type<typeof Wanted> {}

/**
 * The compared state: the name, and the owner of the account.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Read = Schema.Struct({
  name: Schema.NullOr(Schema.String),
  username: Schema.NullOr(Schema.String),
  applicationId: Schema.NullOr(ApplicationId)
})

/**
 * The compared state.
 *
 * @since 0.1.0
 * @category models
 */
export interface Read extends Schema.Schema.Type<typeof Read> {}

const toState = ({ applicationId = null, name = null, username = null }: Partial<Read>): Read => ({
  name,
  username,
  applicationId
})

const readAccount = (accountId: AccountId) =>
  Effect.flatMap(AdminAccounts, (admin) => Effect.map(admin.get(accountId), toState))

const isSatisfied = (read: Read, { name }: Wanted) => read.name === name

/**
 * Pass this flow to `PlannedFlow.plan`, `apply`, `resume` and `rows`, and its `input` to
 * `CsvInput.read`.
 *
 * @since 0.1.0
 * @category constants
 */
export const flow: PlannedFlow.Undoable<Parameters, Wanted, Read, CallError | InvalidInput, AdminAccounts> =
  PlannedFlow.undoable(
    PlannedFlow.make({
      name: "renameAccounts",
      parameters: Parameters,
      row: Wanted,
      key: ({ accountId }) => accountId,
      expected: { accountId: "an account id", name: "the new name" },
      state: Read,
      read: ({ accountId }) => Effect.catchTag(readAccount(accountId), "AccountNotFound", Converge.refuseMissing),
      applicationOf: ({ applicationId }) => applicationId,
      isSatisfied,
      write: ({ read, wanted }) =>
        Effect.flatMap(AdminAccounts, (admin) =>
          Converge.converge({
            before: read,
            read: readAccount(wanted.accountId),
            isSatisfied: (read) => isSatisfied(read, wanted),
            write: () => admin.rename(wanted.accountId, wanted.name),
            wanted: quoteName(wanted.name),
            describe: ({ name }) => quoteName(name)
          })
        ).pipe(Effect.catchTag("AccountNotFound", Converge.refuseMissing)),
      describe: (read, { name }) =>
        `set name to ${JSON.stringify(name)} (was ${read.name === null ? "empty" : JSON.stringify(read.name)})`,
      earlierDescriptions: [(read, { name }) => `rename from ${JSON.stringify(read.name)} to ${JSON.stringify(name)}`]
    }),
    ({ planned, wanted }) =>
      planned.name === null
        ? Either.left("the account had no name, and the API cannot remove one")
        : Either.right({ ...wanted, name: planned.name })
  )
