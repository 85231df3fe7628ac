/**
 * Replaces the tokens of users' mobile apps, from a CSV of `username`, `password`, `oldToken` and
 * `newToken`. All but the first are references (see `Secrets`). The new token is added before the
 * old one is removed, so that no phone is cut off.
 *
 * The API cannot list these tokens, so the run relies on its `Journal`: a token that was added is
 * not added again. If the response to an addition was lost, the run cannot know whether it arrived.
 * It then removes the new token, which is harmless if it was never added, and adds it again.
 * Removing a token twice is harmless too.
 *
 * However often the run is interrupted, it ends with the new token added exactly once and the old
 * one removed. Every repeated request is in the journal. While the new token is removed and added
 * again, the phone still has the old one.
 *
 * @since 0.1.0
 */

import { Username } from "@effect-glowmarkt/core/AccountInput"
import type { GlowmarktClient } from "@effect-glowmarkt/core/GlowmarktClient"
import { type CallError, explanation, type InvalidInput } from "@effect-glowmarkt/core/GlowmarktError"
import { AccountId, ApplicationId } from "@effect-glowmarkt/core/Identifier"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Converge from "./Converge.js"
import { failureToRetry } from "./internal/plan/callError.js"
import * as Journal from "./Journal.js"
import { PartialChange } from "./PartialChange.js"
import * as PlannedFlow from "./PlannedFlow.js"
import { SecretRef, type Secrets } from "./Secrets.js"
import * as UserSessions from "./UserSessions.js"

/**
 * The application the users sign in to.
 *
 * @since 0.1.0
 * @category models
 */
export const Parameters = Schema.Struct({ applicationId: ApplicationId })

/**
 * The application the users sign in to.
 *
 * @since 0.1.0
 * @category models
 */
export interface Parameters extends Schema.Schema.Type<typeof Parameters> {}

/**
 * A CSV row.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Wanted = Schema.Struct({
  username: Schema.compose(Schema.Trim, Username),
  password: SecretRef,
  oldToken: SecretRef,
  newToken: SecretRef
})

/**
 * A CSV row.
 *
 * @since 0.1.0
 * @category models
 */
export interface Wanted extends Schema.Schema.Type<typeof Wanted> {}

/**
 * The compared state: the user's account.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Read = Schema.Struct({ accountId: AccountId })

/**
 * The compared state.
 *
 * @since 0.1.0
 * @category models
 */
export interface Read extends Schema.Schema.Type<typeof Read> {}

const tokens = ({ newToken, oldToken }: Wanted) =>
  Effect.all({ before: UserSessions.resolveSecret(oldToken), after: UserSessions.resolveSecret(newToken) }).pipe(
    Effect.filterOrFail(
      ({ after, before }) => Redacted.value(after) !== Redacted.value(before),
      () => new Converge.Refused({ reason: "the old and the new token are the same" })
    )
  )

const login = ({ password, username }: Wanted, { applicationId }: Parameters) => ({ applicationId, username, password })

const added = "added the new token"

/** Ensures that the new token is added exactly once. */
const add = ({ accountId, accounts }: UserSessions.User, token: Redacted.Redacted) =>
  Effect.gen(function* () {
    const journal = yield* Journal.Journal
    if ((yield* journal.notes).includes(added)) {
      return
    }
    if ((yield* Journal.writeStatus) === "written") {
      yield* accounts.removeMobileAppToken(accountId, token).pipe(
        // A rejection is ignored, because the provider may reject the removal of a token that does
        // not exist.
        Effect.catchTag("Rejected", () => Effect.void)
      )
      yield* Journal.retract
    }
    yield* Journal.recordWrite(accounts.addMobileAppToken(accountId, token))
    yield* journal.note(added)
  })

const remove = ({ accountId, accounts }: UserSessions.User, token: Redacted.Redacted) =>
  Effect.mapError(
    Journal.recordWrite(accounts.removeMobileAppToken(accountId, token)),
    (error) =>
      new PartialChange({
        explanation: `The new token was added, but the old one could not be removed and still works (${explanation(error)})`,
        ...failureToRetry(error)
      })
  )

const writeTokens = ({ wanted }: PlannedFlow.Subject<Wanted, Read>, parameters: Parameters) =>
  Effect.flatMap(tokens(wanted), ({ after, before }) =>
    UserSessions.withUser(login(wanted, parameters), (user) =>
      add(user, after).pipe(Effect.zipRight(remove(user, before)), Effect.as<Read>({ accountId: user.accountId }))
    )
  )

/**
 * Pass this flow to `PlannedFlow.plan`, `apply`, `resume` and `rows`, and its `input` to
 * `CsvInput.read`.
 *
 * @since 0.1.0
 * @category constants
 */
export const flow: PlannedFlow.PlannedFlow<
  Parameters,
  Wanted,
  Read,
  CallError | InvalidInput,
  GlowmarktClient | Secrets
> = PlannedFlow.make({
  name: "rotateMobileTokens",
  parameters: Parameters,
  row: Wanted,
  key: ({ username }) => username,
  expected: {
    username: "a user name",
    password: "a reference to the password: env:NAME, file:PATH or file:PATH#NAME",
    oldToken: "a reference to the token to remove: env:NAME, file:PATH or file:PATH#NAME",
    newToken: "a reference to the token to add: env:NAME, file:PATH or file:PATH#NAME"
  },
  secret: ["password", "oldToken", "newToken"],
  state: Read,
  read: (
    wanted,
    parameters
  ): Effect.Effect<Read, CallError | InvalidInput | Converge.Refused, GlowmarktClient | Secrets> =>
    Effect.zipRight(
      tokens(wanted),
      UserSessions.withUser(login(wanted, parameters), ({ accountId }) => Effect.succeed({ accountId }))
    ),
  isSatisfied: () => false,
  write: writeTokens,
  describe: ({ accountId }, { newToken, oldToken }) =>
    `account ${accountId}: add the token from ${newToken}, then remove the token from ${oldToken}`,
  earlierDescriptions: [
    ({ accountId }, { newToken, oldToken }) =>
      `on account ${accountId}, add the token of ${newToken}, then remove that of ${oldToken}`
  ]
})
