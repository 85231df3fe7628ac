import type { Identifier } from "@effect-glowmarkt/core"
import type { AccountView } from "../State.js"

// Accounts are written by hand, not through the contract's schemas: live data
// has `null`s, holes and fields that nobody documented, which a schema would
// tidy away. (`JSON.stringify` leaves `undefined` out.)

/** An account as the list and `GET /account/{accountId}` show it. */
export const account = (view: AccountView, applicationId: Identifier.ApplicationId) => ({
  accountId: view.accountId,
  applicationId,
  userId: view.userId,
  directoryId: view.directoryId,
  username: view.username,
  name: view.name,
  email: view.email,
  status: view.listed.status,
  active: view.listed.active,
  createdAt: view.createdAt,
  updatedAt: view.updatedAt,
  ...view.undocumented
})

/** An account as its status, read afresh, shows it. */
export const status = (view: AccountView, applicationId: Identifier.ApplicationId) => ({
  status: view.live.status,
  active: view.live.active,
  accountId: view.accountId,
  applicationId,
  directoryId: view.directoryId,
  createdAt: view.createdAt,
  updatedAt: view.updatedAt,
  directory: view.directoryToken === undefined ? undefined : { data: view.directoryToken }
})

const perChunk = 250

/**
 * The list as the bytes of one JSON array, a few hundred accounts at a time:
 * however long it is, it is never in memory as a whole.
 */
export function* list(
  views: Iterable<AccountView>,
  applicationId: Identifier.ApplicationId
): Generator<Uint8Array, void> {
  let parts: Array<string> = []
  let opening = "["
  for (const view of views) {
    parts.push(JSON.stringify(account(view, applicationId)))
    if (parts.length === perChunk) {
      yield Buffer.from(opening + parts.join(","))
      opening = ","
      parts = []
    }
  }
  // After a full chunk and nothing more, only the bracket is left to close.
  yield Buffer.from(parts.length === 0 && opening === "," ? "]" : `${opening}${parts.join(",")}]`)
}
