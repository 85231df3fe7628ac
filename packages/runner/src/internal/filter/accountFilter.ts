/** The types of `AccountFilter`. */
import type * as DateTime from "effect/DateTime"
import type * as Duration from "effect/Duration"

/**
 * Fields that hold text.
 *
 * @since 0.1.0
 * @category models
 */
export type TextField =
  | "status"
  | "name"
  | "username"
  | "email"
  | "accountId"
  | "userId"
  | "directoryId"
  | "applicationId"

/**
 * Fields that hold an instant.
 *
 * @since 0.1.0
 * @category models
 */
export type InstantField = "createdAt" | "updatedAt"

/**
 * Every field a filter can test.
 *
 * @since 0.1.0
 * @category models
 */
export type Field = TextField | InstantField | "active"

/**
 * A day, an instant, or a duration before the start of the run.
 *
 * @since 0.1.0
 * @category models
 */
export type Moment =
  | { readonly _tag: "Day"; readonly start: DateTime.Utc }
  | { readonly _tag: "Instant"; readonly at: DateTime.Utc }
  | { readonly _tag: "Ago"; readonly duration: Duration.Duration }

/**
 * A parsed filter. Build one with `AccountFilter.parse`.
 *
 * @since 0.1.0
 * @category models
 */
export type AccountFilter =
  | { readonly _tag: "And" | "Or"; readonly left: AccountFilter; readonly right: AccountFilter }
  | { readonly _tag: "Not"; readonly filter: AccountFilter }
  | { readonly _tag: "Is"; readonly field: Field; readonly presence: "missing" | "present" }
  | { readonly _tag: "OneOf"; readonly field: TextField; readonly values: ReadonlyArray<string> }
  | { readonly _tag: "Contains"; readonly field: TextField; readonly value: string }
  | { readonly _tag: "Flag"; readonly field: "active"; readonly value: boolean }
  | {
      readonly _tag: "When"
      readonly field: InstantField
      readonly order: "=" | "<" | "<=" | ">" | ">="
      readonly moment: Moment
    }
