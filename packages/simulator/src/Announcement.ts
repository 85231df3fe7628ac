/**
 * Describes a running simulator to clients in other processes: URL, credentials and a few users.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { isOrdinary } from "./Population.js"
import { Simulator } from "./Simulator.js"

const KeyPair = Schema.Struct({ key: Schema.String, secret: Schema.String })

/**
 * URL, credentials and users of a simulator. Secrets are plain text, because they are valid only
 * for the simulator.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Announcement = Schema.Struct({
  url: Schema.String,
  applicationId: Schema.String,
  appKeys: KeyPair,
  orgAppKeys: KeyPair,
  devUserToken: Schema.String,
  users: Schema.Array(Schema.Struct({ username: Schema.String, password: Schema.String, accountId: Schema.String })),
  accounts: Schema.Int,
  seed: Schema.Int,
  docs: Schema.String
}).annotations({ identifier: "Announcement" })

/**
 * @since 0.1.0
 * @category models
 */
export interface Announcement extends Schema.Schema.Type<typeof Announcement> {}

/**
 * An announcement, encoded as one line of JSON.
 *
 * @example
 * ```ts
 * import { Announcement } from "@effect-glowmarkt/simulator"
 * import { Schema } from "effect"
 *
 * const decode = Schema.decode(Announcement.Json)
 * ```
 *
 * @since 0.1.0
 * @category schemas
 */
export const Json = Schema.parseJson(Announcement)

const userCount = 5

/**
 * Returns the announcement of the running simulator. Its users are the first five members for which
 * `Population.isOrdinary` holds, so they can sign in.
 *
 * @example
 * ```ts
 * import { Announcement, Simulator } from "@effect-glowmarkt/simulator"
 * import { Effect } from "effect"
 *
 * const announced = Announcement.make.pipe(Effect.provide(Simulator.layer({ accounts: 10 })))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make: Effect.Effect<Announcement, never, Simulator> = Effect.map(
  Simulator,
  ({ docsUrl, population, url }) => {
    const { appKeys, applicationId, devUserToken, orgAppKeys } = population.credentials
    const plain = (pair: typeof appKeys) => ({ key: pair.key, secret: Redacted.value(pair.secret) })
    const users: Array<Announcement["users"][number]> = []
    for (const member of population.members) {
      if (isOrdinary(member)) {
        users.push({
          username: member.username,
          password: Redacted.value(population.password(member)),
          accountId: member.accountId
        })
      }
      if (users.length === userCount) {
        break
      }
    }
    return {
      url,
      applicationId,
      appKeys: plain(appKeys),
      orgAppKeys: plain(orgAppKeys),
      devUserToken: Redacted.value(devUserToken),
      users,
      accounts: population.accounts,
      seed: population.seed,
      docs: docsUrl
    }
  }
)
