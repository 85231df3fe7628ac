import type { Identifier } from "@effect-glowmarkt/core"
import type { AccountRecord } from "../State.js"

// The contract's schemas would remove the `null`s, gaps and undocumented fields of live data, so
// the JSON is built directly. `JSON.stringify` omits fields that are `undefined`.

/** Returns an account as the list and `GET /account/{accountId}` show it. */
export const account = (view: AccountRecord, applicationId: Identifier.ApplicationId) => ({
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

/** Returns an account as `GET /account/{accountId}/status` shows it. */
export const status = (view: AccountRecord, applicationId: Identifier.ApplicationId) => ({
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
 * Streams the list as one JSON array in chunks of 250 accounts, so that it is never in memory as a
 * whole.
 */
export function* list(
  views: Iterable<AccountRecord>,
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
  yield Buffer.from(parts.length === 0 && opening === "," ? "]" : `${opening}${parts.join(",")}]`)
}
