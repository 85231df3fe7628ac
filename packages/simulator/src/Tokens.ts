/**
 * The user tokens that a simulator has issued: JWTs signed with HS256. They have the same claims as
 * the provider's: `tokenHash`, `iat` and `exp`. `Simulator.ts` sets how long they are valid.
 *
 * @since 0.1.0
 */

import { createHash, createHmac } from "node:crypto"
import type { Identifier } from "@effect-glowmarkt/core"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"

/**
 * A token and its expiry, in seconds since 1970.
 *
 * @since 0.1.0
 * @category models
 */
export interface IssuedToken {
  readonly token: Redacted.Redacted
  readonly exp: number
}

/**
 * The account of a valid token and its expiry, in seconds since 1970.
 *
 * @since 0.1.0
 * @category models
 */
export interface TokenOwner {
  readonly accountId: Identifier.AccountId
  readonly exp: number
}

/**
 * @since 0.1.0
 * @category models
 */
export interface TokensService {
  /** Issues a token for an account. */
  readonly issue: (accountId: Identifier.AccountId) => Effect.Effect<IssuedToken>
  /**
   * Returns the owner of a token, or `None` if the token was not issued, has expired or was
   * revoked.
   */
  readonly verify: (token: string) => Effect.Effect<Option.Option<TokenOwner>>
  /** Makes a token invalid. */
  readonly revoke: (token: string) => Effect.Effect<void>
  readonly reset: Effect.Effect<void>
}

/**
 * @since 0.1.0
 * @category services
 */
export class Tokens extends Context.Tag("@effect-glowmarkt/simulator/Tokens")<Tokens, TokensService>() {}

const base64url = (json: unknown) => Buffer.from(JSON.stringify(json)).toString("base64url")

const header = base64url({ alg: "HS256", typ: "JWT" })

/**
 * Makes a token issuer. Tokens expire by Effect's clock.
 *
 * @example
 * ```ts
 * import { Tokens } from "@effect-glowmarkt/simulator"
 * import { Duration } from "effect"
 *
 * const tokens = Tokens.make({ seed: 7, lifetime: Duration.hours(1) })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (options: { readonly seed: number; readonly lifetime: Duration.Duration }): TokensService => {
  const owners = new Map<string, TokenOwner>()
  const key = createHash("sha256").update(`simulator ${options.seed}`).digest()
  let issued = 0

  return {
    issue: (accountId) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        const iat = Math.floor(now / 1000)
        const exp = Math.floor((now + Duration.toMillis(options.lifetime)) / 1000)
        issued += 1
        // The counter makes tokens that were issued in the same second differ, as the provider's
        // do.
        const tokenHash = createHash("sha256").update(`${options.seed} ${issued} ${accountId}`).digest("hex")
        const signed = `${header}.${base64url({ tokenHash, iat, exp })}`
        const token = `${signed}.${createHmac("sha256", key).update(signed).digest("base64url")}`
        owners.set(token, { accountId, exp })
        return { token: Redacted.make(token), exp }
      }),
    verify: (token) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        const owner = owners.get(token)
        if (owner === undefined) {
          return Option.none()
        }
        if (owner.exp * 1000 <= now) {
          owners.delete(token)
          return Option.none()
        }
        return Option.some(owner)
      }),
    revoke: (token) => Effect.sync(() => void owners.delete(token)),
    reset: Effect.sync(() => owners.clear())
  }
}
