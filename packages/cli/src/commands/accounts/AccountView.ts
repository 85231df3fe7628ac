/**
 * Accounts as text for people.
 *
 * @since 0.1.0
 */
import type { Account } from "@effect-glowmarkt/core"
import type * as DateTime from "effect/DateTime"
import * as Stream from "effect/Stream"
import * as Format from "../../terminal/Format.js"
import type { Layout } from "../../terminal/Output.js"
import * as Table from "../../terminal/Table.js"

const instant = (at: DateTime.Utc | undefined): string | undefined =>
  at === undefined ? undefined : Format.instant(at)

const activity = (active: boolean | undefined) => (active === undefined ? undefined : active ? "yes" : "no")

/**
 * @since 0.1.0
 * @category reports
 */
export const account = (account: Account.Account): string =>
  Table.facts([
    ["Account", account.accountId],
    ["Name", account.name],
    ["User name", account.username],
    ["E-mail", account.email],
    ["Status", account.status],
    ["Active", activity(account.active)],
    ["Application", account.applicationId],
    ["Directory", account.directoryId],
    ["User", account.userId],
    ["Created", instant(account.createdAt)],
    ["Updated", instant(account.updatedAt)]
  ])

/**
 * @since 0.1.0
 * @category reports
 */
export const status = (status: Account.AccountStatus): string =>
  Table.facts([
    ["Account", status.accountId],
    ["Status", status.status],
    ["Active", activity(status.active)],
    ["Application", status.applicationId],
    ["Directory", status.directoryId],
    ["Created", instant(status.createdAt)],
    ["Updated", instant(status.updatedAt)],
    ["Directory token issued", instant(status.directory?.data?.tokenIssueDate)],
    ["Directory token expires", instant(status.directory?.data?.tokenExpiryDate)]
  ])

/**
 * Formats accounts as a table. Each element of the stream holds many lines.
 *
 * @since 0.1.0
 * @category reports
 */
export const list = <E, R>(
  accounts: Stream.Stream<Account.Account, E, R>,
  layout: Layout
): Stream.Stream<string, E, R> =>
  Table.stream(
    [
      { title: "ACCOUNT", width: "fixed" },
      { title: "STATUS", width: "fixed" },
      { title: "NAME", width: "flexible" },
      { title: "USER NAME", width: "flexible" }
    ],
    Stream.map(accounts, ({ accountId, name = "", status = "", username = "" }) => [accountId, status, name, username]),
    layout
  )
