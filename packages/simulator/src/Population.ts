/**
 * The simulated accounts, users, directories and credentials, all derived from a seed.
 *
 * A member is computed from the seed and its index when it is requested. So a million accounts take
 * as little memory as ten, and account 7 is the same in a population of any size.
 *
 * @since 0.1.0
 */
import { Identifier } from "@effect-glowmarkt/core"
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Credentials from "./Credentials.js"
import * as names from "./internal/names.js"
import * as SeededRandom from "./internal/seededRandom.js"
import * as memberTraits from "./internal/traits.js"

/**
 * The properties of an account that determine its findings. Days count from the population's epoch.
 *
 * @since 0.1.0
 * @category models
 */
export type Traits = memberTraits.Traits

/**
 * A field that the provider sometimes omits or sets to `null`.
 *
 * @since 0.1.0
 * @category models
 */
export type MaybeMissing = string | null | undefined

/**
 * A user of a directory, with or without an account.
 *
 * @since 0.1.0
 * @category models
 */
export interface Person {
  readonly userId: Identifier.UserId
  readonly username: string
  readonly directoryId: Identifier.DirectoryId
  readonly name: MaybeMissing
  readonly email: MaybeMissing
}

/**
 * A user with an account.
 *
 * @since 0.1.0
 * @category models
 */
export interface Member extends Person {
  readonly index: number
  readonly accountId: Identifier.AccountId
  readonly traits: Traits
  readonly createdDaysAgo: number
  /** A deviation from the documented fields, as observed on the live API. */
  readonly quirk: "none" | "undocumentedField" | "listedWithoutActive" | "withoutCreatedAt"
}

/**
 * A directory of users. The provider runs its own directory and connects external ones.
 *
 * @since 0.1.0
 * @category models
 */
export interface Directory {
  readonly directoryId: Identifier.DirectoryId
  readonly kind: "own" | "external"
}

/**
 * The accounts and users that a simulator starts with.
 *
 * @since 0.1.0
 * @category models
 */
export interface Population {
  readonly accounts: number
  readonly seed: number
  readonly epoch: DateTime.Utc
  readonly credentials: Credentials.Credentials
  readonly directories: { readonly own: Directory; readonly external: Directory }
  /** Members in the order of the account list. */
  readonly members: Iterable<Member>
  /** Returns the account at this index, or `None` if the population is smaller. */
  readonly member: (index: number) => Option.Option<Member>
  /** Finds an account by its id. */
  readonly find: (accountId: string) => Option.Option<Member>
  /** Finds a user by name: a member or a newcomer. */
  readonly findUser: (username: string) => Option.Option<Person>
  /**
   * Returns a user without an account, for tests of `POST /account`. Indices count from 0 to {@link
   * newcomers}.
   */
  readonly newcomer: (index: number) => Option.Option<Person>
  /** Returns the initial password of a user. */
  readonly password: (person: Person) => Redacted.Redacted
}

/**
 * The number of users without an account.
 *
 * @since 0.1.0
 * @category constants
 */
export const newcomers = 100_000

const person = (
  random: SeededRandom.SeededRandom,
  options: { readonly serial: string; readonly directoryId: Identifier.DirectoryId }
): Person => {
  const given = random.pick(names.givenNames)
  const family = random.pick(names.familyNames)
  const local = `${names.toAscii(given)}.${names.toAscii(family)}`
  const maybeMissing = (text: string): MaybeMissing => {
    const roll = random.below(100)
    return roll < 3 ? undefined : roll < 6 ? null : text
  }
  return {
    userId: Identifier.UserId.make(SeededRandom.uuid(random)),
    username: `${local}.${options.serial}@homes.example`,
    directoryId: options.directoryId,
    name: maybeMissing(`${given} ${family}`),
    email: maybeMissing(`${local}.${options.serial}@post.example`)
  }
}

const quirk = (random: SeededRandom.SeededRandom): Member["quirk"] => {
  const roll = random.below(100)
  return roll < 5 ? "undocumentedField" : roll < 7 ? "listedWithoutActive" : roll < 8 ? "withoutCreatedAt" : "none"
}

const directory = (seed: number, kind: Directory["kind"]): Directory => ({
  directoryId: Identifier.DirectoryId.make(
    SeededRandom.uuid(SeededRandom.make(seed, "directory", kind === "own" ? 0 : 1))
  ),
  kind
})

/**
 * Makes a population. The same `accounts` and `seed` give the same users, ids and credentials.
 * Dates are offsets from `epoch`.
 *
 * @example
 * ```ts
 * import { Population } from "@effect-glowmarkt/simulator"
 * import { DateTime } from "effect"
 *
 * const population = Population.make({ accounts: 1000, seed: 7, epoch: DateTime.unsafeMake("2026-01-01") })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (options: {
  readonly accounts: number
  readonly seed: number
  readonly epoch: DateTime.Utc
}): Population => {
  const { accounts, epoch, seed } = options
  const directories = { own: directory(seed, "own"), external: directory(seed, "external") }

  const unsafeMember = (index: number): Member => {
    const random = SeededRandom.make(seed, "member", index)
    const head = SeededRandom.permute(index, seed).toString(16).padStart(8, "0")
    const accountId = Identifier.AccountId.make(SeededRandom.uuid(random, head), { disableValidation: true })
    const traits = memberTraits.make(random, { seed, index })
    const { directoryId } = traits.tokenExpiresInDays === undefined ? directories.own : directories.external
    return {
      index,
      accountId,
      traits,
      createdDaysAgo: traits.updatedDaysAgo + random.between(1, 1500),
      quirk: quirk(random),
      ...person(random, { serial: String(index), directoryId })
    }
  }

  const member = (index: number): Option.Option<Member> =>
    Number.isInteger(index) && index >= 0 && index < accounts ? Option.some(unsafeMember(index)) : Option.none()

  const newcomer = (index: number): Option.Option<Person> =>
    Number.isInteger(index) && index >= 0 && index < newcomers
      ? Option.some(
          person(SeededRandom.make(seed, "newcomer", index), {
            serial: `n${index}`,
            directoryId: directories.own.directoryId
          })
        )
      : Option.none()

  return {
    accounts,
    seed,
    epoch,
    credentials: Credentials.make(seed),
    directories,
    members: {
      *[Symbol.iterator]() {
        for (let index = 0; index < accounts; index++) {
          yield unsafeMember(index)
        }
      }
    },
    member,
    find: (accountId) => {
      // The first eight digits of an id encode the index, so no lookup table is needed.
      const index = SeededRandom.invertPermutation(Number.parseInt(accountId.slice(0, 8), 16), seed)
      return Option.filter(member(index), (found) => found.accountId === accountId)
    },
    findUser: (username) => {
      const serial = /\.(n?)(\d{1,9})@/.exec(username)
      if (serial === null) {
        return Option.none()
      }
      const index = Number(serial[2])
      const found: Option.Option<Person> = serial[1] === "n" ? newcomer(index) : member(index)
      return Option.filter(found, (user) => user.username === username)
    },
    newcomer,
    password: (user) => {
      const random = SeededRandom.make(seed, "password", Number.parseInt(user.userId.slice(0, 8), 16))
      return Redacted.make(
        `${random.pick(names.passwordWords)}-${random.pick(names.passwordWords)}-${1000 + random.below(9000)}`
      )
    }
  }
}

/**
 * Returns whether a member is active, exists and is listed consistently. The user of such a member
 * can sign in.
 *
 * @example
 * ```ts
 * import { Population, Simulator } from "@effect-glowmarkt/simulator"
 * import { Effect } from "effect"
 *
 * const firstOrdinary = Effect.map(Simulator.Simulator, ({ population }) =>
 *   [...population.members].find(Population.isOrdinary)
 * )
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const isOrdinary = ({ traits }: Member): boolean =>
  traits.status === "active" && traits.inconsistency === "none" && traits.availability === "available"

const day = 24 * 60 * 60 * 1000

/**
 * Returns the instant that is this many days after the epoch, or before it if the number is
 * negative.
 *
 * @example
 * ```ts
 * import { Population } from "@effect-glowmarkt/simulator"
 * import { DateTime } from "effect"
 *
 * const population = Population.make({ accounts: 10, seed: 7, epoch: DateTime.unsafeMake("2026-01-01") })
 * const nextWeek = Population.instant(population, 7)
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const instant = (population: Population, days: number): DateTime.Utc =>
  DateTime.unsafeMake(DateTime.toEpochMillis(population.epoch) + Math.round(days * day))
