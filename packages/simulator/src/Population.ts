/**
 * Who lives in a simulator: accounts, users, directories and credentials, all
 * dictated by a seed.
 *
 * Nothing is kept in memory: a member is worked out when it is asked for, from
 * the seed and its index alone. So a million accounts cost as much as ten, and
 * account 7 is the same however many there are.
 *
 * @since 0.1.0
 */
import { Identifier } from "@effect-glowmarkt/core"
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Credentials from "./Credentials.js"
import * as Draw from "./internal/draw.js"
import * as kinds from "./internal/kinds.js"
import * as names from "./internal/names.js"

/**
 * What decides the findings about an account, as it was dealt out.
 *
 * Days are counted from the population's epoch.
 *
 * @since 0.1.0
 * @category models
 */
export interface Traits {
  /** What the account really is. `unverified` is a word nobody documented. */
  readonly standing: "active" | "inactive" | "unverified"
  /** Where list and live status, or `status` and `active`, do not agree. */
  readonly disagreement: "none" | "listedActive" | "listedInactive" | "liveContradictsItself" | "listContradictsItself"
  /** `gone`: listed, but reading it answers 404. `failsOnce`, `failsTwice`: its status answers 500 at first. */
  readonly liveAnswer: "there" | "gone" | "failsOnce" | "failsTwice"
  readonly updatedDaysAgo: number
  /** Negative when it ended already; `undefined` without an external directory. */
  readonly tokenExpiresInDays: number | undefined
}

/**
 * A field that live data leaves out, or fills with `null`, now and then.
 *
 * @since 0.1.0
 * @category models
 */
export type Spotty = string | null | undefined

/**
 * Somebody a directory knows, with or without an account.
 *
 * @since 0.1.0
 * @category models
 */
export interface Person {
  readonly userId: Identifier.UserId
  readonly username: string
  readonly directoryId: Identifier.DirectoryId
  readonly name: Spotty
  readonly email: Spotty
}

/**
 * A person with an account.
 *
 * @since 0.1.0
 * @category models
 */
export interface Member extends Person {
  readonly index: number
  readonly accountId: Identifier.AccountId
  readonly traits: Traits
  readonly createdDaysAgo: number
  /** Live data is uneven in more ways than name and email. */
  readonly quirk: "none" | "undocumentedField" | "listedWithoutActive" | "withoutCreatedAt"
}

/**
 * Where a user name and a password are known.
 *
 * @since 0.1.0
 * @category models
 */
export interface Directory {
  readonly directoryId: Identifier.DirectoryId
  readonly kind: "own" | "external"
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Population {
  readonly accounts: number
  readonly seed: number
  readonly epoch: DateTime.Utc
  readonly credentials: Credentials.Credentials
  readonly directories: { readonly own: Directory; readonly external: Directory }
  /** The members in the order of the list. */
  readonly members: Iterable<Member>
  readonly member: (index: number) => Option.Option<Member>
  readonly find: (accountId: string) => Option.Option<Member>
  /** A user by name: a member, or one of the {@link newcomers}. */
  readonly findUser: (username: string) => Option.Option<Person>
  /** Users who have no account yet, for `POST /account`: as many as one asks for, up to {@link newcomers}. */
  readonly newcomer: (index: number) => Option.Option<Person>
  /** The password a user has at first. */
  readonly password: (person: Person) => Redacted.Redacted
}

/**
 * How many users without an account there are.
 *
 * @since 0.1.0
 * @category constants
 */
export const newcomers = 100_000

const person = (
  draw: Draw.Draw,
  options: { readonly serial: string; readonly directoryId: Identifier.DirectoryId }
): Person => {
  const given = draw.pick(names.given)
  const family = draw.pick(names.family)
  const local = `${names.plain(given)}.${names.plain(family)}`
  const spotty = (text: string): Spotty => {
    const luck = draw.below(100)
    return luck < 3 ? undefined : luck < 6 ? null : text
  }
  return {
    userId: Identifier.UserId.make(Draw.uuid(draw)),
    username: `${local}.${options.serial}@homes.example`,
    directoryId: options.directoryId,
    name: spotty(`${given} ${family}`),
    email: spotty(`${local}.${options.serial}@post.example`)
  }
}

const quirk = (draw: Draw.Draw): Member["quirk"] => {
  const luck = draw.below(100)
  return luck < 5 ? "undocumentedField" : luck < 7 ? "listedWithoutActive" : luck < 8 ? "withoutCreatedAt" : "none"
}

const directory = (seed: number, kind: Directory["kind"]): Directory => ({
  directoryId: Identifier.DirectoryId.make(Draw.uuid(Draw.make(seed, "directory", kind === "own" ? 0 : 1))),
  kind
})

/**
 * The population of a seed. The same `accounts` and `seed` give the same people,
 * ids and credentials; dates are offsets from `epoch`.
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
    const draw = Draw.make(seed, "member", index)
    const head = Draw.scatter(index, seed).toString(16).padStart(8, "0")
    const accountId = Identifier.AccountId.make(Draw.uuid(draw, head), { disableValidation: true })
    const traits = kinds.traits(draw, { seed, index })
    const { directoryId } = traits.tokenExpiresInDays === undefined ? directories.own : directories.external
    return {
      index,
      accountId,
      traits,
      createdDaysAgo: traits.updatedDaysAgo + draw.between(1, 1500),
      quirk: quirk(draw),
      ...person(draw, { serial: String(index), directoryId })
    }
  }

  const member = (index: number): Option.Option<Member> =>
    Number.isInteger(index) && index >= 0 && index < accounts ? Option.some(unsafeMember(index)) : Option.none()

  const newcomer = (index: number): Option.Option<Person> =>
    Number.isInteger(index) && index >= 0 && index < newcomers
      ? Option.some(
          person(Draw.make(seed, "newcomer", index), {
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
      // The first eight digits are the index in disguise: no table to look it up in.
      const index = Draw.gather(Number.parseInt(accountId.slice(0, 8), 16), seed)
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
      const draw = Draw.make(seed, "password", Number.parseInt(user.userId.slice(0, 8), 16))
      return Redacted.make(`${draw.pick(names.words)}-${draw.pick(names.words)}-${1000 + draw.below(9000)}`)
    }
  }
}

const day = 24 * 60 * 60 * 1000

/**
 * An instant some days from the epoch; before it when negative.
 *
 * @since 0.1.0
 * @category dates
 */
export const instant = (population: Population, days: number): DateTime.Utc =>
  DateTime.unsafeMake(DateTime.toEpochMillis(population.epoch) + Math.round(days * day))
