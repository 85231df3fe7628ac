/** The data that the page's script reads: written by `blocks.ts`, read by `client/`. */

export const textFields = [
  "accountId",
  "applicationId",
  "userId",
  "directoryId",
  "name",
  "username",
  "email",
  "listStatus",
  "liveStatus",
  "errorKind",
  "errorMessage"
] as const

export type TextField = (typeof textFields)[number]

export const instantFields = ["createdAt", "updatedAt", "tokenExpiryDate"] as const

export type InstantField = (typeof instantFields)[number]

// The index of a finding is its bit number.
export { type Finding, findings } from "../audit/findingNames.js"

/**
 * The text of each row, or 0 for none. If texts repeat, the distinct texts and, per row, a 1-based
 * index or 0.
 */
export type Texts =
  | ReadonlyArray<string | 0>
  | { readonly distinct: ReadonlyArray<string>; readonly at: ReadonlyArray<number> }

/** Some rows, column by column. Empty columns are omitted. */
export interface Block {
  readonly rows: number
  readonly findings: ReadonlyArray<number>
  readonly texts: { readonly [F in TextField]?: Texts }
  /** Milliseconds since 1970. */
  readonly instants: { readonly [F in InstantField]?: ReadonlyArray<number | null> }
}

export interface Head {
  readonly startedAt: number
  readonly total: number
}

/** The ids and classes that the page's script looks up. */
export const headId = "head"
export const blockClass = "block"
export const endId = "end"
