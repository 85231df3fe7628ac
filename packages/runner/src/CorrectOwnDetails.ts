/**
 * Corrects users' names and e-mail addresses from a CSV of `username`, `password` (a reference, see
 * `Secrets`), and `name`, `email` or both. Each change is made as the user, because only users can
 * change their own address.
 *
 * If the address cannot be changed, the name is changed back. Users cannot read their own address:
 * with `AdminAccounts` in the context the address is read with administrator credentials, shown in
 * the plan and verified. Without `AdminAccounts`, the change is sent but not verified.
 *
 * @since 0.1.0
 */
import { Email, Username } from "@effect-glowmarkt/core/AccountInput"
import { AdminAccounts } from "@effect-glowmarkt/core/AdminAccounts"
import * as CallOptions from "@effect-glowmarkt/core/CallOptions"
import type { GlowmarktClient } from "@effect-glowmarkt/core/GlowmarktClient"
import { type CallError, explanation as explanationOf, type InvalidInput } from "@effect-glowmarkt/core/GlowmarktError"
import { AccountId, ApplicationId } from "@effect-glowmarkt/core/Identifier"
import * as RetryPolicy from "@effect-glowmarkt/core/RetryPolicy"
import { quote } from "@effect-glowmarkt/core/VisibleText"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Converge from "./Converge.js"
import { quoteName } from "./internal/flows/quoteName.js"
import { failureToRetry, mayHaveWritten } from "./internal/plan/callError.js"
import * as Journal from "./Journal.js"
import { PartialChange, RolledBack } from "./PartialChange.js"
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

const exact = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

/**
 * A CSV row. A row changes the name, the address or both.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Wanted = Schema.Struct({
  username: Schema.compose(Schema.Trim, Username),
  password: SecretRef,
  // The provider trims names.
  name: exact(Schema.compose(Schema.Trim, Schema.NonEmptyString)),
  email: exact(Schema.compose(Schema.Trim, Email))
}).pipe(Schema.filter(({ email, name }) => name !== undefined || email !== undefined || "has neither name nor email"))

/**
 * A CSV row.
 *
 * @since 0.1.0
 * @category models
 */
export interface Wanted extends Schema.Schema.Type<typeof Wanted> {}

/**
 * The compared state. An unknown address is `null`.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Read = Schema.Struct({
  accountId: AccountId,
  name: Schema.NullOr(Schema.String),
  email: Schema.NullOr(Schema.String)
})

/**
 * The compared state.
 *
 * @since 0.1.0
 * @category models
 */
export interface Read extends Schema.Schema.Type<typeof Read> {}

type Subject = PlannedFlow.Subject<Wanted, Read>

type ReadEffect = Effect.Effect<Read, CallError | InvalidInput | Converge.Refused, GlowmarktClient | Secrets>

const toState = ({ accountId, name }: Pick<UserSessions.User, "accountId" | "name">): Read => ({
  accountId,
  name: name ?? null,
  // Reads the address with administrator credentials, because signing in does not return it.
  email: null
})

const asAdministrator = (accountId: AccountId, { applicationId }: Parameters) =>
  Effect.flatMap(
    Effect.serviceOption(AdminAccounts),
    Option.match({
      onNone: () => Effect.succeedNone,
      onSome: (admin) =>
        Converge.getOwn(accountId, applicationId).pipe(
          Effect.provideService(AdminAccounts, admin),
          Effect.map(({ email, name }): Read => ({ accountId, name: name ?? null, email: email ?? null })),
          Effect.asSome,
          Effect.catchTag("AccountNotFound", Converge.refuseMissing)
        )
    })
  )

const readDetails = ({ password, username }: Wanted, parameters: Parameters): ReadEffect =>
  UserSessions.withUser({ applicationId: parameters.applicationId, username, password }, (user) =>
    Effect.map(
      asAdministrator(user.accountId, parameters),
      Option.getOrElse(() => toState(user))
    )
  )

/**
 * Reads the details after a change. Those that the current session's sign-in returned are out of
 * date.
 */
const again = ({ read, wanted }: Subject, parameters: Parameters): ReadEffect =>
  Effect.flatMap(
    asAdministrator(read.accountId, parameters),
    Option.match({
      onNone: () =>
        Effect.flatMap(UserSessions.resolveSecret(wanted.password), (password) =>
          UserSessions.withFreshSession(
            { applicationId: parameters.applicationId, username: wanted.username, password },
            (user) => Effect.as(UserSessions.ensureAccount(user, read.accountId), toState(user))
          )
        ),
      onSome: Effect.succeed
    })
  )

const isNamed = ({ name }: Read, wanted: Pick<Wanted, "name">) => wanted.name === undefined || name === wanted.name

const isAddressed = ({ email }: Read, wanted: Pick<Wanted, "email">) =>
  wanted.email === undefined || email === wanted.email

const setName = (accounts: UserSessions.User["accounts"], again: ReadEffect, name: string, before?: Read) =>
  Converge.converge({
    ...(before === undefined ? {} : { before }),
    read: again,
    isSatisfied: (read) => read.name === name,
    write: () => accounts.changeName(name),
    wanted: quoteName(name),
    describe: (read) => quoteName(read.name)
  })

const setEmail = (accounts: UserSessions.User["accounts"], again: ReadEffect, email: string, before: Read) => {
  const write = accounts.changeEmail(email)
  return Effect.serviceOption(AdminAccounts).pipe(
    Effect.flatMap(
      Option.match({
        onNone: () => Effect.as(Journal.recordWrite(write), before),
        onSome: () =>
          Converge.converge({
            before,
            read: again,
            isSatisfied: (read) => read.email === email,
            write: () => write,
            wanted: `the e-mail address ${email}`,
            describe: (read) => (read.email === null ? "none" : quote(read.email))
          })
      })
    ),
    // The client retries here: after one lost request, changing the name back and again would cost
    // two more changes.
    CallOptions.locally({ retry: RetryPolicy.standard })
  )
}

/** Restores the name that the plan read, because the address could not be changed. */
const restoreName = (
  accounts: UserSessions.User["accounts"],
  again: ReadEffect,
  { planned, wanted }: Subject,
  error: PlannedFlow.StepError
): Effect.Effect<never, PlannedFlow.StepError, GlowmarktClient | Secrets> =>
  Effect.gen(function* () {
    if (isNamed(planned, wanted)) {
      return yield* Effect.fail(error)
    }
    const failed = `The e-mail address could not be changed (${explanationOf(error)})`
    if (planned.name === null) {
      const explanation = `${failed}. The name was changed, and its previous value is unknown.`
      return yield* new PartialChange({ explanation, ...failureToRetry(error) })
    }
    // The journal is read now, because restoring the name also writes to it.
    const standing = yield* Journal.writeStatus
    const back = yield* Effect.either(setName(accounts, again, planned.name))
    if (Either.isLeft(back)) {
      const { message } = back.left
      const explanation = `${failed}. The name was changed, and could not be changed back (${message})`
      return yield* new PartialChange({ explanation, ...failureToRetry(back.left), ...failureToRetry(error) })
    }
    const mayHaveBeenApplied = mayHaveWritten(error, standing) ?? error.mayHaveBeenApplied ?? false
    if (!mayHaveBeenApplied) {
      yield* Journal.retract
    }
    const explanation = `${failed}, so the name was changed back.`
    return yield* new RolledBack({ explanation, mayHaveBeenApplied, ...failureToRetry(error) })
  })

const writeDetails = (
  subject: Subject,
  parameters: Parameters
): Effect.Effect<Read, PlannedFlow.StepError, GlowmarktClient | Secrets> => {
  const { read, wanted } = subject
  const { password, username } = wanted
  return UserSessions.withUser({ applicationId: parameters.applicationId, username, password }, ({ accounts }) =>
    Effect.gen(function* () {
      const afterwards = again(subject, parameters)
      // Changes the name first: the name can be read, and therefore restored.
      const named =
        wanted.name !== undefined && !isNamed(read, wanted)
          ? yield* setName(accounts, afterwards, wanted.name, read)
          : read
      if (wanted.email === undefined || isAddressed(named, wanted)) {
        return named
      }
      return yield* Effect.catchAll(setEmail(accounts, afterwards, wanted.email, named), (error) =>
        restoreName(accounts, afterwards, subject, error)
      )
    })
  )
}

const describeChange = (field: string, from: string | null, to: string | undefined) =>
  to === undefined || from === to
    ? []
    : [`set ${field} to ${JSON.stringify(to)}${from === null ? "" : ` (was ${JSON.stringify(from)})`}`]

/** Describes a change in the words of earlier versions, whose plans can still be applied. */
const fromTo = (field: string, from: string | null, to: string | undefined) =>
  to === undefined || from === to
    ? []
    : [`${field} ${from === null ? "" : `from ${JSON.stringify(from)} `}to ${JSON.stringify(to)}`]

const revert = ({ planned, wanted }: Subject): Either.Either<Wanted, string> => {
  const { email, name, ...login } = wanted
  if ((name !== undefined && planned.name === null) || (email !== undefined && planned.email === null)) {
    return Either.left("the previous value is unknown: only an administrator can read an address")
  }
  return Either.right({
    ...login,
    ...(name === undefined || planned.name === null ? {} : { name: planned.name }),
    ...(email === undefined || planned.email === null ? {} : { email: planned.email })
  })
}

/**
 * Pass this flow to `PlannedFlow.plan`, `apply`, `resume` and `rows`, and its `input` to
 * `CsvInput.read`.
 *
 * @since 0.1.0
 * @category constants
 */
export const flow: PlannedFlow.Undoable<Parameters, Wanted, Read, CallError | InvalidInput, GlowmarktClient | Secrets> =
  PlannedFlow.undoable(
    PlannedFlow.make({
      name: "correctOwnDetails",
      parameters: Parameters,
      row: Wanted,
      key: ({ username }) => username,
      expected: {
        username: "a user name",
        password: "a reference to the password: env:NAME, file:PATH or file:PATH#NAME",
        name: "the new name (optional)",
        email: "the new e-mail address (optional)"
      },
      secret: ["password"],
      state: Read,
      read: readDetails,
      isSatisfied: (read, wanted) => isNamed(read, wanted) && isAddressed(read, wanted),
      isPartial: ({ planned, read, wanted }) =>
        read.accountId === planned.accountId &&
        (read.name === planned.name || read.name === wanted.name) &&
        (read.email === planned.email || read.email === wanted.email),
      write: writeDetails,
      describe: (read, { email, name }) =>
        [...describeChange("name", read.name, name), ...describeChange("e-mail", read.email, email)].join(" and "),
      earlierDescriptions: [
        (read, { email, name }) =>
          `change ${[...fromTo("name", read.name, name), ...fromTo("e-mail", read.email, email)].join(" and ")}`
      ]
    }),
    revert
  )
