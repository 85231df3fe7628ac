/**
 * A user signed in by name and password. Signs in when the first call needs it,
 * again before the token ends, and once more when a call is refused although
 * the token should hold.
 *
 * @since 0.1.0
 */
import * as KeyValueStore from "@effect/platform/KeyValueStore"
import * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Auth from "./Auth.js"
import type { SignedIn } from "./AuthApi.js"
import * as Credential from "./Credential.js"
import { GlowmarktClient } from "./GlowmarktClient.js"
import type { AccessDenied, CallError, Rejected } from "./GlowmarktError.js"
import { applicationIdConfig, DirectoryId } from "./Identifier.js"
import * as session from "./internal/credential/session.js"
import { ofAnyCall } from "./internal/credential/signInFailure.js"
import * as tokenCache from "./internal/credential/tokenCache.js"
import * as PartialConfig from "./PartialConfig.js"
import { type Password, UserCredentials } from "./UserCredentials.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface Options extends Auth.SignIn {}

/**
 * The service behind the tag {@link UserSession}.
 *
 * @since 0.1.0
 * @category models
 */
export interface UserSessionService {
  /**
   * Revokes the token, if there is one, also one that only the cache knows, and
   * then forgets it. A later call signs in again. If revoking fails, the token
   * is kept, and this can be tried again. (`DELETE /auth/deleteToken`)
   */
  readonly signOut: Effect.Effect<void, Rejected | CallError>
}

/**
 * The session itself, for ending it.
 *
 * @since 0.1.0
 * @category services
 */
export class UserSession extends Context.Tag("@effect-glowmarkt/core/UserSession")<UserSession, UserSessionService>() {}

/** Whether it is the name or the password that is refused. A 403 may be anything that stands in between. */
const isRefusal = (error: CallError): error is AccessDenied => error._tag === "AccessDenied" && error.status !== 403

const makeWith = (
  options: Options,
  cache: tokenCache.TokenCache
): Effect.Effect<Context.Context<UserCredentials | UserSession>, never, GlowmarktClient | Scope.Scope> =>
  Effect.gen(function* () {
    const auth = yield* Auth.make
    const { applicationId } = options
    const scope = yield* Effect.scope
    let password = options.password
    // New passwords that may hold, or will: their changes were never answered. The latest first.
    let candidates: ReadonlyArray<Redacted.Redacted> = []

    const others = (secret: Redacted.Redacted) =>
      candidates.filter((candidate) => Redacted.value(candidate) !== Redacted.value(secret))

    const signInWith = (secret: Redacted.Redacted) =>
      Effect.catchAll(auth.signIn({ ...options, password: secret }), ofAnyCall)

    const adopt = (secret: Redacted.Redacted) =>
      Effect.sync(() => {
        password = secret
        candidates = []
      })

    const signIn = Effect.suspend(() =>
      Effect.catchIf(signInWith(password), isRefusal, (refused) =>
        candidates.reduceRight<Effect.Effect<SignedIn, CallError>>(
          (rest, secret) =>
            signInWith(secret).pipe(
              Effect.tap(() => adopt(secret)),
              Effect.catchIf(isRefusal, () => rest)
            ),
          Effect.fail(refused)
        )
      )
    )

    const credential = yield* session.make<Credential.UserGrant>({
      caller: "session",
      signIn,
      grant: (userToken) => ({ userToken, applicationId: Credential.application(applicationId) }),
      cache
    })

    const revoke = (token: Redacted.Redacted) =>
      Effect.catchIf(
        auth.revoke({ applicationId, token }),
        // The token is already invalid.
        (error) => error._tag === "AccessDenied" && error.status === 401,
        () => Effect.void
      )

    const changing: Password = {
      consider: (secret) =>
        Effect.zipRight(
          credential.forgetRefusal,
          Effect.sync(() => {
            candidates = [secret, ...others(secret)]
          })
        ),
      refusal: (secret) =>
        signInWith(secret).pipe(
          // The token only served as a check: revoke it in the background.
          Effect.tap(({ token }) => Effect.forkIn(Effect.ignore(revoke(token)), scope)),
          Effect.as(Option.none()),
          Effect.catchIf(isRefusal, (refused) => Effect.succeedSome(refused))
        ),
      adopt: (secret) => Effect.zipRight(credential.forgetRefusal, adopt(secret)),
      drop: (secret) =>
        Effect.sync(() => {
          candidates = others(secret)
        })
    }

    return Context.make(UserCredentials, { ...credential, password: Option.some(changing) }).pipe(
      Context.add(UserSession, { signOut: credential.end(revoke) })
    )
  })

/**
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  options: Options
): Effect.Effect<Context.Context<UserCredentials | UserSession>, never, GlowmarktClient | Scope.Scope> =>
  makeWith(options, tokenCache.none)

/**
 * UserCredentials from name and password. Nothing is sent before the first
 * call. Any number of calls that need a token at the same time share one
 * sign-in.
 *
 * @example
 * ```ts
 * import { Identifier, UserAccounts, UserSession } from "@effect-glowmarkt/core"
 * import { Layer, Redacted } from "effect"
 *
 * const Own = UserAccounts.layer.pipe(
 *   Layer.provide(
 *     UserSession.layer({
 *       applicationId: Identifier.ApplicationId.make("0537b17c-ab62-491c-8085-9ac2b6206346"),
 *       username: "scotty",
 *       password: Redacted.make("…")
 *     })
 *   )
 * )
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (options: Options): Layer.Layer<UserCredentials | UserSession, never, GlowmarktClient> =>
  Layer.scopedContext(make(options))

const makeCached = (options: Options) =>
  Effect.gen(function* () {
    const store = yield* KeyValueStore.KeyValueStore
    const { baseUrl } = yield* GlowmarktClient
    // All that decides whose token it is: a user of another server or directory must not get it.
    const owner = JSON.stringify([baseUrl, options.applicationId, options.directoryId ?? null, options.username])
    return yield* makeWith(options, tokenCache.make(store, `glowmarkt-session:${owner}`))
  })

/**
 * The same, with the token kept in a `KeyValueStore`, so that the next process
 * need not sign in. The store sees the token and the user's name in clear: choose
 * one that others cannot read. If it fails, a warning is logged and calls go on.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerCached = (
  options: Options
): Layer.Layer<UserCredentials | UserSession, never, GlowmarktClient | KeyValueStore.KeyValueStore> =>
  Layer.scopedContext(makeCached(options))

const configOf = (given: PartialConfig.PartialConfig<Options>): Config.Config<Options> =>
  Config.all({
    username: PartialConfig.orElse(given.username, Config.nonEmptyString("GLOWMARKT_USERNAME")),
    password: PartialConfig.orElse(given.password, Config.redacted(Config.nonEmptyString("GLOWMARKT_PASSWORD"))),
    applicationId: PartialConfig.orElse(given.applicationId, applicationIdConfig),
    directoryId: Config.option(
      PartialConfig.orElse(given.directoryId, Schema.Config("GLOWMARKT_DIRECTORY_ID", DirectoryId))
    )
  }).pipe(
    Config.map(({ directoryId, ...login }) =>
      Option.match(directoryId, { onNone: () => login, onSome: (id) => ({ ...login, directoryId: id }) })
    )
  )

/**
 * The variables `GLOWMARKT_USERNAME`, `GLOWMARKT_PASSWORD` and
 * `GLOWMARKT_APPLICATION_ID`, and `GLOWMARKT_DIRECTORY_ID` where there is one.
 *
 * @since 0.1.0
 * @category constructors
 */
export const config: Config.Config<Options> = configOf({})

/**
 * UserCredentials from configuration. What is not `given` comes from the variables of {@link config}.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = (
  given: PartialConfig.PartialConfig<Options> = {}
): Layer.Layer<UserCredentials | UserSession, ConfigError.ConfigError, GlowmarktClient> =>
  Layer.scopedContext(Effect.flatMap(configOf(given), make))

/**
 * The same, with the token kept in a `KeyValueStore` as by {@link layerCached}.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerCachedConfig = (
  given: PartialConfig.PartialConfig<Options> = {}
): Layer.Layer<UserCredentials | UserSession, ConfigError.ConfigError, GlowmarktClient | KeyValueStore.KeyValueStore> =>
  Layer.scopedContext(Effect.flatMap(configOf(given), makeCached))
