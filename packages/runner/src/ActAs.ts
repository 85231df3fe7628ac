/**
 * Acting as one user after the other: each step signs its user in, and revokes the token when it is done.
 *
 * @since 0.1.0
 */
import * as Auth from "@effect-glowmarkt/core/Auth"
import * as CallOptions from "@effect-glowmarkt/core/CallOptions"
import type { GlowmarktClient } from "@effect-glowmarkt/core/GlowmarktClient"
import type { CallError, InvalidInput } from "@effect-glowmarkt/core/GlowmarktError"
import type { AccountId, ApplicationId } from "@effect-glowmarkt/core/Identifier"
import * as RetryPolicy from "@effect-glowmarkt/core/RetryPolicy"
import * as UserAccounts from "@effect-glowmarkt/core/UserAccounts"
import { UserCredentials } from "@effect-glowmarkt/core/UserCredentials"
import * as UserToken from "@effect-glowmarkt/core/UserToken"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import { Refused } from "./Converge.js"
import { type SecretRef, Secrets } from "./Secrets.js"

/**
 * Who to sign in. The password is a reference, so that this can stand in a plan.
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
 * A user who is signed in. `name` is what signing in said of it.
 *
 * @since 0.1.0
 * @category models
 */
export interface User {
  readonly accountId: AccountId
  readonly name: string | undefined
  readonly accounts: UserAccounts.UserAccounts["Type"]
}

/**
 * What a reference points to; `Refused` where there is nothing.
 *
 * @since 0.1.0
 * @category steps
 */
export const secret = (ref: SecretRef): Effect.Effect<Redacted.Redacted, Refused, Secrets> =>
  Secrets.pipe(
    Effect.flatMap(({ resolve }) => resolve(ref)),
    Effect.mapError(({ message }) => new Refused({ reason: message }))
  )

/** Whoever stops a run does not want to wait for goodbyes. */
const politely: CallOptions.Options = { timeout: Duration.seconds(3), retry: RetryPolicy.none }

/**
 * Signs in with a password at hand, for as long as `use` takes. `Refused` where the provider does not let the user in.
 *
 * @since 0.1.0
 * @category steps
 */
export const signedIn = <A, E, R>(
  login: Auth.SignIn,
  use: (user: User) => Effect.Effect<A, E, R>
): Effect.Effect<A, E | CallError | InvalidInput | Refused, R | GlowmarktClient> => {
  const refused = ({ message }: Error) =>
    Effect.fail(new Refused({ reason: `${login.username} cannot sign in: ${message}` }))
  const { applicationId } = login
  return Effect.flatMap(Auth.make, (auth) =>
    Effect.acquireUseRelease(
      auth.signIn(login).pipe(Effect.catchTags({ AccessDenied: refused, MissingElements: refused, Rejected: refused })),
      ({ accountId, name, token }): Effect.Effect<A, E | Refused, R | GlowmarktClient> =>
        accountId === undefined
          ? Effect.fail(new Refused({ reason: `signing ${login.username} in does not say the account` }))
          : UserAccounts.make.pipe(
              Effect.provideService(UserCredentials, UserToken.make({ applicationId, token })),
              Effect.flatMap((accounts) => use({ accountId, name, accounts }))
            ),
      // A token that cannot be revoked ends by itself, and nobody else has it.
      ({ token }) => Effect.ignore(CallOptions.locally(auth.revoke({ applicationId, token }), politely))
    )
  )
}

/**
 * {@link signedIn} with a reference to the password.
 *
 * @since 0.1.0
 * @category steps
 */
export const user = <A, E, R>(
  { password, ...login }: Login,
  use: (user: User) => Effect.Effect<A, E, R>
): Effect.Effect<A, E | CallError | InvalidInput | Refused, R | GlowmarktClient | Secrets> =>
  Effect.flatMap(secret(password), (password) => signedIn({ ...login, password }, use))
