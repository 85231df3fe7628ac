/** What the page's script reads: written by `blocks.ts`, read by `client/`. */

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

/** In the order of a row's findings: the place of a finding here is its bit. */
export const findings = [
  "healthy",
  "inactive",
  "unrecognised",
  "mismatch",
  "tokenExpired",
  "tokenExpiring",
  "dormant",
  "missing",
  "denied",
  "undetermined"
] as const

export type Finding = (typeof findings)[number]

/** Each text, or 0 for none; or where few texts come up often, those and for each row the place in them, from 1, or 0 for none. */
export type Texts =
  | ReadonlyArray<string | 0>
  | { readonly distinct: ReadonlyArray<string>; readonly at: ReadonlyArray<number> }

/** Some rows, a column at a time. A column without any value is left out. */
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

/** The ids and classes that the script looks for. */
export const headId = "head"
export const blockClass = "block"
export const endId = "end"
