/**
 * What a simulator says of itself: all that a client in another process needs.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { Simulator } from "./Simulator.js"

const KeyPair = Schema.Struct({ key: Schema.String, secret: Schema.String })

/**
 * One line of JSON. The secrets in it are plain: they open nothing but the
 * simulator.
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
 * The announcement as text, and back.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Line = Schema.parseJson(Announcement)

const handful = 5

/**
 * The announcement of the running simulator. Its users are the first few who can
 * sign in and whose accounts nothing is wrong with.
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
      const { disagreement, liveAnswer, standing } = member.traits
      if (standing === "active" && disagreement === "none" && liveAnswer === "there") {
        users.push({
          username: member.username,
          password: Redacted.value(population.password(member)),
          accountId: member.accountId
        })
      }
      if (users.length === handful) {
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
