/**
 * The operations of a user on their own account, the one that owns the token.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import type { AccountStatus } from "./Account.js"
import * as AccountApi from "./AccountApi.js"
import { GlowmarktClient } from "./GlowmarktClient.js"
import {
  AccessDenied,
  type AccountNotFound,
  type CallError,
  type IncorrectElements,
  type InvalidInput,
  type Rejected,
  type WeakPassword
} from "./GlowmarktError.js"
import type { AccountId } from "./Identifier.js"
import * as Operation from "./Operation.js"
import { type SessionPassword, UserCredentials } from "./UserCredentials.js"

const operations = {
  status: Operation.compile(AccountApi.getAccountStatusByUserToken),
  changeEmail: Operation.compile(AccountApi.userChangeEmail),
  changeName: Operation.compile(AccountApi.userChangeName),
  changePassword: Operation.compile(AccountApi.userChangePassword),
  addMobileAppToken: Operation.compile(AccountApi.addMobileAppToken),
  removeMobileAppToken: Operation.compile(AccountApi.removeMobileAppToken)
}

/**
 * The service behind the tag {@link UserAccounts}.
 *
 * @since 0.1.0
 * @category models
 */
export interface UserAccountsService {
  /**
   * Reads the status of the user's account. (`GET /account/status`)
   */
  readonly status: Effect.Effect<AccountStatus, AccountNotFound | CallError>

  /**
   * Sets the user's e-mail address. The provider does not document whether the user has to verify
   * it. (`POST /account/email`)
   */
  readonly changeEmail: (email: string) => Effect.Effect<void, IncorrectElements | Rejected | InvalidInput | CallError>

  /**
   * Sets the user's name. (`POST /account/name`)
   */
  readonly changeName: (name: string) => Effect.Effect<void, IncorrectElements | Rejected | InvalidInput | CallError>

  /**
   * Changes the user's password. (`POST /account/changepassword`)
   *
   * The client does not retry it if the provider may have carried it out. In that case a
   * `UserSession` signs in with the new password, then with the old one, to find out which is
   * valid, and fails only if the new one is not. After a change the session uses the new password.
   * If the provider makes the change later, the session switches to the new password as soon as the
   * old one is refused. None of this happens with a `UserToken`, because it has no password to sign
   * in with.
   */
  readonly changePassword: (passwords: {
    readonly oldPassword: Redacted.Redacted
    readonly newPassword: Redacted.Redacted
  }) => Effect.Effect<void, WeakPassword | Rejected | InvalidInput | CallError>

  /**
   * Adds a mobile app token to the user's account. Glowmarkt cannot list tokens, so keep a record
   * of it. (`POST /account/{accountId}/mobileapptoken`)
   */
  readonly addMobileAppToken: (
    accountId: AccountId,
    token: Redacted.Redacted
  ) => Effect.Effect<void, AccountNotFound | Rejected | InvalidInput | CallError>

  /**
   * Removes a mobile app token from the user's account.
   * (`PUT /account/{accountId}/mobileapptoken`)
   */
  readonly removeMobileAppToken: (
    accountId: AccountId,
    token: Redacted.Redacted
  ) => Effect.Effect<void, AccountNotFound | Rejected | InvalidInput | CallError>
}

/**
 * The six operations of a signed-in user.
 *
 * @since 0.1.0
 * @category services
 */
export class UserAccounts extends Context.Tag("@effect-glowmarkt/core/UserAccounts")<
  UserAccounts,
  UserAccountsService
>() {}

type ChangeError = WeakPassword | Rejected | InvalidInput | CallError

interface Passwords {
  readonly oldPassword: Redacted.Redacted
  readonly newPassword: Redacted.Redacted
}

/**
 * Signs in to find out which password is valid, or why neither is. Fails if the sign-in itself
 * fails.
 */
const validPassword = (
  session: SessionPassword,
  { newPassword, oldPassword }: Passwords
): Effect.Effect<"new" | "old" | AccessDenied, CallError> =>
  Effect.gen(function* () {
    if (Option.isNone(yield* session.check(newPassword))) return "new"
    return Option.getOrElse(yield* session.check(oldPassword), () => "old" as const)
  })

/**
 * Resolves a change whose response was lost by signing in. Unless the new password is valid, the
 * session keeps both passwords, because the provider may still carry the change out.
 */
const changeInSession = (
  change: Effect.Effect<void, ChangeError>,
  session: SessionPassword,
  passwords: Passwords
): Effect.Effect<void, ChangeError> => {
  const { newPassword } = passwords
  const resolve = (error: ChangeError): Effect.Effect<void, ChangeError> => {
    if (error._tag === "InvalidInput" || !error.mayHaveBeenApplied) {
      return Effect.zipRight(session.removeCandidate(newPassword), Effect.fail(error))
    }
    const { attempts, elapsed, operation } = error
    return Effect.matchEffect(validPassword(session, passwords), {
      onSuccess: (valid): Effect.Effect<void, ChangeError> => {
        if (valid === "new") return session.confirm(newPassword)
        if (valid === "old") return Effect.fail(error)
        const { caller, excerpt, status } = valid
        return new AccessDenied({
          operation,
          stage: "signIn",
          attempts,
          elapsed,
          appliedBefore: true,
          status,
          excerpt,
          caller
        })
      },
      // If signing in fails, the call fails with its original error.
      onFailure: () => Effect.fail(error)
    })
  }
  return session
    .addCandidate(newPassword)
    .pipe(
      Effect.zipRight(change),
      Effect.matchEffect({ onSuccess: () => session.confirm(newPassword), onFailure: resolve })
    )
}

/**
 * @example
 * ```ts
 * import { UserAccounts } from "@effect-glowmarkt/core"
 * import { Effect } from "effect"
 *
 * const status = Effect.flatMap(UserAccounts.make, (user) => user.status)
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make: Effect.Effect<UserAccountsService, never, UserCredentials | GlowmarktClient> = Effect.gen(
  function* () {
    const client = yield* GlowmarktClient
    const credentials = yield* UserCredentials
    const status = client.bind(operations.status, credentials)
    const changeEmail = client.bind(operations.changeEmail, credentials)
    const changeName = client.bind(operations.changeName, credentials)
    const changePassword = client.bind(operations.changePassword, credentials)
    const addMobileAppToken = client.bind(operations.addMobileAppToken, credentials)
    const removeMobileAppToken = client.bind(operations.removeMobileAppToken, credentials)
    return {
      status: status({}),
      changeEmail: (email) => Effect.asVoid(changeEmail({ payload: { email } })),
      changeName: (name) => Effect.asVoid(changeName({ payload: { name } })),
      changePassword: (passwords) => {
        const change = Effect.asVoid(changePassword({ payload: passwords }))
        return Option.match(credentials.password, {
          onNone: () => change,
          onSome: (session) => changeInSession(change, session, passwords)
        })
      },
      addMobileAppToken: (accountId, newToken) =>
        Effect.asVoid(addMobileAppToken({ path: { accountId }, payload: { newToken } })),
      removeMobileAppToken: (accountId, removeToken) =>
        Effect.asVoid(removeMobileAppToken({ path: { accountId }, payload: { removeToken } }))
    }
  }
)

/**
 * Provides the operations with the given credentials. The layer is not memoized, so one program can
 * use it twice with different credentials.
 *
 * @example
 * ```ts
 * import { FetchTransport, GlowmarktClient, UserAccounts, UserSession } from "@effect-glowmarkt/core"
 * import { Layer } from "effect"
 *
 * const UserLive = UserAccounts.layer.pipe(
 *   Layer.provide(UserSession.layerConfig()),
 *   Layer.provide(GlowmarktClient.layerConfig()),
 *   Layer.provide(FetchTransport.layer)
 * )
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<UserAccounts, never, UserCredentials | GlowmarktClient> = Layer.fresh(
  Layer.effect(UserAccounts, make)
)
