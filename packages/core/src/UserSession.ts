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
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Auth from "./Auth.js"
import * as Credential from "./Credential.js"
import { GlowmarktClient } from "./GlowmarktClient.js"
import type { CallError, Rejected } from "./GlowmarktError.js"
import { ApplicationId, DirectoryId } from "./Identifier.js"
import * as session from "./internal/session.js"
import { signInFailure } from "./internal/signInFailure.js"
import { type Password, UserCredentials } from "./UserCredentials.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface Options extends Auth.SignIn {}

/**
 * The session itself, for ending it.
 *
 * @since 0.1.0
 * @category services
 */
export class UserSession extends Context.Tag("@effect-glowmarkt/core/UserSession")<
  UserSession,
  {
    /**
     * Revokes the token, if there is one, also one that only the cache knows, and
     * then forgets it. A later call signs in again. If revoking fails, the token
     * is kept, and this can be tried again. (`DELETE /auth/deleteToken`)
     */
    readonly signOut: Effect.Effect<void, Rejected | CallError>
  }
>() {}

const makeWith = (
  options: Options,
  cache: session.Cache
): Effect.Effect<Context.Context<UserCredentials | UserSession>, never, GlowmarktClient | Scope.Scope> =>
  Effect.gen(function* () {
    const auth = yield* Auth.make
    const { applicationId } = options
    let password = options.password
    // A new password that may hold or not: its change was never answered.
    let candidate = Option.none<Redacted.Redacted>()

    const signInWith = (secret: Redacted.Redacted) =>
      Effect.catchAll(auth.signIn({ ...options, password: secret }), signInFailure)

    const adopt = (secret: Redacted.Redacted) =>
      Effect.sync(() => {
        password = secret
        candidate = Option.none()
      })

    const signIn = Effect.suspend(() =>
      Effect.catchTag(signInWith(password), "AccessDenied", (refused) =>
        Option.match(candidate, {
          onNone: () => Effect.fail(refused),
          onSome: (secret) => Effect.tap(signInWith(secret), () => adopt(secret))
        })
      )
    )

    const credential = yield* session.make<Credential.UserGrant>({
      caller: "session",
      signIn,
      grant: (userToken) => ({ userToken, applicationId: Credential.application(applicationId) }),
      cache
    })

    const changing: Password = {
      consider: (secret) =>
        Effect.sync(() => {
          candidate = Option.some(secret)
        }),
      holds: (secret) =>
        signInWith(secret).pipe(
          Effect.as(true),
          Effect.catchTag("AccessDenied", () => Effect.succeed(false))
        ),
      settle: (secret) =>
        Effect.zipRight(
          credential.forgetRefusal,
          Option.match(secret, {
            onNone: () =>
              Effect.sync(() => {
                candidate = Option.none()
              }),
            onSome: adopt
          })
        )
    }

    const revoke = (token: Redacted.Redacted) =>
      Effect.catchIf(
        auth.revoke({ applicationId, token }),
        // It is over already: that is what was wanted.
        (error) => error._tag === "AccessDenied" && error.status === 401,
        () => Effect.void
      )

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
  makeWith(options, session.noCache)

/**
 * UserCredentials from name and password. Nothing is sent before the first
 * call. Any number of calls that need a token at the same time share one
 * sign-in.
 *
 * @example
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
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (options: Options): Layer.Layer<UserCredentials | UserSession, never, GlowmarktClient> =>
  Layer.scopedContext(make(options))

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
  Layer.scopedContext(
    Effect.gen(function* () {
      const store = yield* KeyValueStore.KeyValueStore
      const { baseUrl } = yield* GlowmarktClient
      // All that decides whose token it is: neither another server's nor another directory's user may get it.
      const owner = JSON.stringify([baseUrl, options.applicationId, options.directoryId ?? null, options.username])
      return yield* makeWith(options, session.cacheIn(store, `glowmarkt-session:${owner}`))
    })
  )

/**
 * The variables `GLOWMARKT_USERNAME`, `GLOWMARKT_PASSWORD` and
 * `GLOWMARKT_APPLICATION_ID`, and `GLOWMARKT_DIRECTORY_ID` where there is one.
 *
 * @since 0.1.0
 * @category config
 */
export const config: Config.Config<Options> = Config.all({
  username: Config.nonEmptyString("GLOWMARKT_USERNAME"),
  password: Config.redacted(Config.nonEmptyString("GLOWMARKT_PASSWORD")),
  applicationId: Schema.Config("GLOWMARKT_APPLICATION_ID", ApplicationId),
  directoryId: Config.option(Schema.Config("GLOWMARKT_DIRECTORY_ID", DirectoryId))
}).pipe(
  Config.map(({ directoryId, ...login }) =>
    Option.match(directoryId, { onNone: () => login, onSome: (id) => ({ ...login, directoryId: id }) })
  )
)

/**
 * UserCredentials from configuration: by default from the variables of
 * {@link config}.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = (
  options: Config.Config<Options> = config
): Layer.Layer<UserCredentials | UserSession, ConfigError.ConfigError, GlowmarktClient> =>
  Layer.scopedContext(Effect.flatMap(options, make))
