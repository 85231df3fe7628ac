/**
 * The user tokens a simulator has issued: JWTs signed with HS256 whose claims are
 * `tokenHash`, `iat` and `exp`, as the provider's are.
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
 * A token, and the second since 1970 at which it ends.
 *
 * @since 0.1.0
 * @category models
 */
export interface Issued {
  readonly token: Redacted.Redacted
  readonly exp: number
}

/**
 * Whom a live token speaks for, and until when.
 *
 * @since 0.1.0
 * @category models
 */
export interface Holder {
  readonly accountId: Identifier.AccountId
  readonly exp: number
}

/**
 * @since 0.1.0
 * @category models
 */
export interface TokensService {
  readonly issue: (accountId: Identifier.AccountId) => Effect.Effect<Issued>
  /** None for a token that was never issued, has ended or was revoked. */
  readonly holder: (token: string) => Effect.Effect<Option.Option<Holder>>
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
 * Tokens of one seed. The clock is Effect's, so a test can let them end.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (options: { readonly seed: number; readonly lifetime: Duration.Duration }): TokensService => {
  const holders = new Map<string, Holder>()
  const key = createHash("sha256").update(`simulator ${options.seed}`).digest()
  let issued = 0

  return {
    issue: (accountId) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        const iat = Math.floor(now / 1000)
        const exp = Math.floor((now + Duration.toMillis(options.lifetime)) / 1000)
        issued += 1
        // The count makes two tokens of one second different, as the provider's are.
        const tokenHash = createHash("sha256").update(`${options.seed} ${issued} ${accountId}`).digest("hex")
        const signed = `${header}.${base64url({ tokenHash, iat, exp })}`
        const token = `${signed}.${createHmac("sha256", key).update(signed).digest("base64url")}`
        holders.set(token, { accountId, exp })
        return { token: Redacted.make(token), exp }
      }),
    holder: (token) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        const holder = holders.get(token)
        if (holder === undefined) {
          return Option.none()
        }
        if (holder.exp * 1000 <= now) {
          holders.delete(token)
          return Option.none()
        }
        return Option.some(holder)
      }),
    revoke: (token) => Effect.sync(() => void holders.delete(token)),
    reset: Effect.sync(() => holders.clear())
  }
}
