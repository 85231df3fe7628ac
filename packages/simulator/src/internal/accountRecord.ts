import type { Identifier } from "@effect-glowmarkt/core"
import * as DateTime from "effect/DateTime"
import { instant, type MaybeMissing, type Member, type Person, type Population, type Traits } from "../Population.js"

/** See `State.StatusFields`. */
export interface StatusFields {
  readonly status: string
  readonly active: boolean | undefined
}

/** See `State.AccountRecord`. */
export interface AccountRecord {
  readonly accountId: Identifier.AccountId
  readonly userId: Identifier.UserId
  readonly directoryId: Identifier.DirectoryId
  readonly username: string
  readonly name: MaybeMissing
  readonly email: MaybeMissing
  readonly createdAt: string | undefined
  readonly updatedAt: string
  readonly listed: StatusFields
  readonly live: StatusFields
  readonly availability: Traits["availability"]
  readonly directoryToken: { readonly tokenIssueDate: string; readonly tokenExpiryDate: string } | undefined
  readonly undocumented: Readonly<Record<string, unknown>> | undefined
}

/** The changes to an account since the start. */
export interface Change {
  readonly name?: string
  readonly email?: string
  readonly deactivated?: true
  readonly updatedAt?: string
}

const iso = (population: Population, days: number) => DateTime.formatIso(instant(population, days))

const oneYear = 365

/** Returns the initial record of a member. */
export const ofMember = (population: Population, member: Member): AccountRecord => {
  const { inconsistency, availability, status, tokenExpiresInDays, updatedDaysAgo } = member.traits
  const active = status !== "inactive"
  const listedStatus =
    inconsistency === "listedActive" ? "active" : inconsistency === "listedInactive" ? "inactive" : status
  const listedActive = inconsistency === "listContradictsItself" ? false : listedStatus !== "inactive"
  return {
    accountId: member.accountId,
    userId: member.userId,
    directoryId: member.directoryId,
    username: member.username,
    name: member.name,
    email: member.email,
    createdAt: member.quirk === "withoutCreatedAt" ? undefined : iso(population, -member.createdDaysAgo),
    updatedAt: iso(population, -updatedDaysAgo),
    listed: {
      status: listedStatus,
      active: member.quirk === "listedWithoutActive" && inconsistency === "none" ? undefined : listedActive
    },
    live: { status: status, active: inconsistency === "liveContradictsItself" ? false : active },
    availability,
    directoryToken:
      tokenExpiresInDays === undefined
        ? undefined
        : {
            tokenIssueDate: iso(population, Math.min(tokenExpiresInDays - oneYear, -0.5)),
            tokenExpiryDate: iso(population, tokenExpiresInDays)
          },
    undocumented: member.quirk === "undocumentedField" ? { tariffZone: "GB-14", beta: null } : undefined
  }
}

/** Returns the initial record of an added account. */
export const ofAdded = (
  person: Person,
  options: { readonly accountId: Identifier.AccountId; readonly createdAt: string }
): AccountRecord => ({
  accountId: options.accountId,
  userId: person.userId,
  directoryId: person.directoryId,
  username: person.username,
  name: person.name,
  email: person.email,
  createdAt: options.createdAt,
  updatedAt: options.createdAt,
  listed: { status: "active", active: true },
  live: { status: "active", active: true },
  availability: "available",
  directoryToken: undefined,
  undocumented: undefined
})

/** Returns the record with a change applied. */
export const applyChange = (record: AccountRecord, change: Change | undefined): AccountRecord => {
  if (change === undefined) {
    return record
  }
  const inactive = { status: "inactive", active: false }
  return {
    ...record,
    name: change.name ?? record.name,
    email: change.email ?? record.email,
    updatedAt: change.updatedAt ?? record.updatedAt,
    listed: change.deactivated ? inactive : record.listed,
    live: change.deactivated ? inactive : record.live
  }
}
