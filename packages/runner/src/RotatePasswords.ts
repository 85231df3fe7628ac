/**
 * Gives users new, generated passwords: from a CSV of `username` and `password` (a reference, see `Secrets`).
 *
 * A new password is written to a file that only its owner may use, and is on the disk, before it is set; afterwards the user is
 * signed in with it. Started again, the run finds in that file what it had begun. So whatever happens, for every user one of the two passwords holds, and
 * the outcome says which: `done` the new one, `failed` the old one unless it says otherwise.
 *
 * @since 0.1.0
 */

import type { FileSystem } from "@effect/platform/FileSystem"
import { Username } from "@effect-glowmarkt/core/AccountInput"
import type { GlowmarktClient } from "@effect-glowmarkt/core/GlowmarktClient"
import type { CallError, InvalidInput, Rejected, WeakPassword } from "@effect-glowmarkt/core/GlowmarktError"
import { AccountId, ApplicationId } from "@effect-glowmarkt/core/Identifier"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type { PlanMismatch, PlanNeeded, Row, Summary } from "./ApplyResult.js"
import * as Converge from "./Converge.js"
import type { Definition } from "./CsvInput.js"
import { absolutePath } from "./internal/flows/absolutePath.js"
import { recorded } from "./internal/plan/runParameters.js"
import * as failFast from "./internal/run/failFast.js"
import * as NewPassword from "./NewPassword.js"
import * as PasswordFile from "./PasswordFile.js"
import { InvalidPlan, type Plan } from "./Plan.js"
import * as PlannedFlow from "./PlannedFlow.js"
import type { RunId, RunMismatch, RunNotFound } from "./Run.js"
import type { RunStore } from "./RunStore.js"
import type { RunStoreError } from "./RunStoreError.js"
import { fileOf, SecretRef, type Secrets } from "./Secrets.js"
import * as UserSessions from "./UserSessions.js"

/**
 * The application that the users sign in to, and the file for their new passwords. A plan has its absolute path, so that it is one file
 * wherever the plan is applied or resumed; users whose password from that file holds have nothing to do, so the next rotation takes
 * another one. One that the present passwords are read from is refused.
 *
 * @since 0.1.0
 * @category models
 */
export const Parameters = Schema.Struct({ applicationId: ApplicationId, passwordFile: Schema.NonEmptyString })

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
  username: Schema.compose(Schema.Trim, Username).pipe(
    // The password file has a name, an equals sign and a password on a line.
    Schema.filter((name) => !/[=\r\n]/.test(name) || "has an equals sign or a line break in it")
  ),
  password: SecretRef
})

/**
 * @since 0.1.0
 * @category models
 */
export interface Wanted extends Schema.Schema.Type<typeof Wanted> {}

const Read = Schema.Struct({ accountId: AccountId, password: Schema.Literal("old", "new") })

type Read = typeof Read.Type

const accountOf = ({ accountId }: UserSessions.User) => Effect.succeed(accountId)

/** Where this password lets the user in: the account it is; where it does not: nothing. */
const tried = (
  { username }: Wanted,
  { applicationId }: Parameters,
  password: Redacted.Redacted
): Effect.Effect<Option.Option<AccountId>, CallError | InvalidInput, GlowmarktClient> =>
  UserSessions.signedIn({ applicationId, username, password }, accountOf).pipe(
    Effect.asSome,
    Effect.catchTag("Refused", () => Effect.succeedNone)
  )

const readPassword = (
  wanted: Wanted,
  parameters: Parameters
): Effect.Effect<
  Read,
  CallError | InvalidInput | Converge.Refused,
  GlowmarktClient | Secrets | PasswordFile.PasswordFile
> =>
  Effect.gen(function* () {
    const { find } = yield* PasswordFile.PasswordFile
    const begun = find(wanted.username)
    const account = Option.isSome(begun) ? yield* tried(wanted, parameters, begun.value) : Option.none()
    if (Option.isSome(account)) {
      return { accountId: account.value, password: "new" }
    }
    const { password, username } = wanted
    const accountId = yield* UserSessions.user(
      { applicationId: parameters.applicationId, username, password },
      accountOf
    )
    return { accountId, password: "old" }
  })

type ChangeError = CallError | InvalidInput | Rejected | WeakPassword | Converge.Refused

const writePassword = ({ read, wanted }: PlannedFlow.Subject<Wanted, Read>, parameters: Parameters) =>
  Effect.gen(function* () {
    const { applicationId } = parameters
    const { username } = wanted
    const file = yield* PasswordFile.PasswordFile
    const oldPassword = yield* UserSessions.secret(wanted.password)
    const newPassword = yield* Option.match(file.find(username), {
      onNone: () => Effect.tap(NewPassword.generate, (password) => file.put(username, password)),
      onSome: Effect.succeed
    })
    return yield* Converge.converge<
      Read,
      CallError | InvalidInput | Converge.Refused,
      GlowmarktClient,
      ChangeError,
      GlowmarktClient
    >({
      // To try a password that cannot hold yet would be a failed sign-in, and these may be counted.
      before: read,
      read: Effect.flatMap(
        tried(wanted, parameters, newPassword),
        Option.match({
          onNone: () => Effect.succeed<Read>({ accountId: read.accountId, password: "old" }),
          onSome: (accountId) =>
            Effect.as(UserSessions.ensureAccount({ accountId }, read.accountId), { accountId, password: "new" })
        })
      ),
      isSatisfied: ({ password }) => password === "new",
      write: () =>
        UserSessions.signedIn({ applicationId, username, password: oldPassword }, ({ accounts }) =>
          accounts.changePassword({ oldPassword, newPassword })
        ),
      wanted: "to sign in with the new password"
    })
  })

const flow = PlannedFlow.make({
  name: "rotatePasswords",
  parameters: Parameters,
  row: Wanted,
  key: ({ username }) => username,
  expected: {
    username: "the name of a user",
    password: "where the present password is: env:NAME, file:PATH or file:PATH#NAME"
  },
  secret: ["password"],
  state: Read,
  read: readPassword,
  isSatisfied: ({ password }) => password === "new",
  write: writePassword,
  describe: () => "replace the password by a generated one"
})

/**
 * What the CSV must have.
 *
 * @since 0.1.0
 * @category input
 */
export const input: Definition<Wanted> = flow.input

/**
 * Signs every user in with the present password and says whose would be replaced. Writes nothing, neither to the server nor to the file.
 *
 * @since 0.1.0
 * @category planning
 */
export const plan = (
  options: PlannedFlow.PlanOptions<Parameters, Wanted>
): Effect.Effect<Plan, CallError | PasswordFile.PasswordFileError, GlowmarktClient | Secrets | FileSystem> =>
  Effect.suspend(() => {
    const passwordFile = absolutePath(options.parameters.passwordFile)
    const present = Arr.filterMap(options.rows, ({ value }) => fileOf(value.password))
    return Effect.provideServiceEffect(
      PlannedFlow.plan(flow, { ...options, parameters: { ...options.parameters, passwordFile } }),
      PasswordFile.PasswordFile,
      Effect.zipRight(PasswordFile.ensureOther(passwordFile, present), PasswordFile.peek(passwordFile))
    )
  })

const decodeParameters = Schema.decodeUnknown(Parameters)

const withFile =
  (parameters: unknown) =>
  <A, E, R>(
    self: Effect.Effect<A, E, R>
  ): Effect.Effect<
    A,
    E | InvalidPlan | PasswordFile.PasswordFileError,
    Exclude<R, PasswordFile.PasswordFile> | FileSystem
  > =>
    decodeParameters(parameters).pipe(
      Effect.mapError(({ message }) => new InvalidPlan({ problems: [{ line: 1, problem: message }] })),
      Effect.flatMap(({ passwordFile }) =>
        Effect.scoped(
          Effect.flatMap(PasswordFile.open(passwordFile), (file) =>
            // What cannot be written down for one user cannot be for the others.
            failFast.during<PasswordFile.PasswordFileError, A, E, Exclude<R, PasswordFile.PasswordFile>>((fail) =>
              Effect.provideService(self, PasswordFile.PasswordFile, {
                ...file,
                put: (username, password) => Effect.catchAll(file.put(username, password), fail)
              })
            )
          )
        )
      )
    )

/**
 * Replaces the passwords of a plan. A password that cannot be written to the file is not set, and ends the run with
 * `PasswordFileError`; it can be resumed when there is room.
 *
 * @since 0.1.0
 * @category running
 */
export const apply = (
  plan: Plan,
  options: PlannedFlow.ApplyOptions = {}
): Effect.Effect<
  Summary,
  PasswordFile.PasswordFileError | InvalidPlan | PlanMismatch | PlanNeeded | CallError | RunMismatch | RunStoreError,
  GlowmarktClient | Secrets | FileSystem | RunStore
> => withFile(plan.header.parameters)(PlannedFlow.apply(flow, plan, options))

/**
 * Goes on with a run that is not finished, with the same file.
 *
 * @since 0.1.0
 * @category running
 */
export const resume = (
  runId: RunId,
  options: PlannedFlow.ResumeOptions = {}
): Effect.Effect<
  Summary,
  PasswordFile.PasswordFileError | InvalidPlan | PlanNeeded | CallError | RunNotFound | RunMismatch | RunStoreError,
  GlowmarktClient | Secrets | FileSystem | RunStore
> =>
  Effect.flatMap(recorded(flow, runId, options.target ?? {}), ({ parameters }) =>
    withFile(parameters)(PlannedFlow.resume(flow, runId, options))
  )

/**
 * As `PlannedFlow.rows`.
 *
 * @since 0.1.0
 * @category running
 */
export const rows = (runId: RunId): Stream.Stream<Row, RunMismatch | RunNotFound | RunStoreError, RunStore> =>
  PlannedFlow.rows(flow, runId)
