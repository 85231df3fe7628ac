/**
 * Gives users new, generated passwords, from a CSV of `username` and `password` (a reference, see
 * `Secrets`).
 *
 * A new password is written to a private file and is on disk before it is set. The user is then
 * signed in with it. A resumed run reuses the password in that file. So one of the two passwords
 * works at any time, and the outcome says which: `done` means the new one, and `failed` means the
 * old one unless the message says otherwise.
 *
 * @since 0.1.0
 */

import type { FileSystem } from "@effect/platform/FileSystem"
import { Username } from "@effect-glowmarkt/core/AccountInput"
import type { GlowmarktClient } from "@effect-glowmarkt/core/GlowmarktClient"
import type { CallError, InvalidInput, Rejected, WeakPassword } from "@effect-glowmarkt/core/GlowmarktError"
import { AccountId, ApplicationId } from "@effect-glowmarkt/core/Identifier"
import * as Arr from "effect/Array"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type { PlanMismatch, PlanNeeded, Row, Summary } from "./ApplyResult.js"
import * as Converge from "./Converge.js"
import type { Definition } from "./CsvInput.js"
import { absolutePath } from "./internal/flows/absolutePath.js"
import { loadParameters } from "./internal/plan/runParameters.js"
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
 * The application the users sign in to, and the file for their new passwords. The plan stores its
 * absolute path, so that applying and resuming use the same file in any directory. If a user's
 * password in that file already works, it is not replaced, so use a new file for the next rotation.
 * The current passwords must not be read from the same file.
 *
 * @since 0.1.0
 * @category models
 */
export const Parameters = Schema.Struct({ applicationId: ApplicationId, passwordFile: Schema.NonEmptyString })

/**
 * The application the users sign in to, and the file for their new passwords.
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
  username: Schema.compose(Schema.Trim, Username).pipe(
    // A line of the password file is a name, an equals sign and a password.
    Schema.filter((name) => !/[=\r\n]/.test(name) || "contains an equals sign or a line break")
  ),
  password: SecretRef
})

/**
 * A CSV row.
 *
 * @since 0.1.0
 * @category models
 */
export interface Wanted extends Schema.Schema.Type<typeof Wanted> {}

const Read = Schema.Struct({ accountId: AccountId, password: Schema.Literal("old", "new") })

type Read = typeof Read.Type

const accountOf = ({ accountId }: UserSessions.User) => Effect.succeed(accountId)

/** Signs in and returns the user's account, if this password works. */
const trySignIn = (
  { username }: Wanted,
  { applicationId }: Parameters,
  password: Redacted.Redacted
): Effect.Effect<Option.Option<AccountId>, CallError | InvalidInput, GlowmarktClient> =>
  UserSessions.withSession({ applicationId, username, password }, accountOf).pipe(
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
    const account = Option.isSome(begun) ? yield* trySignIn(wanted, parameters, begun.value) : Option.none()
    if (Option.isSome(account)) {
      return { accountId: account.value, password: "new" }
    }
    const { password, username } = wanted
    const accountId = yield* UserSessions.withUser(
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
    const oldPassword = yield* UserSessions.resolveSecret(wanted.password)
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
      // Does not try the new password, which cannot work yet: the provider may count failed
      // sign-ins.
      before: read,
      read: Effect.flatMap(
        trySignIn(wanted, parameters, newPassword),
        Option.match({
          onNone: () => Effect.succeed<Read>({ accountId: read.accountId, password: "old" }),
          onSome: (accountId) =>
            Effect.as(UserSessions.ensureAccount({ accountId }, read.accountId), { accountId, password: "new" })
        })
      ),
      isSatisfied: ({ password }) => password === "new",
      write: () =>
        UserSessions.withSession({ applicationId, username, password: oldPassword }, ({ accounts }) =>
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
    username: "a user name",
    password: "a reference to the current password: env:NAME, file:PATH or file:PATH#NAME"
  },
  secret: ["password"],
  state: Read,
  read: readPassword,
  isSatisfied: ({ password }) => password === "new",
  write: writePassword,
  describe: () => "replace the password with a generated one",
  earlierDescriptions: [() => "replace the password by a generated one"]
})

/**
 * The expected CSV columns.
 *
 * @since 0.1.0
 * @category constants
 */
export const input: Definition<Wanted> = flow.input

/**
 * Signs every user in with the current password and plans which passwords to replace. Writes
 * nothing to the server or to the file.
 *
 * @example
 * ```ts
 * import type { Identifier } from "@effect-glowmarkt/core"
 * import { type CsvInput, RotatePasswords } from "@effect-glowmarkt/runner"
 *
 * const plan = (input: CsvInput.Input<RotatePasswords.Wanted>, applicationId: Identifier.ApplicationId) =>
 *   RotatePasswords.plan({ ...input, parameters: { applicationId, passwordFile: "new-passwords" } })
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export const plan = (
  options: PlannedFlow.PlanOptions<Parameters, Wanted>
): Effect.Effect<Plan, CallError | PasswordFile.PasswordFileError, GlowmarktClient | Secrets | FileSystem> =>
  Effect.suspend(() => {
    const passwordFile = absolutePath(options.parameters.passwordFile)
    const current = Arr.filterMap(options.rows, ({ value }) => fileOf(value.password))
    return Effect.provideServiceEffect(
      PlannedFlow.plan(flow, { ...options, parameters: { ...options.parameters, passwordFile } }),
      PasswordFile.PasswordFile,
      Effect.zipRight(PasswordFile.ensureNotSource(passwordFile, current), PasswordFile.openReadOnly(passwordFile))
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
          Effect.gen(function* () {
            const file = yield* PasswordFile.open(passwordFile)
            // Stops the run when a password cannot be stored, because no other can be stored
            // either. The step never ends, so no result is recorded for its subject.
            const failed = yield* Deferred.make<never, PasswordFile.PasswordFileError>()
            const put = (username: string, password: Redacted.Redacted) =>
              Effect.catchAll(file.put(username, password), (error) =>
                Effect.zipRight(Deferred.fail(failed, error), Effect.never)
              )
            return yield* Effect.raceFirst(
              Effect.provideService(self, PasswordFile.PasswordFile, { ...file, put }),
              Deferred.await(failed)
            )
          })
        )
      )
    )

/**
 * Replaces the passwords of a plan. A password that cannot be written to the file is not set; the
 * run then fails with `PasswordFileError` and can be resumed.
 *
 * @example
 * ```ts
 * import { type Plan, RotatePasswords } from "@effect-glowmarkt/runner"
 *
 * const apply = (plan: Plan.Plan) => RotatePasswords.apply(plan)
 * ```
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
 * Resumes an unfinished run, with the same file.
 *
 * @example
 * ```ts
 * import { RotatePasswords, Run } from "@effect-glowmarkt/runner"
 *
 * const resumed = RotatePasswords.resume(Run.RunId.make("march"))
 * ```
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
  Effect.flatMap(loadParameters(flow, runId, options.target ?? {}), ({ parameters }) =>
    withFile(parameters)(PlannedFlow.resume(flow, runId, options))
  )

/**
 * Streams the subjects of a run, as `PlannedFlow.rows` does.
 *
 * @example
 * ```ts
 * import { RotatePasswords, Run } from "@effect-glowmarkt/runner"
 * import { Stream } from "effect"
 *
 * const count = Stream.runCount(RotatePasswords.rows(Run.RunId.make("march")))
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export const rows = (runId: RunId): Stream.Stream<Row, RunMismatch | RunNotFound | RunStoreError, RunStore> =>
  PlannedFlow.rows(flow, runId)
