/**
 * What the commands under `glowmarkt accounts` do.
 *
 * @since 0.1.0
 */
import { Account, type AccountList, AdminAccounts, type GlowmarktError, Identifier } from "@effect-glowmarkt/core"
import { Classification, Converge } from "@effect-glowmarkt/runner"
import * as AccountFilter from "@effect-glowmarkt/runner/AccountFilter"
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
import { count } from "../../terminal/Format.js"
import * as Output from "../../terminal/Output.js"
import * as Prompt from "../../terminal/Prompt.js"
import * as AccountView from "./AccountView.js"

interface Common {
  readonly auth: Option.Option<AdminScheme>
  readonly form: Form
}

interface OfAccount extends Common {
  readonly accountId: Identifier.AccountId
}

const asAdministrator = <A, E, R>(command: Effect.Effect<A, E, R>, { auth }: Common) =>
  Effect.provide(
    Effect.zipRight(Config.option(Identifier.applicationIdConfig), command),
    CredentialResolver.admin(auth)
  )

interface Named {
  readonly applicationId?: Identifier.ApplicationId | undefined
}

/** Refuses an account of another application than GLOWMARKT_APPLICATION_ID, where that is set. */
const ensureOwn = Effect.fnUntraced(function* (accountId: Identifier.AccountId, { applicationId }: Named) {
  const own = yield* Config.option(Identifier.applicationIdConfig)
  if (Option.isNone(own) || (applicationId !== undefined && Identifier.isSame(applicationId, own.value))) return
  const said = applicationId === undefined ? "does not say its application" : `belongs to application ${applicationId}`
  return yield* new UsageError({
    message: `Account ${accountId} ${said}, expected ${own.value} (GLOWMARKT_APPLICATION_ID).\nNothing was changed. Check the id, or the variable.`
  })
})

/** The same of an account that is only shown: what it does not say matters less. */
const ensureNotOther = (accountId: Identifier.AccountId, named: Named) =>
  named.applicationId === undefined ? Effect.void : ensureOwn(accountId, named)

const encodeAccount = Schema.encodeSync(Account.Account)
const encodeStatus = Schema.encodeSync(Account.AccountStatus)
const encodeAdded = Schema.encodeSync(Account.AddedAccount)
const encodeDeleted = Schema.encodeSync(Account.DeletedAccount)

interface ListOptions extends Common {
  readonly where: Option.Option<AccountFilter.AccountFilter>
  readonly limit: Option.Option<number>
}

// Of a list that is all wrong, this many elements say it.
const mostNoted = 20

const noteUnreadable = ({ accountId, index, problem }: AccountList.UnreadableAccount) => {
  const id = Option.match(accountId, { onNone: () => "", onSome: (id) => ` (${id})` })
  return Output.note(`Not shown: element ${index} of the list${id}: ${problem}`)
}

/**
 * Shows the list as it arrives, so that it may be of any length.
 *
 * @since 0.1.0
 * @category commands
 */
export const list = Effect.fn("glowmarkt.accounts.list")(function* ({ form, limit, where }: ListOptions) {
  const admin = yield* AdminAccounts.AdminAccounts
  const now = yield* DateTime.now
  const isWanted = Option.match(where, {
    onNone: () => () => true,
    onSome: (filter) => AccountFilter.matches(filter, now)
  })
  let shown = 0
  let unreadable = 0
  const wanted = Stream.mapChunksEffect(admin.stream, (elements) => {
    const [wrong, accounts] = Chunk.separate(elements)
    const noted = Chunk.take(wrong, Math.max(0, mostNoted - unreadable))
    unreadable += wrong.length
    return Effect.as(Effect.forEach(noted, noteUnreadable, { discard: true }), Chunk.filter(accounts, isWanted))
  })
  const accounts = Stream.mapChunks(
    Option.match(limit, { onNone: () => wanted, onSome: (count) => Stream.take(wanted, count) }),
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
  if (form === "human") yield* Output.note(`${count(shown)} accounts`)
  if (unreadable > 0) {
    return yield* new Unfinished({
      message: `${count(unreadable)} elements of the list could not be read as accounts.`
    })
  }
}, asAdministrator)

/**
 * @since 0.1.0
 * @category commands
 */
export const get = Effect.fn("glowmarkt.accounts.get")(function* ({ accountId, form }: OfAccount) {
  const admin = yield* AdminAccounts.AdminAccounts
  const account = yield* admin.get(accountId)
  yield* ensureNotOther(accountId, account)
  yield* form === "json" ? Output.json(encodeAccount(account)) : Output.data(AccountView.account(account))
}, asAdministrator)

/**
 * @since 0.1.0
 * @category commands
 */
export const status = Effect.fn("glowmarkt.accounts.status")(function* ({ accountId, form }: OfAccount) {
  const admin = yield* AdminAccounts.AdminAccounts
  const status = yield* admin.status(accountId)
  yield* ensureNotOther(accountId, status)
  yield* form === "json" ? Output.json(encodeStatus(status)) : Output.data(AccountView.status(status))
}, asAdministrator)

/** The provider says so little when it knows no such user. */
const unknownUser =
  (username: string, directoryId: string) =>
  ({ message }: GlowmarktError.MissingElements) =>
    new Unfinished({
      message: `${message}\nCheck that there is a directory ${directoryId}, and that it knows the user ${username}.`
    })

/**
 * @since 0.1.0
 * @category commands
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
 * @category commands
 */
export const rename = Effect.fn("glowmarkt.accounts.rename")(function* ({
  accountId,
  form,
  name
}: OfAccount & { readonly name: string }) {
  const admin = yield* AdminAccounts.AdminAccounts
  if (Option.isSome(yield* Config.option(Identifier.applicationIdConfig))) {
    yield* ensureOwn(accountId, yield* admin.get(accountId))
  }
  const account = yield* admin.rename(accountId, name)
  yield* form === "json" ? Output.json(encodeAccount(account)) : Output.data(AccountView.account(account))
}, asAdministrator)

/**
 * @since 0.1.0
 * @category commands
 */
export const remove = Effect.fn("glowmarkt.accounts.delete")(function* ({
  accountId,
  consent,
  form
}: OfAccount & { readonly consent: "given" | "ask" }) {
  const admin = yield* AdminAccounts.AdminAccounts
  const account = yield* admin.get(accountId)
  yield* ensureOwn(accountId, account)
  yield* Output.note(AccountView.account(account))
  if (
    Classification.isActive(account) === false &&
    Converge.isInactive({ account, status: yield* admin.status(accountId) })
  ) {
    return yield* form === "json"
      ? Output.json(encodeDeleted({ accountId, status: "inactive" }))
      : Output.data(`Account ${accountId} is inactive already. Nothing was deleted.`)
  }
  yield* Output.note("\nDeleting makes this account inactive, and the API has no call to undo it.")
  if (consent === "ask" && !(yield* Prompt.consent("Delete it?"))) {
    return yield* new Unfinished({ message: "Nothing was deleted." })
  }
  const deleted = yield* admin.remove(accountId)
  yield* form === "json"
    ? Output.json(encodeDeleted(deleted))
    : Output.data(`Deleted account ${accountId}: it is ${deleted.status ?? "inactive"} now.`)
}, asAdministrator)
