/**
 * The simulated world: the population and everything that was done to it since.
 *
 * @since 0.1.0
 */
import { Identifier } from "@effect-glowmarkt/core"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Draw from "./internal/draw.js"
import * as view from "./internal/view.js"
import type { Name } from "./Operation.js"
import type { Person, Population, Spotty, Traits } from "./Population.js"

/**
 * A status word with its boolean, as one of the two places shows them.
 *
 * @since 0.1.0
 * @category models
 */
export interface Shown {
  readonly status: string
  readonly active: boolean | undefined
}

/**
 * Everything there is to know about one account now. The list and the live
 * status are two faces of it that may disagree.
 *
 * @since 0.1.0
 * @category models
 */
export interface AccountView {
  readonly accountId: Identifier.AccountId
  readonly userId: Identifier.UserId
  readonly directoryId: Identifier.DirectoryId
  readonly username: string
  readonly name: Spotty
  readonly email: Spotty
  readonly createdAt: string | undefined
  readonly updatedAt: string
  readonly listed: Shown
  readonly live: Shown
  readonly liveAnswer: Traits["liveAnswer"]
  readonly directoryToken: { readonly tokenIssueDate: string; readonly tokenExpiryDate: string } | undefined
  readonly undocumented: Readonly<Record<string, unknown>> | undefined
}

/**
 * How often an operation changed an account. What was refused, or failed before
 * it took effect, is not in it.
 *
 * @since 0.1.0
 * @category models
 */
export interface Write {
  readonly operation: Name
  readonly accountId: Identifier.AccountId
  readonly times: number
}

/**
 * How changing a password ended.
 *
 * @since 0.1.0
 * @category models
 */
export type PasswordChange = "changed" | "wrongOldPassword" | "weakNewPassword"

/**
 * @since 0.1.0
 * @category models
 */
export interface StateService {
  /** All accounts in the order of the list: the population, then what was added. */
  readonly accounts: Iterable<AccountView>
  /** An account as it is now, also one that the API would answer with 404. */
  readonly account: (accountId: string) => Effect.Effect<Option.Option<AccountView>>
  /** Counts a read of an account's status; `failing` while the account still fails its first reads. */
  readonly statusRead: (account: AccountView) => Effect.Effect<"failing" | "answering">
  /** An account for an existing user. None when the directory does not know the user. */
  readonly add: (user: {
    readonly username: string
    readonly directoryId: string
  }) => Effect.Effect<Option.Option<AccountView>>
  readonly rename: (
    accountId: string,
    change: { readonly operation: Name; readonly name: string }
  ) => Effect.Effect<Option.Option<AccountView>>
  readonly changeEmail: (accountId: string, email: string) => Effect.Effect<Option.Option<AccountView>>
  /** Makes the account inactive. Nothing changes, and no write counts, if it is so already. */
  readonly deactivate: (accountId: string) => Effect.Effect<Option.Option<AccountView>>
  /** The account a user name and password speak for. */
  readonly signIn: (login: {
    readonly username: string
    readonly password: Redacted.Redacted
    readonly directoryId: string | undefined
  }) => Effect.Effect<Option.Option<AccountView>>
  readonly changePassword: (
    accountId: string,
    passwords: { readonly old: Redacted.Redacted; readonly new: Redacted.Redacted }
  ) => Effect.Effect<PasswordChange>
  /** A token that is added twice is there twice: what the provider makes of it is unknown, and so nobody can add one twice unseen. */
  readonly addMobileToken: (accountId: Identifier.AccountId, token: Redacted.Redacted) => Effect.Effect<void>
  readonly removeMobileToken: (accountId: Identifier.AccountId, token: Redacted.Redacted) => Effect.Effect<void>
  readonly mobileTokens: (accountId: string) => Effect.Effect<ReadonlyArray<Redacted.Redacted>>
  readonly writes: Effect.Effect<ReadonlyArray<Write>>
  /** Back to the population as it was at first. */
  readonly reset: Effect.Effect<void>
}

/**
 * @since 0.1.0
 * @category services
 */
export class State extends Context.Tag("@effect-glowmarkt/simulator/State")<State, StateService>() {}

/**
 * The shortest password the simulator takes. Where the provider draws the line
 * is unknown.
 *
 * @since 0.1.0
 * @category constants
 */
export const minimumPasswordLength = 8

const failures: Record<Traits["liveAnswer"], number> = { there: 0, gone: 0, failsOnce: 1, failsTwice: 2 }

const now = Effect.map(Clock.currentTimeMillis, (millis) => new Date(millis).toISOString())

/**
 * The world at its beginning.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (population: Population): StateService => {
  // Only what differs from the population is kept.
  const changes = new Map<string, view.Change>()
  const added = new Map<string, AccountView>()
  const addedOf = new Map<string, AccountView>()
  const passwords = new Map<string, Redacted.Redacted>()
  const mobileTokens = new Map<string, ReadonlyArray<string>>()
  const statusReads = new Map<string, number>()
  const writes = new Map<string, Map<Name, Write>>()

  const current = (original: AccountView) => view.after(original, changes.get(original.accountId))

  const find = (accountId: string): Option.Option<AccountView> =>
    Option.fromNullable(added.get(accountId)).pipe(
      Option.orElse(() => Option.map(population.find(accountId), (member) => view.ofMember(population, member))),
      Option.map(current)
    )

  const accountOf = (person: Person): Option.Option<AccountView> =>
    "accountId" in person && typeof person.accountId === "string"
      ? find(person.accountId)
      : Option.map(Option.fromNullable(addedOf.get(person.userId)), current)

  const passwordOf = (person: Person) => passwords.get(person.userId) ?? population.password(person)

  const wrote = (operation: Name, accountId: Identifier.AccountId) => {
    const ofAccount = writes.get(accountId) ?? new Map<Name, Write>()
    ofAccount.set(operation, { operation, accountId, times: (ofAccount.get(operation)?.times ?? 0) + 1 })
    writes.set(accountId, ofAccount)
  }

  const write = (accountId: string, operation: Name, change: view.Change) =>
    Effect.map(now, (updatedAt) =>
      Option.map(find(accountId), (found) => {
        changes.set(found.accountId, { ...changes.get(found.accountId), ...change, updatedAt })
        wrote(operation, found.accountId)
        return view.after(found, { ...change, updatedAt })
      })
    )

  const changeTokens = (
    operation: Name,
    accountId: Identifier.AccountId,
    change: (tokens: ReadonlyArray<string>) => ReadonlyArray<string>
  ): Effect.Effect<void> =>
    Effect.sync(() => {
      mobileTokens.set(accountId, change(mobileTokens.get(accountId) ?? []))
      wrote(operation, accountId)
    })

  return {
    accounts: {
      *[Symbol.iterator]() {
        for (const member of population.members) {
          yield current(view.ofMember(population, member))
        }
        for (const original of added.values()) {
          yield current(original)
        }
      }
    },
    account: (accountId) => Effect.sync(() => find(accountId)),
    statusRead: ({ accountId, liveAnswer }) =>
      Effect.sync(() => {
        const read = statusReads.get(accountId) ?? 0
        if (read >= failures[liveAnswer]) {
          return "answering"
        }
        statusReads.set(accountId, read + 1)
        return "failing"
      }),
    add: ({ directoryId, username }) =>
      Effect.map(now, (createdAt) =>
        population.findUser(username).pipe(
          Option.filter((person) => person.directoryId === directoryId),
          Option.map((person) => {
            const accountId = Identifier.AccountId.make(Draw.uuid(Draw.make(population.seed, "added", added.size)))
            const account = view.ofAdded(person, { accountId, createdAt })
            added.set(accountId, account)
            if (!addedOf.has(person.userId)) {
              addedOf.set(person.userId, account)
            }
            wrote("addAccount", accountId)
            return account
          })
        )
      ),
    rename: (accountId, { name, operation }) => write(accountId, operation, { name }),
    changeEmail: (accountId, email) => write(accountId, "userChangeEmail", { email }),
    deactivate: (accountId) =>
      Effect.suspend(() => {
        const found = find(accountId)
        const already = Option.exists(found, ({ listed, live }) => !listed.active && live.status === "inactive")
        return already ? Effect.succeed(found) : write(accountId, "deleteAccount", { deactivated: true })
      }),
    signIn: ({ directoryId, password, username }) =>
      Effect.sync(() =>
        population.findUser(username).pipe(
          Option.filter((person) => directoryId === undefined || person.directoryId === directoryId),
          Option.filter((person) => Redacted.value(passwordOf(person)) === Redacted.value(password)),
          Option.flatMap(accountOf)
        )
      ),
    changePassword: (accountId, change) =>
      Effect.sync(() => {
        const person = Option.flatMap(find(accountId), (found) => population.findUser(found.username))
        if (Option.isNone(person) || Redacted.value(passwordOf(person.value)) !== Redacted.value(change.old)) {
          return "wrongOldPassword"
        }
        if (Redacted.value(change.new).length < minimumPasswordLength) {
          return "weakNewPassword"
        }
        passwords.set(person.value.userId, change.new)
        Option.map(find(accountId), (found) => wrote("userChangePassword", found.accountId))
        return "changed"
      }),
    addMobileToken: (accountId, token) =>
      changeTokens("addMobileAppToken", accountId, (tokens) => [...tokens, Redacted.value(token)]),
    removeMobileToken: (accountId, token) =>
      changeTokens("removeMobileAppToken", accountId, (tokens) =>
        tokens.filter((one) => one !== Redacted.value(token))
      ),
    mobileTokens: (accountId) =>
      Effect.sync(() => [...(mobileTokens.get(accountId) ?? [])].map((token) => Redacted.make(token))),
    writes: Effect.sync(() => [...writes.values()].flatMap((ofAccount) => [...ofAccount.values()])),
    reset: Effect.sync(() => {
      for (const store of [changes, added, addedOf, passwords, mobileTokens, statusReads, writes]) {
        store.clear()
      }
    })
  }
}
