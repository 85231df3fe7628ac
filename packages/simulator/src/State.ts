/**
 * The state of the simulated accounts: the population and all changes since the start.
 *
 * @since 0.1.0
 */
import { Identifier } from "@effect-glowmarkt/core"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as accountRecord from "./internal/accountRecord.js"
import * as SeededRandom from "./internal/seededRandom.js"
import type { Name } from "./Operation.js"
import type { Person, Population, Traits } from "./Population.js"

/**
 * The fields `status` and `active`, as the list or the status endpoint returns them.
 *
 * @since 0.1.0
 * @category models
 */
export type StatusFields = accountRecord.StatusFields

/**
 * The current state of one account. The list returns `listed`, the status endpoint `live`; they may
 * contradict each other.
 *
 * @since 0.1.0
 * @category models
 */
export type AccountRecord = accountRecord.AccountRecord

/**
 * How often an operation changed an account. Requests that were refused or had no effect are not
 * counted.
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
 * The result of a password change.
 *
 * @since 0.1.0
 * @category models
 */
export type PasswordChange = "changed" | "wrongOldPassword" | "weakNewPassword"

/**
 * Reads and changes the simulated accounts. `None` means that there is no such account or user.
 *
 * @since 0.1.0
 * @category models
 */
export interface StateService {
  /** All accounts in the order of the list: the population, then the added ones. */
  readonly accounts: Iterable<AccountRecord>
  /** Reads the current state of an account, including one for which the API returns 404. */
  readonly account: (accountId: string) => Effect.Effect<Option.Option<AccountRecord>>
  /** Counts a read of the account's status. Returns `failing` if this read must return 500. */
  readonly readStatus: (account: AccountRecord) => Effect.Effect<"failing" | "succeeding">
  /**
   * Adds an account for a user of the directory. Returns `None` if the directory does not contain
   * the user.
   */
  readonly add: (user: {
    readonly username: string
    readonly directoryId: string
  }) => Effect.Effect<Option.Option<AccountRecord>>
  /** Renames an account. The write counts for `operation`. */
  readonly rename: (
    accountId: string,
    change: { readonly operation: Name; readonly name: string }
  ) => Effect.Effect<Option.Option<AccountRecord>>
  /** Changes the e-mail address of a user's own account. */
  readonly changeEmail: (accountId: string, email: string) => Effect.Effect<Option.Option<AccountRecord>>
  /**
   * Makes the account inactive. If the account already is inactive, changes nothing and counts no
   * write.
   */
  readonly deactivate: (accountId: string) => Effect.Effect<Option.Option<AccountRecord>>
  /** Returns the account of a user, or `None` if the password or the given directory is wrong. */
  readonly signIn: (login: {
    readonly username: string
    readonly password: Redacted.Redacted
    readonly directoryId: string | undefined
  }) => Effect.Effect<Option.Option<AccountRecord>>
  /** Changes a user's password if the old one is correct. */
  readonly changePassword: (
    accountId: string,
    passwords: { readonly old: Redacted.Redacted; readonly new: Redacted.Redacted }
  ) => Effect.Effect<PasswordChange>
  /**
   * Adds a mobile app token. Adding it again stores it twice, so tests notice a repeated request.
   */
  readonly addMobileToken: (accountId: Identifier.AccountId, token: Redacted.Redacted) => Effect.Effect<void>
  /** Removes a mobile app token of an account. */
  readonly removeMobileToken: (accountId: Identifier.AccountId, token: Redacted.Redacted) => Effect.Effect<void>
  /** Returns the mobile app tokens of an account. */
  readonly mobileTokens: (accountId: string) => Effect.Effect<ReadonlyArray<Redacted.Redacted>>
  readonly writes: Effect.Effect<ReadonlyArray<Write>>
  /** Restores the initial population. */
  readonly reset: Effect.Effect<void>
}

/**
 * @since 0.1.0
 * @category services
 */
export class State extends Context.Tag("@effect-glowmarkt/simulator/State")<State, StateService>() {}

/**
 * The minimum length of a new password. The provider's own minimum is unknown.
 *
 * @since 0.1.0
 * @category constants
 */
export const minimumPasswordLength = 8

const failures: Record<Traits["availability"], number> = { available: 0, missing: 0, failsOnce: 1, failsTwice: 2 }

const now = Effect.map(Clock.currentTimeMillis, (millis) => new Date(millis).toISOString())

/**
 * Makes the state of a population, without changes.
 *
 * @example
 * ```ts
 * import { Population, State } from "@effect-glowmarkt/simulator"
 * import { DateTime } from "effect"
 *
 * const state = State.make(Population.make({ accounts: 10, seed: 7, epoch: DateTime.unsafeMake("2026-01-01") }))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (population: Population): StateService => {
  // Only differences from the population are stored; the population is computed on demand.
  const changes = new Map<string, accountRecord.Change>()
  const added = new Map<string, AccountRecord>()
  const addedOf = new Map<string, AccountRecord>()
  const passwords = new Map<string, Redacted.Redacted>()
  const mobileTokens = new Map<string, ReadonlyArray<string>>()
  const statusReads = new Map<string, number>()
  const writes = new Map<string, Map<Name, Write>>()

  const current = (original: AccountRecord) => accountRecord.applyChange(original, changes.get(original.accountId))

  const find = (accountId: string): Option.Option<AccountRecord> =>
    Option.fromNullable(added.get(accountId)).pipe(
      Option.orElse(() =>
        Option.map(population.find(accountId), (member) => accountRecord.ofMember(population, member))
      ),
      Option.map(current)
    )

  const accountOf = (person: Person): Option.Option<AccountRecord> =>
    "accountId" in person && typeof person.accountId === "string"
      ? find(person.accountId)
      : Option.map(Option.fromNullable(addedOf.get(person.userId)), current)

  const passwordOf = (person: Person) => passwords.get(person.userId) ?? population.password(person)

  const recordWrite = (operation: Name, accountId: Identifier.AccountId) => {
    const ofAccount = writes.get(accountId) ?? new Map<Name, Write>()
    ofAccount.set(operation, { operation, accountId, times: (ofAccount.get(operation)?.times ?? 0) + 1 })
    writes.set(accountId, ofAccount)
  }

  const write = (accountId: string, operation: Name, change: accountRecord.Change) =>
    Effect.map(now, (updatedAt) =>
      Option.map(find(accountId), (found) => {
        changes.set(found.accountId, { ...changes.get(found.accountId), ...change, updatedAt })
        recordWrite(operation, found.accountId)
        return accountRecord.applyChange(found, { ...change, updatedAt })
      })
    )

  const changeTokens = (
    operation: Name,
    accountId: Identifier.AccountId,
    change: (tokens: ReadonlyArray<string>) => ReadonlyArray<string>
  ): Effect.Effect<void> =>
    Effect.sync(() => {
      mobileTokens.set(accountId, change(mobileTokens.get(accountId) ?? []))
      recordWrite(operation, accountId)
    })

  return {
    accounts: {
      *[Symbol.iterator]() {
        for (const member of population.members) {
          yield current(accountRecord.ofMember(population, member))
        }
        for (const original of added.values()) {
          yield current(original)
        }
      }
    },
    account: (accountId) => Effect.sync(() => find(accountId)),
    readStatus: ({ accountId, availability }) =>
      Effect.sync(() => {
        const read = statusReads.get(accountId) ?? 0
        if (read >= failures[availability]) {
          return "succeeding"
        }
        statusReads.set(accountId, read + 1)
        return "failing"
      }),
    add: ({ directoryId, username }) =>
      Effect.map(now, (createdAt) =>
        population.findUser(username).pipe(
          Option.filter((person) => person.directoryId === directoryId),
          Option.map((person) => {
            const accountId = Identifier.AccountId.make(
              SeededRandom.uuid(SeededRandom.make(population.seed, "added", added.size))
            )
            const account = accountRecord.ofAdded(person, { accountId, createdAt })
            added.set(accountId, account)
            if (!addedOf.has(person.userId)) {
              addedOf.set(person.userId, account)
            }
            recordWrite("addAccount", accountId)
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
        Option.map(find(accountId), (found) => recordWrite("userChangePassword", found.accountId))
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
