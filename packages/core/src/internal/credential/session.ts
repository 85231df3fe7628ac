/**
 * Decides when to sign in, for `UserSession` and `DevUserSession`: on the first call, shortly before
 * the token expires, and after it is refused. Concurrent calls share one sign-in. `tokenStore.ts`
 * keeps the token for the next process.
 */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberId from "effect/FiberId"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as CallOptions from "../../CallOptions.js"
import type { Credential, Grant } from "../../Credential.js"
import type { CallError } from "../../GlowmarktError.js"
import type { Issued, TokenStore } from "./tokenStore.js"

interface ActiveToken<G> {
  readonly grant: G
  readonly token: Redacted.Redacted
  /** When to stop using the token, in milliseconds since 1970. */
  readonly staleAt: number
}

/**
 * Returns when to renew a token: a minute before it expires, because clocks differ, or after nine
 * tenths of the time left if that is later.
 */
const staleAt = (nowMillis: number, exp: number | undefined): number => {
  if (exp === undefined) return Number.POSITIVE_INFINITY
  const end = exp * 1000
  // A new token that has expired shows that the clocks differ. It is used until it is refused.
  if (end <= nowMillis) return Number.POSITIVE_INFINITY
  return end - Math.min(60_000, (end - nowMillis) / 10)
}

// Repeated sign-ins with a refused password may lock the account. If a new token was refused, the
// next one would probably be refused, too.
const refusalMillis = 30_000

export interface Session<G extends Grant> extends Credential<G> {
  /** Revokes the token, if there is one, and then forgets it. Keeps the token if revoking fails. */
  readonly end: <E>(revoke: (token: Redacted.Redacted) => Effect.Effect<void, E>) => Effect.Effect<void, E>
  /** Allows a new sign-in at once. Run it when the password changes. */
  readonly forgetRefusal: Effect.Effect<void>
}

/**
 * Makes a credential that signs in on the first call, renews its token before it expires, and
 * renews it again if it is refused early.
 */
export const make = <G extends Grant>(options: {
  readonly caller: Credential<G>["caller"]
  readonly signIn: Effect.Effect<Issued, CallError>
  readonly grant: (token: Redacted.Redacted) => G
  readonly store: TokenStore
}): Effect.Effect<Session<G>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const scope = yield* Effect.scope
    let active = Option.none<ActiveToken<G>>()
    let obtaining = Option.none<Deferred.Deferred<G, CallError>>()
    let ending = Option.none<Deferred.Deferred<void>>()
    let refusal = Option.none<{ readonly error: CallError; readonly until: number }>()
    let replacedAt = Number.NEGATIVE_INFINITY
    // The store is read once: a token that was refused must not be loaded again.
    let mayLoad = true

    const activate = (issued: Issued) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        const obtained = {
          grant: options.grant(issued.token),
          token: issued.token,
          staleAt: staleAt(now, issued.exp)
        }
        active = Option.some(obtained)
        return obtained
      })

    const loadStored = Effect.gen(function* () {
      if (!mayLoad) return Option.none<ActiveToken<G>>()
      mayLoad = false
      const issued = yield* options.store.load
      if (Option.isNone(issued)) return Option.none<ActiveToken<G>>()
      const now = yield* Clock.currentTimeMillis
      const { exp } = issued.value
      return exp !== undefined && exp * 1000 <= now + 60_000
        ? Option.none<ActiveToken<G>>()
        : Option.some(yield* activate(issued.value))
    })

    const obtain = Effect.gen(function* () {
      const stored = yield* loadStored
      if (Option.isSome(stored)) return stored.value.grant
      const now = yield* Clock.currentTimeMillis
      if (Option.isSome(refusal) && now < refusal.value.until) return yield* Effect.fail(refusal.value.error)
      const issued = yield* Effect.tapError(options.signIn, (error) =>
        Effect.sync(() => {
          if (error._tag === "AccessDenied") refusal = Option.some({ error, until: now + refusalMillis })
        })
      )
      yield* options.store.save(issued)
      return (yield* activate(issued)).grant
    })

    // The sign-in runs in its own fiber with default options, because the first call may be
    // interrupted or have a short timeout while others wait for the same sign-in.
    const shared: Effect.Effect<G, CallError> = Effect.uninterruptibleMask((restore) =>
      Effect.suspend(() => {
        // A token obtained now would be forgotten without being revoked.
        if (Option.isSome(ending)) return restore(Effect.zipRight(Deferred.await(ending.value), shared))
        if (Option.isSome(obtaining)) return restore(Deferred.await(obtaining.value))
        const deferred = Deferred.unsafeMake<G, CallError>(FiberId.none)
        obtaining = Option.some(deferred)
        return Effect.interruptible(obtain).pipe(
          Effect.provideService(CallOptions.CallOptions, CallOptions.none),
          Effect.onExit((exit) =>
            Effect.suspend(() => {
              obtaining = Option.none()
              return Deferred.done(deferred, exit)
            })
          ),
          Effect.forkIn(scope),
          Effect.zipRight(restore(Deferred.await(deferred)))
        )
      })
    )

    const fresh = (now: number) =>
      Option.isSome(active) && now < active.value.staleAt && Option.isNone(ending)
        ? Option.some(active.value.grant)
        : Option.none()

    const current = Effect.flatMap(Clock.currentTimeMillis, (now) =>
      Option.match(fresh(now), { onNone: () => shared, onSome: Effect.succeed })
    )

    const revokeAndForget = <E>(revoke: (token: Redacted.Redacted) => Effect.Effect<void, E>) =>
      Effect.gen(function* () {
        // The tokens of a pending sign-in and of the store must be revoked, too.
        if (Option.isSome(obtaining)) yield* Effect.exit(Deferred.await(obtaining.value))
        if (Option.isNone(active)) yield* loadStored
        if (Option.isSome(active)) {
          yield* revoke(active.value.token)
          active = Option.none()
        }
        mayLoad = false
        replacedAt = Number.NEGATIVE_INFINITY
        yield* options.store.clear
      })

    const end: Session<G>["end"] = (revoke) =>
      Effect.uninterruptibleMask((restore) =>
        Effect.suspend(() => {
          if (Option.isSome(ending)) return restore(Effect.zipRight(Deferred.await(ending.value), end(revoke)))
          const gate = Deferred.unsafeMake<void>(FiberId.none)
          ending = Option.some(gate)
          return Effect.ensuring(
            restore(revokeAndForget(revoke)),
            Effect.suspend(() => {
              ending = Option.none()
              return Deferred.done(gate, Exit.void)
            })
          )
        })
      )

    return {
      caller: options.caller,
      current,
      peek: fresh,
      replace: (refused) =>
        Effect.flatMap(Clock.currentTimeMillis, (now) => {
          // If the active token is not the refused one, another call has already replaced it.
          if (Option.isSome(active) && active.value.grant === refused) {
            if (now < replacedAt + refusalMillis) return Effect.succeedNone
            replacedAt = now
            active = Option.none()
          }
          return Effect.asSome(current)
        }),
      forgetRefusal: Effect.sync(() => {
        refusal = Option.none()
        // A password change may invalidate the tokens obtained before it.
        replacedAt = Number.NEGATIVE_INFINITY
      }),
      end
    }
  })
