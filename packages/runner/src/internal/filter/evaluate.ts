/** Evaluates a filter for an account. */
import { type Account, isActive } from "@effect-glowmarkt/core/Account"
import { canonical } from "@effect-glowmarkt/core/Identifier"
import * as DateTime from "effect/DateTime"
import { statusWord } from "../../AuditRow.js"
import type { AccountFilter, Field, Moment, TextField } from "./accountFilter.js"

type Predicate = (account: Account) => boolean

const dayMillis = 86_400_000

/** Returns the half-open interval of milliseconds that a moment covers. */
const interval = (moment: Moment, now: DateTime.Utc): readonly [from: number, to: number] => {
  switch (moment._tag) {
    case "Day": {
      const from = DateTime.toEpochMillis(moment.start)
      return [from, from + dayMillis]
    }
    case "Instant": {
      const at = DateTime.toEpochMillis(moment.at)
      return [at, at + 1]
    }
    case "Ago": {
      const at = DateTime.toEpochMillis(DateTime.subtractDuration(now, moment.duration))
      return [at, at + 1]
    }
  }
}

const orders: Record<
  Extract<AccountFilter, { readonly _tag: "When" }>["order"],
  (at: number, from: number, to: number) => boolean
> = {
  "=": (at, from, to) => at >= from && at < to,
  "<": (at, from) => at < from,
  "<=": (at, _, to) => at < to,
  ">": (at, _, to) => at >= to,
  ">=": (at, from) => at >= from
}

/**
 * Returns the value of a field as the audit shows it, or `undefined` if the account does not have
 * the field.
 */
const textOf = (account: Account, field: TextField): string | undefined =>
  field === "status" ? statusWord(account) : account[field]

const valueOf = (account: Account, field: Field): unknown =>
  field === "status" ? statusWord(account) : field === "active" ? isActive(account) : account[field]

const fold = (text: string) => text.toLocaleLowerCase("en")

export const matches = (filter: AccountFilter, now: DateTime.Utc): Predicate => {
  switch (filter._tag) {
    case "And": {
      const [left, right] = [matches(filter.left, now), matches(filter.right, now)]
      return (account) => left(account) && right(account)
    }
    case "Or": {
      const [left, right] = [matches(filter.left, now), matches(filter.right, now)]
      return (account) => left(account) || right(account)
    }
    case "Not": {
      const inner = matches(filter.filter, now)
      return (account) => !inner(account)
    }
    case "Is": {
      const { field, presence } = filter
      return (account) => (valueOf(account, field) === undefined) === (presence === "missing")
    }
    case "OneOf": {
      const { field } = filter
      const values = new Set(filter.values.map((value) => fold(canonical(value))))
      return (account) => {
        const text = textOf(account, field)
        return text !== undefined && values.has(fold(canonical(text)))
      }
    }
    case "Contains": {
      const { field } = filter
      const value = fold(filter.value)
      return (account) => fold(textOf(account, field) ?? "").includes(value)
    }
    case "Flag":
      return (account) => isActive(account) === filter.value
    case "When": {
      const { field, moment } = filter
      const [from, to] = interval(moment, now)
      const holds = orders[filter.order]
      return (account) => {
        const at = account[field]
        return at !== undefined && holds(DateTime.toEpochMillis(at), from, to)
      }
    }
  }
}
