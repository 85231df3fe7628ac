/**
 * Replaces the tokens of users' mobile apps: from a CSV of `username`, `password`, `oldToken` and `newToken`, all but the first as references
 * (see `Secrets`). The new token is added first, and the old one removed only then, so that no phone is cut off.
 *
 * The provider cannot list these tokens: whether one is there can be neither compared nor verified. So the run keeps a ledger, its
 * `Journal`: a token that was added is not added again. Where the answer to an addition was lost, to the network or to a crash,
 * nobody can know; then the new token is removed first, which does no harm where it is not, and added once more. Removing again does
 * no harm either.
 *
 * What that guarantees: however often the run is cut off, at its end the new token is there once and the old one is not, and whatever was
 * sent twice is in the journal, as a write that may not have arrived. Between such a removal and the addition that follows, the phone is
 * still known by the old token.
 *
 * @since 0.1.0
 */
import { Username } from "@effect-glowmarkt/core/AccountInput"
import type { GlowmarktClient } from "@effect-glowmarkt/core/GlowmarktClient"
import type { CallError, InvalidInput } from "@effect-glowmarkt/core/GlowmarktError"
import { AccountId, ApplicationId } from "@effect-glowmarkt/core/Identifier"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Converge from "./Converge.js"
import { transient } from "./internal/plan/callError.js"
import * as Journal from "./Journal.js"
import { PartialChange } from "./PartialChange.js"
import * as PlannedFlow from "./PlannedFlow.js"
import { SecretRef, type Secrets } from "./Secrets.js"
import * as UserSessions from "./UserSessions.js"

/**
 * The application that the users sign in to.
 *
 * @since 0.1.0
 * @category models
 */
export const Parameters = Schema.Struct({ applicationId: ApplicationId })

/**
 * @since 0.1.0
 * @category models
 */
export interface Parameters extends Schema.Schema.Type<typeof Parameters> {}

/**
 * A row of the CSV.
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
 * @since 0.1.0
 * @category models
 */
export interface Wanted extends Schema.Schema.Type<typeof Wanted> {}

/**
 * What is compared: whose account it is.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Read = Schema.Struct({ accountId: AccountId })

/**
 * @since 0.1.0
 * @category models
 */
export interface Read extends Schema.Schema.Type<typeof Read> {}

const tokens = ({ newToken, oldToken }: Wanted) =>
  Effect.all({ before: UserSessions.secret(oldToken), after: UserSessions.secret(newToken) }).pipe(
    Effect.filterOrFail(
      ({ after, before }) => Redacted.value(after) !== Redacted.value(before),
      () => new Converge.Refused({ reason: "the old token and the new one are the same" })
    )
  )

const login = ({ password, username }: Wanted, { applicationId }: Parameters) => ({ applicationId, username, password })

const added = "added the new token"

/** The new token is there, once. */
const add = ({ accountId, accounts }: UserSessions.User, token: Redacted.Redacted) =>
  Effect.gen(function* () {
    const journal = yield* Journal.Journal
    if ((yield* journal.notes).includes(added)) {
      return
    }
    if ((yield* Journal.standing) === "written") {
      yield* accounts.removeMobileAppToken(accountId, token).pipe(
        // That is how the provider may say that it was not there.
        Effect.catchTag("Rejected", () => Effect.void)
      )
      yield* Journal.strike
    }
    yield* Journal.writing(accounts.addMobileAppToken(accountId, token))
    yield* journal.note(added)
  })

const remove = ({ accountId, accounts }: UserSessions.User, token: Redacted.Redacted) =>
  Effect.mapError(
    Journal.writing(accounts.removeMobileAppToken(accountId, token)),
    (error) =>
      new PartialChange({
        explanation: `The new token was added, but the old one is still good: it could not be removed (${error.message})`,
        ...transient(error)
      })
  )

const writeTokens = ({ wanted }: PlannedFlow.Subject<Wanted, Read>, parameters: Parameters) =>
  Effect.flatMap(tokens(wanted), ({ after, before }) =>
    UserSessions.user(login(wanted, parameters), (user) =>
      add(user, after).pipe(Effect.zipRight(remove(user, before)), Effect.as<Read>({ accountId: user.accountId }))
    )
  )

/**
 * For `PlannedFlow.plan`, `apply`, `resume` and `rows`, and its `input` for `CsvInput.read`.
 *
 * @since 0.1.0
 * @category flows
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
    username: "the name of a user",
    password: "where the password is: env:NAME, file:PATH or file:PATH#NAME",
    oldToken: "where the token to remove is: env:NAME, file:PATH or file:PATH#NAME",
    newToken: "where the token to add is: env:NAME, file:PATH or file:PATH#NAME"
  },
  secret: ["password", "oldToken", "newToken"],
  state: Read,
  read: (
    wanted,
    parameters
  ): Effect.Effect<Read, CallError | InvalidInput | Converge.Refused, GlowmarktClient | Secrets> =>
    Effect.zipRight(
      tokens(wanted),
      UserSessions.user(login(wanted, parameters), ({ accountId }) => Effect.succeed({ accountId }))
    ),
  isSatisfied: () => false,
  write: writeTokens,
  describe: ({ accountId }, { newToken, oldToken }) =>
    `on account ${accountId}, add the token of ${newToken}, then remove that of ${oldToken}`
})
