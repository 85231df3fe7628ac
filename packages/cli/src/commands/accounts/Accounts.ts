/**
 * Runs the commands of `glowmarkt accounts`.
 *
 * @since 0.1.0
 */
import * as Account from "@effect-glowmarkt/core/Account"
import type * as AccountList from "@effect-glowmarkt/core/AccountList"
import * as AdminAccounts from "@effect-glowmarkt/core/AdminAccounts"
import type * as GlowmarktError from "@effect-glowmarkt/core/GlowmarktError"
import * as Identifier from "@effect-glowmarkt/core/Identifier"
import * as AccountFilter from "@effect-glowmarkt/runner/AccountFilter"
import * as Converge from "@effect-glowmarkt/runner/Converge"
import * as Chunk from "effect/Chunk"
import * as Config from "effect/Config"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { AdminScheme } from "../../args/Auth.js"
import type { Form } from "../../args/Flags.js"
import * as CredentialResolver from "../../config/CredentialResolver.js"
import { Unfinished, UsageError } from "../../exit/CommandError.js"
import { plural } from "../../terminal/Format.js"
import * as Output from "../../terminal/Output.js"
import * as Prompt from "../../terminal/Prompt.js"
import * as AccountView from "./AccountView.js"

interface Common {
  readonly auth: Option.Option<AdminScheme>
  readonly form: Form
}

interface AccountOptions extends Common {
  readonly accountId: Identifier.AccountId
}

const asAdministrator = <A, E, R>(command: Effect.Effect<A, E, R>, { auth }: Common) =>
  Effect.provide(
    Effect.zipRight(Config.option(Identifier.applicationIdConfig), command),
    CredentialResolver.admin(auth)
  )

interface InApplication {
  readonly applicationId?: Identifier.ApplicationId | undefined
}

/** Fails if GLOWMARKT_APPLICATION_ID is set and the account does not belong to that application. */
const ensureOwn = Effect.fnUntraced(function* (accountId: Identifier.AccountId, { applicationId }: InApplication) {
  const own = yield* Config.option(Identifier.applicationIdConfig)
  if (Option.isNone(own) || (applicationId !== undefined && Identifier.isSame(applicationId, own.value))) return
  const problem = applicationId === undefined ? "has no applicationId" : `belongs to application ${applicationId}`
  return yield* new UsageError({
    message: `Account ${accountId} ${problem}, expected ${own.value} (GLOWMARKT_APPLICATION_ID).\nNothing was changed. Check the account id and the variable.`
  })
})

/**
 * Like {@link ensureOwn}, but accepts an account without an application id, because it is only
 * shown.
 */
const ensureNotOther = (accountId: Identifier.AccountId, account: InApplication) =>
  account.applicationId === undefined ? Effect.void : ensureOwn(accountId, account)

const encodeAccount = Schema.encodeSync(Account.Account)
const encodeStatus = Schema.encodeSync(Account.AccountStatus)
const encodeAdded = Schema.encodeSync(Account.AddedAccount)
const encodeDeleted = Schema.encodeSync(Account.DeletedAccount)

interface ListOptions extends Common {
  readonly where: Option.Option<AccountFilter.AccountFilter>
  readonly limit: Option.Option<number>
}

const maxUnreadableShown = 20

const noteUnreadable = ({ accountId, index, problem }: AccountList.UnreadableAccount) => {
  const id = Option.match(accountId, { onNone: () => "", onSome: (id) => ` (${id})` })
  return Output.note(`Cannot read element ${index} of the list${id}: ${problem}`)
}

/**
 * Prints the list as it arrives, so memory does not grow with its length.
 *
 * @since 0.1.0
 * @category running
 */
export const list = Effect.fn("glowmarkt.accounts.list")(function* ({ form, limit, where }: ListOptions) {
  const admin = yield* AdminAccounts.AdminAccounts
  const now = yield* DateTime.now
  const isMatch = Option.match(where, {
    onNone: () => () => true,
    onSome: (filter) => AccountFilter.matches(filter, now)
  })
  let shown = 0
  let unreadable = 0
  const readable = Stream.mapChunksEffect(admin.stream, (elements) => {
    const [wrong, accounts] = Chunk.separate(elements)
    const noted = Chunk.take(wrong, Math.max(0, maxUnreadableShown - unreadable))
    unreadable += wrong.length
    return Effect.as(Effect.forEach(noted, noteUnreadable, { discard: true }), Chunk.filter(accounts, isMatch))
  })
  const accounts = Stream.mapChunks(
    Option.match(limit, { onNone: () => readable, onSome: (count) => Stream.take(readable, count) }),
    (chunk) => {
      shown += chunk.length
      return chunk
    }
  )
  yield* form === "json"
    ? Stream.runForEachChunk(accounts, (chunk) =>
        Output.jsonLines(Chunk.map(chunk, (account) => encodeAccount(account)))
      )
    : Stream.runForEach(AccountView.list(accounts, yield* Output.layout), Output.data)
  if (form === "human") yield* Output.note(plural(shown, "account"))
  if (unreadable > 0) {
    return yield* new Unfinished({
      message: `${plural(unreadable, "account")} in the list could not be read.`
    })
  }
}, asAdministrator)

/**
 * @since 0.1.0
 * @category running
 */
export const get = Effect.fn("glowmarkt.accounts.get")(function* ({ accountId, form }: AccountOptions) {
  const admin = yield* AdminAccounts.AdminAccounts
  const account = yield* admin.get(accountId)
  yield* ensureNotOther(accountId, account)
  yield* form === "json" ? Output.json(encodeAccount(account)) : Output.data(AccountView.account(account))
}, asAdministrator)

/**
 * @since 0.1.0
 * @category running
 */
export const status = Effect.fn("glowmarkt.accounts.status")(function* ({ accountId, form }: AccountOptions) {
  const admin = yield* AdminAccounts.AdminAccounts
  const status = yield* admin.status(accountId)
  yield* ensureNotOther(accountId, status)
  yield* form === "json" ? Output.json(encodeStatus(status)) : Output.data(AccountView.status(status))
}, asAdministrator)

/** Adds the user and the directory to the API's own message, which mentions neither. */
const unknownUser =
  (username: string, directoryId: string) =>
  ({ message }: GlowmarktError.MissingElements) =>
    new Unfinished({
      message: `${message}\nCheck that directory ${directoryId} exists and contains the user ${username}.`
    })

/**
 * @since 0.1.0
 * @category running
 */
export const add = Effect.fn("glowmarkt.accounts.add")(function* ({
  directoryId,
  form,
  username
}: Common & { readonly username: string; readonly directoryId: Identifier.DirectoryId }) {
  const admin = yield* AdminAccounts.AdminAccounts
  const added = yield* Effect.catchTag(
    admin.add({ username, directoryId }),
    "MissingElements",
    unknownUser(username, directoryId)
  )
  yield* form === "json" ? Output.json(encodeAdded(added)) : Output.data(`Added account ${added.accountId}.`)
}, asAdministrator)

/**
 * @since 0.1.0
 * @category running
 */
export const rename = Effect.fn("glowmarkt.accounts.rename")(function* ({
  accountId,
  form,
  name
}: AccountOptions & { readonly name: string }) {
  const admin = yield* AdminAccounts.AdminAccounts
  if (Option.isSome(yield* Config.option(Identifier.applicationIdConfig))) {
    yield* ensureOwn(accountId, yield* admin.get(accountId))
  }
  const account = yield* admin.rename(accountId, name)
  yield* form === "json" ? Output.json(encodeAccount(account)) : Output.data(AccountView.account(account))
}, asAdministrator)

/**
 * @since 0.1.0
 * @category running
 */
export const remove = Effect.fn("glowmarkt.accounts.delete")(function* ({
  accountId,
  consent,
  form
}: AccountOptions & { readonly consent: "given" | "ask" }) {
  const admin = yield* AdminAccounts.AdminAccounts
  const account = yield* admin.get(accountId)
  yield* ensureOwn(accountId, account)
  yield* Output.note(AccountView.account(account))
  if (Account.isActive(account) === false && Converge.isInactive({ account, status: yield* admin.status(accountId) })) {
    return yield* form === "json"
      ? Output.json(encodeDeleted({ accountId, status: "inactive" }))
      : Output.data(`Account ${accountId} is already inactive. Nothing was deleted.`)
  }
  yield* Output.note("\nDeleting makes this account inactive. The API cannot undo it.")
  if (consent === "ask" && !(yield* Prompt.consent("Delete this account?"))) {
    return yield* new Unfinished({ message: "Nothing was deleted." })
  }
  const deleted = yield* admin.remove(accountId)
  yield* form === "json"
    ? Output.json(encodeDeleted(deleted))
    : Output.data(`Deleted account ${accountId}. It is now ${deleted.status ?? "inactive"}.`)
}, asAdministrator)
