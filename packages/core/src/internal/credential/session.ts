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
import type { Issued, TokenCache } from "./tokenCache.js"

interface Held<G> {
  readonly grant: G
  readonly token: Redacted.Redacted
  /** Milliseconds since 1970 from which the token is not used any more. */
  readonly staleAt: number
}

/** The provider's clock and ours need not agree; yet a token that lives for seconds must be used at all. */
const staleAt = (nowMillis: number, exp: number | undefined): number => {
  if (exp === undefined) return Number.POSITIVE_INFINITY
  const end = exp * 1000
  // Expired before it was used: the clocks disagree. It counts as valid until it is refused.
  if (end <= nowMillis) return Number.POSITIVE_INFINITY
  return end - Math.min(60_000, (end - nowMillis) / 10)
}

// Asking again at once with a password that was just refused gets an account locked,
// and where one new token was refused the next would fare no better.
const refusalMillis = 30_000

export interface Session<G extends Grant> extends Credential<G> {
  /** Revokes the token, if there is one, and then forgets it. If revoking fails, it is kept, so that it can be tried again. */
  readonly end: <E>(revoke: (token: Redacted.Redacted) => Effect.Effect<void, E>) => Effect.Effect<void, E>
  /** Other credentials were given: an earlier refusal says nothing about them. */
  readonly forgetRefusal: Effect.Effect<void>
}

/**
 * A credential that is obtained when first needed, renewed before it expires,
 * and renewed again if it is refused while it should still be valid.
 */
export const make = <G extends Grant>(options: {
  readonly caller: Credential<G>["caller"]
  readonly signIn: Effect.Effect<Issued, CallError>
  readonly grant: (token: Redacted.Redacted) => G
  readonly cache: TokenCache
}): Effect.Effect<Session<G>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const scope = yield* Effect.scope
    let held = Option.none<Held<G>>()
    let obtaining = Option.none<Deferred.Deferred<G, CallError>>()
    let ending = Option.none<Deferred.Deferred<void>>()
    let refusal = Option.none<{ readonly error: CallError; readonly until: number }>()
    let replacedAt = Number.NEGATIVE_INFINITY
    // A token from the cache that was refused must not be taken from there again.
    let mayLoad = true

    const hold = (issued: Issued) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        const obtained = {
          grant: options.grant(issued.token),
          token: issued.token,
          staleAt: staleAt(now, issued.exp)
        }
        held = Option.some(obtained)
        return obtained
      })

    const cached = Effect.gen(function* () {
      if (!mayLoad) return Option.none<Held<G>>()
      mayLoad = false
      const issued = yield* options.cache.load
      if (Option.isNone(issued)) return Option.none<Held<G>>()
      const now = yield* Clock.currentTimeMillis
      const { exp } = issued.value
      return exp !== undefined && exp * 1000 <= now + 60_000
        ? Option.none<Held<G>>()
        : Option.some(yield* hold(issued.value))
    })

    const obtain = Effect.gen(function* () {
      const known = yield* cached
      if (Option.isSome(known)) return known.value.grant
      const now = yield* Clock.currentTimeMillis
      if (Option.isSome(refusal) && now < refusal.value.until) return yield* Effect.fail(refusal.value.error)
      const issued = yield* Effect.tapError(options.signIn, (error) =>
        Effect.sync(() => {
          if (error._tag === "AccessDenied") refusal = Option.some({ error, until: now + refusalMillis })
        })
      )
      yield* options.cache.save(issued)
      return (yield* hold(issued)).grant
    })

    // In a fiber of the layer's, with the layer's options: the call that asked
    // first may be interrupted, or in a hurry, while others wait for the same answer.
    const shared: Effect.Effect<G, CallError> = Effect.uninterruptibleMask((restore) =>
      Effect.suspend(() => {
        // What is signed in while the session ends would end with it, unrevoked.
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
      Option.isSome(held) && now < held.value.staleAt && Option.isNone(ending)
        ? Option.some(held.value.grant)
        : Option.none()

    const current = Effect.flatMap(Clock.currentTimeMillis, (now) =>
      Option.match(fresh(now), { onNone: () => shared, onSome: Effect.succeed })
    )

    const ended = <E>(revoke: (token: Redacted.Redacted) => Effect.Effect<void, E>) =>
      Effect.gen(function* () {
        // A sign-in under way would outlive the session, and a token that is only in the cache is still valid, too.
        if (Option.isSome(obtaining)) yield* Effect.exit(Deferred.await(obtaining.value))
        if (Option.isNone(held)) yield* cached
        if (Option.isSome(held)) {
          yield* revoke(held.value.token)
          held = Option.none()
        }
        mayLoad = false
        replacedAt = Number.NEGATIVE_INFINITY
        yield* options.cache.clear
      })

    const end: Session<G>["end"] = (revoke) =>
      Effect.uninterruptibleMask((restore) =>
        Effect.suspend(() => {
          if (Option.isSome(ending)) return restore(Effect.zipRight(Deferred.await(ending.value), end(revoke)))
          const gate = Deferred.unsafeMake<void>(FiberId.none)
          ending = Option.some(gate)
          return Effect.ensuring(
            restore(ended(revoke)),
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
          // Others may have replaced it already: then theirs is the replacement.
          if (Option.isSome(held) && held.value.grant === refused) {
            if (now < replacedAt + refusalMillis) return Effect.succeedNone
            replacedAt = now
            held = Option.none()
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
