/**
 * The credentials that a simulator accepts, derived from its seed.
 *
 * @since 0.1.0
 */
import { Identifier } from "@effect-glowmarkt/core"
import * as Redacted from "effect/Redacted"
import * as SeededRandom from "./internal/seededRandom.js"

/**
 * A key and its secret, for HTTP Basic.
 *
 * @since 0.1.0
 * @category models
 */
export interface KeyPair {
  readonly key: string
  readonly secret: Redacted.Redacted
}

/**
 * The credentials of administrators. The user names and passwords of users are in the `Population`.
 *
 * @since 0.1.0
 * @category models
 */
export interface Credentials {
  readonly applicationId: Identifier.ApplicationId
  readonly appKeys: KeyPair
  readonly orgAppKeys: KeyPair
  readonly devUserToken: Redacted.Redacted
  /** `POST /devauth` exchanges these for the `devUserToken`. */
  readonly developer: { readonly username: string; readonly password: Redacted.Redacted }
}

/**
 * Derives the credentials from a seed.
 *
 * @example
 * ```ts
 * import { Credentials } from "@effect-glowmarkt/simulator"
 *
 * const { appKeys, orgAppKeys } = Credentials.make(7)
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (seed: number): Credentials => {
  const random = SeededRandom.make(seed, "credentials", 0)
  const pair = (): KeyPair => ({ key: SeededRandom.uuid(random), secret: Redacted.make(random.hex(40)) })
  return {
    applicationId: Identifier.ApplicationId.make(SeededRandom.uuid(random)),
    appKeys: pair(),
    orgAppKeys: pair(),
    devUserToken: Redacted.make(random.hex(64)),
    developer: { username: "developer@homes.example", password: Redacted.make(random.hex(16)) }
  }
}

/**
 * Returns the value of the `authorization` header for a key pair.
 *
 * @example
 * ```ts
 * import { Credentials } from "@effect-glowmarkt/simulator"
 * import { Redacted } from "effect"
 *
 * const header = Redacted.value(Credentials.basic(Credentials.make(7).appKeys))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const basic = (pair: KeyPair): Redacted.Redacted =>
  Redacted.make(`Basic ${Buffer.from(`${pair.key}:${Redacted.value(pair.secret)}`).toString("base64")}`)
