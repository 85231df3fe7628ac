import type * as KeyValueStore from "@effect/platform/KeyValueStore"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { IssuedToken } from "../../AuthApi.js"

/** A token and its end, in seconds since 1970. A token without an end holds until it is refused. */
export const Issued = Schema.Struct({
  token: IssuedToken,
  exp: Schema.optionalWith(Schema.Int, { exact: true })
})

export interface Issued extends Schema.Schema.Type<typeof Issued> {}

/** Where a token outlives the process. */
export interface TokenCache {
  readonly load: Effect.Effect<Option.Option<Issued>>
  readonly save: (issued: Issued) => Effect.Effect<void>
  readonly clear: Effect.Effect<void>
}

export const none: TokenCache = { load: Effect.succeedNone, save: () => Effect.void, clear: Effect.void }

/**
 * A failing store (an error, a defect, an invalid entry or a timeout) never fails the call: a new
 * token can always be obtained.
 */
const harmless = <A>(what: string, otherwise: A, self: Effect.Effect<A, unknown>): Effect.Effect<A> =>
  self.pipe(
    // A store that does not let itself be interrupted is left behind.
    Effect.disconnect,
    Effect.timeout("5 seconds"),
    Effect.catchAllCause((cause) =>
      Cause.isInterruptedOnly(cause)
        ? Effect.interrupt
        : Effect.as(Effect.logWarning(`the cached session could not be ${what}; continuing without it`), otherwise)
    )
  )

export const make = (store: KeyValueStore.KeyValueStore, key: string): TokenCache => {
  const tokens = store.forSchema(Issued)
  return {
    load: harmless("read", Option.none(), tokens.get(key)),
    save: (issued) => harmless("written", undefined, tokens.set(key, issued)),
    clear: harmless("removed", undefined, store.remove(key))
  }
}
