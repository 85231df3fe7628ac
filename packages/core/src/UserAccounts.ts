/**
 * A user's own account: every operation acts on the account that owns the
 * token, never on another user's.
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
import { type Password, UserCredentials } from "./UserCredentials.js"

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
   * The status of the user's account. (`GET /account/status`)
   */
  readonly status: Effect.Effect<AccountStatus, AccountNotFound | CallError>

  /**
   * Sets the user's e-mail address. Whether the provider asks for it to be
   * verified is not known. (`POST /account/email`)
   */
  readonly changeEmail: (email: string) => Effect.Effect<void, IncorrectElements | Rejected | InvalidInput | CallError>

  /**
   * Sets the user's name. (`POST /account/name`)
   */
  readonly changeName: (name: string) => Effect.Effect<void, IncorrectElements | Rejected | InvalidInput | CallError>

  /**
   * Changes the user's password. With a `UserSession` the session goes on with
   * the new one. Never repeated: after a failure that leaves open whether it was
   * carried out, a session finds out by signing in with the new password and then
   * the old one, and fails only if the new one does not hold. Should the provider
   * make the change later, the session takes to it when the old one is refused.
   * With a `UserToken` all of that is left to the caller.
   * (`POST /account/changepassword`)
   */
  readonly changePassword: (passwords: {
    readonly oldPassword: Redacted.Redacted
    readonly newPassword: Redacted.Redacted
  }) => Effect.Effect<void, WeakPassword | Rejected | InvalidInput | CallError>

  /**
   * Adds a mobile app token to the user's account. Tokens cannot be listed:
   * who rotates them keeps a record. (`POST /account/{accountId}/mobileapptoken`)
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

/** By signing in: which of the two holds, or why neither does. Fails if that cannot be found out. */
const whichHolds = (
  session: Password,
  { newPassword, oldPassword }: Passwords
): Effect.Effect<"new" | "old" | AccessDenied, CallError> =>
  Effect.gen(function* () {
    if (Option.isNone(yield* session.refusal(newPassword))) return "new"
    return Option.getOrElse(yield* session.refusal(oldPassword), () => "old" as const)
  })

/**
 * A change whose answer was lost is settled by signing in. Unless the new password
 * holds, the session goes on with both in mind: whatever holds now, the provider
 * may carry the change out yet.
 */
const settled = (
  change: Effect.Effect<void, ChangeError>,
  session: Password,
  passwords: Passwords
): Effect.Effect<void, ChangeError> => {
  const { newPassword } = passwords
  const settle = (error: ChangeError): Effect.Effect<void, ChangeError> => {
    if (error._tag === "InvalidInput" || !error.mayHaveBeenApplied) {
      return Effect.zipRight(session.drop(newPassword), Effect.fail(error))
    }
    const { attempts, elapsed, operation } = error
    return Effect.matchEffect(whichHolds(session, passwords), {
      onSuccess: (found): Effect.Effect<void, ChangeError> => {
        if (found === "new") return session.adopt(newPassword)
        if (found === "old") return Effect.fail(error)
        const { caller, excerpt, status } = found
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
      // Report the original failure.
      onFailure: () => Effect.fail(error)
    })
  }
  return session
    .consider(newPassword)
    .pipe(
      Effect.zipRight(change),
      Effect.matchEffect({ onSuccess: () => session.adopt(newPassword), onFailure: settle })
    )
}

/**
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
          onSome: (session) => settled(change, session, passwords)
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
 * Fresh in every place it is provided in: two of them in one program, with
 * different credentials, are never taken for each other.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<UserAccounts, never, UserCredentials | GlowmarktClient> = Layer.fresh(
  Layer.effect(UserAccounts, make)
)
