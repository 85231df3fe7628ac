/**
 * Signs users in one after another, to act as each of them, and revokes the tokens afterwards.
 *
 * @since 0.1.0
 */
import * as Auth from "@effect-glowmarkt/core/Auth"
import * as CallOptions from "@effect-glowmarkt/core/CallOptions"
import type { GlowmarktClient } from "@effect-glowmarkt/core/GlowmarktClient"
import type { CallError, InvalidInput } from "@effect-glowmarkt/core/GlowmarktError"
import { type AccountId, type ApplicationId, isSame as isSameId } from "@effect-glowmarkt/core/Identifier"
import * as RetryPolicy from "@effect-glowmarkt/core/RetryPolicy"
import * as UserAccounts from "@effect-glowmarkt/core/UserAccounts"
import { UserCredentials } from "@effect-glowmarkt/core/UserCredentials"
import * as UserToken from "@effect-glowmarkt/core/UserToken"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { Refused } from "./Converge.js"
import { type SecretRef, Secrets } from "./Secrets.js"

/**
 * A user to sign in. The password is a reference, so that the login can be stored in a plan.
 *
 * @since 0.1.0
 * @category models
 */
export interface Login {
  readonly applicationId: ApplicationId
  readonly username: string
  readonly password: SecretRef
}

/**
 * A signed-in user. `name` comes from the sign-in response.
 *
 * @since 0.1.0
 * @category models
 */
export interface User {
  readonly accountId: AccountId
  readonly name: string | undefined
  readonly accounts: UserAccounts.UserAccountsService
}

/**
 * Resolves a reference. Fails with `Refused` if the reference has no secret.
 *
 * @example
 * ```ts
 * import { type Secrets, UserSessions } from "@effect-glowmarkt/runner"
 *
 * const password = (ref: Secrets.SecretRef) => UserSessions.resolveSecret(ref)
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const resolveSecret = (ref: SecretRef): Effect.Effect<Redacted.Redacted, Refused, Secrets> =>
  Secrets.pipe(
    Effect.flatMap(({ resolve }) => resolve(ref)),
    Effect.mapError(({ message }) => new Refused({ reason: message }))
  )

/** A short time limit: a run that stops should not have to wait long for tokens to be revoked. */
const revokeOptions: CallOptions.Options = { timeout: Duration.seconds(3), retry: RetryPolicy.none }

interface Session {
  readonly login: Auth.SignIn
  readonly user: User
  readonly end: Effect.Effect<void>
}

/** The sessions that several uses share, if {@link shareSessions} surrounds them. */
class SharedSessions extends Context.Reference<SharedSessions>()(
  "@effect-glowmarkt/runner/UserSessions/SharedSessions",
  {
    defaultValue: (): { readonly sessions: Array<Session> | undefined } => ({ sessions: undefined })
  }
) {}

const isSame = (a: Auth.SignIn, b: Auth.SignIn) =>
  a.username === b.username &&
  a.applicationId === b.applicationId &&
  a.directoryId === b.directoryId &&
  Redacted.value(a.password) === Redacted.value(b.password)

const begin = (login: Auth.SignIn): Effect.Effect<Session, CallError | InvalidInput | Refused, GlowmarktClient> => {
  const refused = ({ message }: Error) =>
    Effect.fail(new Refused({ reason: `${login.username} cannot sign in: ${message}` }))
  const { applicationId } = login
  return Effect.gen(function* () {
    const auth = yield* Auth.make
    const { accountId, name, token } = yield* auth
      .signIn(login)
      .pipe(Effect.catchTags({ AccessDenied: refused, MissingElements: refused, Rejected: refused }))
    // A token that cannot be revoked expires by itself.
    const end = Effect.ignore(CallOptions.locally(auth.revoke({ applicationId, token }), revokeOptions))
    if (accountId === undefined) {
      yield* end
      return yield* new Refused({ reason: `the sign-in response for ${login.username} has no account id` })
    }
    const accounts = yield* Effect.provideService(
      UserAccounts.make,
      UserCredentials,
      UserToken.make({ applicationId, token })
    )
    return { login, user: { accountId, name, accounts }, end }
  })
}

/**
 * Signs in for the duration of `use`, always with a new session, even inside {@link shareSessions}, so
 * that the user's details are current.
 *
 * @example
 * ```ts
 * import type { Auth } from "@effect-glowmarkt/core"
 * import { UserSessions } from "@effect-glowmarkt/runner"
 *
 * const currentStatus = (login: Auth.SignIn) =>
 *   UserSessions.withFreshSession(login, ({ accounts }) => accounts.status)
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const withFreshSession = <A, E, R>(
  login: Auth.SignIn,
  use: (user: User) => Effect.Effect<A, E, R>
): Effect.Effect<A, E | CallError | InvalidInput | Refused, R | GlowmarktClient> =>
  Effect.acquireUseRelease(
    begin(login),
    ({ user }) => use(user),
    ({ end }) => end
  )

/**
 * Signs in for the duration of `use`, or of the surrounding {@link shareSessions}. Fails with
 * `Refused` if the provider rejects the sign-in.
 *
 * @example
 * ```ts
 * import type { Auth } from "@effect-glowmarkt/core"
 * import { UserSessions } from "@effect-glowmarkt/runner"
 *
 * const rename = (login: Auth.SignIn) =>
 *   UserSessions.withSession(login, ({ accounts }) => accounts.changeName("Flat 3"))
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const withSession = <A, E, R>(
  login: Auth.SignIn,
  use: (user: User) => Effect.Effect<A, E, R>
): Effect.Effect<A, E | CallError | InvalidInput | Refused, R | GlowmarktClient> =>
  Effect.flatMap(
    SharedSessions,
    ({ sessions }): Effect.Effect<A, E | CallError | InvalidInput | Refused, R | GlowmarktClient> => {
      if (sessions === undefined) return withFreshSession(login, use)
      const held = sessions.find((session) => isSame(session.login, login))
      return held !== undefined
        ? use(held.user)
        : Effect.flatMap(
            // Uninterruptible, so that every token is recorded and later revoked.
            Effect.uninterruptibleMask((restore) =>
              Effect.tap(restore(begin(login)), (session) => Effect.sync(() => sessions.push(session)))
            ),
            ({ user }) => use(user)
          )
    }
  )

/**
 * Fails with `Refused` if the session belongs to another account, because it then proves nothing
 * about this one.
 *
 * @example
 * ```ts
 * import type { Identifier } from "@effect-glowmarkt/core"
 * import { UserSessions } from "@effect-glowmarkt/runner"
 *
 * const isUserOf = (accountId: Identifier.AccountId) => (user: UserSessions.User) =>
 *   UserSessions.ensureAccount(user, accountId)
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const ensureAccount = (user: Pick<User, "accountId">, accountId: AccountId): Effect.Effect<void, Refused> =>
  isSameId(user.accountId, accountId)
    ? Effect.void
    : Effect.fail(new Refused({ reason: `signing in again returned account ${user.accountId}, not ${accountId}` }))

/**
 * Shares sessions inside `self`: a user is signed in once and stays signed in until `self` ends.
 *
 * @example
 * ```ts
 * import { UserSessions } from "@effect-glowmarkt/runner"
 * import { Effect } from "effect"
 *
 * const twice = (login: UserSessions.Login) =>
 *   UserSessions.shareSessions(
 *     Effect.zip(
 *       UserSessions.withUser(login, ({ accounts }) => accounts.status),
 *       UserSessions.withUser(login, ({ accountId }) => Effect.succeed(accountId))
 *     )
 *   )
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const shareSessions = <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.acquireUseRelease(
    Effect.sync((): Array<Session> => []),
    (sessions) => Effect.provideService(self, SharedSessions, { sessions }),
    (sessions) => Effect.forEach(sessions, ({ end }) => end, { discard: true })
  )

/**
 * Signs in as {@link withSession} does, with a reference to the password.
 *
 * @example
 * ```ts
 * import { UserSessions } from "@effect-glowmarkt/runner"
 *
 * const statusOf = (login: UserSessions.Login) => UserSessions.withUser(login, ({ accounts }) => accounts.status)
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const withUser = <A, E, R>(
  { password, ...login }: Login,
  use: (user: User) => Effect.Effect<A, E, R>
): Effect.Effect<A, E | CallError | InvalidInput | Refused, R | GlowmarktClient | Secrets> =>
  Effect.flatMap(resolveSecret(password), (password) => withSession({ ...login, password }, use))
