import type { Identifier } from "@effect-glowmarkt/core"
import * as DateTime from "effect/DateTime"
import { instant, type Member, type Person, type Population } from "../Population.js"
import type { AccountView } from "../State.js"

/** What was written to an account since the start. */
export interface Change {
  readonly name?: string
  readonly email?: string
  readonly deactivated?: true
  readonly updatedAt?: string
}

const iso = (population: Population, days: number) => DateTime.formatIso(instant(population, days))

const oneYear = 365

/** An account of the population, as it was at first. */
export const ofMember = (population: Population, member: Member): AccountView => {
  const { disagreement, liveAnswer, standing, tokenExpiresInDays, updatedDaysAgo } = member.traits
  const active = standing !== "inactive"
  const listedStatus =
    disagreement === "listedActive" ? "active" : disagreement === "listedInactive" ? "inactive" : standing
  const listedActive = disagreement === "listContradictsItself" ? false : listedStatus !== "inactive"
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
      active: member.quirk === "listedWithoutActive" && disagreement === "none" ? undefined : listedActive
    },
    live: { status: standing, active: disagreement === "liveContradictsItself" ? false : active },
    liveAnswer,
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

/** An account that was added, as it was then. */
export const ofAdded = (
  person: Person,
  options: { readonly accountId: Identifier.AccountId; readonly createdAt: string }
): AccountView => ({
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
  liveAnswer: "there",
  directoryToken: undefined,
  undocumented: undefined
})

/** The account after what was written to it. */
export const after = (view: AccountView, change: Change | undefined): AccountView => {
  if (change === undefined) {
    return view
  }
  const inactive = { status: "inactive", active: false }
  return {
    ...view,
    name: change.name ?? view.name,
    email: change.email ?? view.email,
    updatedAt: change.updatedAt ?? view.updatedAt,
    listed: change.deactivated ? inactive : view.listed,
    live: change.deactivated ? inactive : view.live
  }
}
