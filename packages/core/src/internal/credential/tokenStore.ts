import type * as KeyValueStore from "@effect/platform/KeyValueStore"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { IssuedToken } from "../../AuthApi.js"

/**
 * A token and its expiry in seconds since 1970. A token without `exp` is used until it is refused.
 */
export const Issued = Schema.Struct({
  token: IssuedToken,
  exp: Schema.optionalWith(Schema.Int, { exact: true })
})

export interface Issued extends Schema.Schema.Type<typeof Issued> {}

/**
 * Stores a session's token so that later processes can use it. `session.ts` decides when it is
 * renewed.
 */
export interface TokenStore {
  readonly load: Effect.Effect<Option.Option<Issued>>
  readonly save: (issued: Issued) => Effect.Effect<void>
  readonly clear: Effect.Effect<void>
}

export const none: TokenStore = { load: Effect.succeedNone, save: () => Effect.void, clear: Effect.void }

/**
 * Logs any failure of the store (an error, a defect, an invalid entry or a timeout). The session
 * can always obtain a new token.
 */
const logFailure = <A>(what: string, otherwise: A, self: Effect.Effect<A, unknown>): Effect.Effect<A> =>
  self.pipe(
    // Does not wait for a store that cannot be interrupted.
    Effect.disconnect,
    Effect.timeout("5 seconds"),
    Effect.catchAllCause((cause) =>
      Cause.isInterruptedOnly(cause)
        ? Effect.interrupt
        : Effect.as(Effect.logWarning(`the cached session could not be ${what}; continuing without it`), otherwise)
    )
  )

export const make = (store: KeyValueStore.KeyValueStore, key: string): TokenStore => {
  const tokens = store.forSchema(Issued)
  return {
    load: logFailure("read", Option.none(), tokens.get(key)),
    save: (issued) => logFailure("written", undefined, tokens.set(key, issued)),
    clear: logFailure("removed", undefined, store.remove(key))
  }
}
