/**
 * Runs the commands of `glowmarkt database`.
 *
 * @since 0.1.0
 */
import * as Database from "@effect-glowmarkt/cluster/Database"
import * as Effect from "effect/Effect"
import type { Form } from "../../args/Flags.js"
import type { StoreFlags } from "../../args/RunFlags.js"
import { Unfinished, UsageError } from "../../exit/CommandError.js"
import * as ClusterLayer from "../../run/ClusterLayer.js"
import * as StoreSelection from "../../run/StoreSelection.js"
import * as Output from "../../terminal/Output.js"
import * as Table from "../../terminal/Table.js"

interface DatabaseOptions extends Pick<StoreFlags, "database"> {
  readonly form: Form
}

const meaning = ({ latestVersion, version }: Database.Status) => {
  if (version === latestVersion) return "up to date"
  if (version === 0) return "no tables yet"
  return version < latestVersion
    ? `older than this program's ${latestVersion}`
    : `newer than this program's ${latestVersion}`
}

const facts = (status: Database.Status) =>
  Table.facts([
    ["Database", status.location],
    ["Version", `${status.version} (${meaning(status)})`],
    ["Shards", status.settings === undefined ? undefined : String(status.settings.shards)],
    ["Locks", status.settings === undefined ? undefined : `${status.settings.lockSeconds} s`]
  ])

const show = (form: Form, status: Database.Status) =>
  form === "json" ? Output.json(status) : Output.data(facts(status))

/**
 * @since 0.1.0
 * @category running
 */
export const check = Effect.fn("glowmarkt.database.check")(function* ({ form, ...flags }: DatabaseOptions) {
  const database = yield* StoreSelection.selectDatabase(flags)
  const status = yield* Effect.provide(Database.check(database.url.location), ClusterLayer.client(database))
  yield* show(form, status)
  if (status.version < status.latestVersion) {
    return yield* new Unfinished({ message: "Create or update the tables with glowmarkt database migrate." })
  }
  if (status.version > status.latestVersion) {
    return yield* new UsageError({ message: "The tables were made by a newer version.\nUpdate glowmarkt." })
  }
})

/**
 * @since 0.1.0
 * @category running
 */
export const migrate = Effect.fn("glowmarkt.database.migrate")(function* ({ form, ...flags }: DatabaseOptions) {
  const database = yield* StoreSelection.selectDatabase(flags)
  const status = yield* Effect.provide(Database.migrate(database.url.location), ClusterLayer.client(database))
  yield* show(form, status)
})
