/**
 * The credentials a simulator accepts, dictated by its seed.
 *
 * @since 0.1.0
 */
import { Identifier } from "@effect-glowmarkt/core"
import * as Redacted from "effect/Redacted"
import * as Draw from "./internal/draw.js"

/**
 * A key and its secret: what HTTP Basic sends.
 *
 * @since 0.1.0
 * @category models
 */
export interface KeyPair {
  readonly key: string
  readonly secret: Redacted.Redacted
}

/**
 * What an administrator may present. Users' names and passwords belong to the
 * population.
 *
 * @since 0.1.0
 * @category models
 */
export interface Credentials {
  readonly applicationId: Identifier.ApplicationId
  readonly appKeys: KeyPair
  readonly orgAppKeys: KeyPair
  readonly devUserToken: Redacted.Redacted
  /** What `POST /devauth` gives the {@link devUserToken} for. */
  readonly developer: { readonly username: string; readonly password: Redacted.Redacted }
}

/**
 * The credentials of a seed.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (seed: number): Credentials => {
  const draw = Draw.make(seed, "credentials", 0)
  const pair = (): KeyPair => ({ key: Draw.uuid(draw), secret: Redacted.make(draw.hex(40)) })
  return {
    applicationId: Identifier.ApplicationId.make(Draw.uuid(draw)),
    appKeys: pair(),
    orgAppKeys: pair(),
    devUserToken: Redacted.make(draw.hex(64)),
    developer: { username: "developer@homes.example", password: Redacted.make(draw.hex(16)) }
  }
}

/**
 * The `authorization` header of a key pair.
 *
 * @since 0.1.0
 * @category headers
 */
export const basic = (pair: KeyPair): Redacted.Redacted =>
  Redacted.make(`Basic ${Buffer.from(`${pair.key}:${Redacted.value(pair.secret)}`).toString("base64")}`)
