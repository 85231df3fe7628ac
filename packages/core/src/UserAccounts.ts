/**
 * A user's own account: every operation acts on the account that owns the
 * token, never on somebody else's.
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
import type {
  AccountNotFound,
  CallError,
  IncorrectElements,
  InvalidInput,
  Rejected,
  WeakPassword
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
 * The six operations of a signed-in user.
 *
 * @since 0.1.0
 * @category services
 */
export class UserAccounts extends Context.Tag("@effect-glowmarkt/core/UserAccounts")<
  UserAccounts,
  {
    /**
     * The status of the user's account. (`GET /account/status`)
     */
    readonly status: Effect.Effect<AccountStatus, AccountNotFound | CallError>

    /**
     * Sets the user's e-mail address. Whether the provider asks for it to be
     * verified is not known. (`POST /account/email`)
     */
    readonly changeEmail: (
      email: string
    ) => Effect.Effect<void, IncorrectElements | Rejected | InvalidInput | CallError>

    /**
     * Sets the user's name. (`POST /account/name`)
     */
    readonly changeName: (name: string) => Effect.Effect<void, IncorrectElements | Rejected | InvalidInput | CallError>

    /**
     * Changes the user's password. With a `UserSession` the session goes on with
     * the new one. Never repeated: after a failure that leaves open whether it was
     * carried out, a session finds out by signing in, and fails only if the new
     * password does not hold. With a `UserToken` that is left to the caller.
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
>() {}

type ChangeError = WeakPassword | Rejected | InvalidInput | CallError

/**
 * A change whose answer was lost is settled by signing in: the new password
 * holds, or it does not. If that cannot be found out either, or the change is
 * interrupted, the session goes on with both in mind.
 */
const settled = (
  change: Effect.Effect<void, ChangeError>,
  session: Password,
  newPassword: Redacted.Redacted
): Effect.Effect<void, ChangeError> => {
  const changed = session.settle(Option.some(newPassword))
  const unchanged = session.settle(Option.none())
  const settle = (error: ChangeError): Effect.Effect<void, ChangeError> => {
    const failed = Effect.fail(error)
    if (!error.mayHaveBeenApplied) return Effect.zipRight(unchanged, failed)
    return Effect.matchEffect(session.holds(newPassword), {
      onSuccess: (holds) => (holds ? changed : Effect.zipRight(unchanged, failed)),
      // What went wrong first is what to tell.
      onFailure: () => failed
    })
  }
  return session
    .consider(newPassword)
    .pipe(Effect.zipRight(change), Effect.matchEffect({ onSuccess: () => changed, onFailure: settle }))
}

/**
 * @since 0.1.0
 * @category constructors
 */
export const make: Effect.Effect<
  Context.Tag.Service<UserAccounts>,
  never,
  UserCredentials | GlowmarktClient
> = Effect.gen(function* () {
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
        onSome: (session) => settled(change, session, passwords.newPassword)
      })
    },
    addMobileAppToken: (accountId, newToken) =>
      Effect.asVoid(addMobileAppToken({ path: { accountId }, payload: { newToken } })),
    removeMobileAppToken: (accountId, removeToken) =>
      Effect.asVoid(removeMobileAppToken({ path: { accountId }, payload: { removeToken } }))
  }
})

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
