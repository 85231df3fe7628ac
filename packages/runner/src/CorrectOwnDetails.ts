/**
 * Corrects names and e-mail addresses, each as the user who has them: only users themselves can change an address.
 * From a CSV of `username`, `password` (a reference, see `Secrets`), and `name`, `email` or both.
 *
 * A user whose address cannot be changed keeps the old name, too. Users cannot read their own address: with `AdminAccounts` in the context it
 * is read with those credentials, shown in the plan, and verified; without, it is sent and its arrival believed.
 *
 * @since 0.1.0
 */
import { Email, Username } from "@effect-glowmarkt/core/AccountInput"
import { AdminAccounts } from "@effect-glowmarkt/core/AdminAccounts"
import * as CallOptions from "@effect-glowmarkt/core/CallOptions"
import type { GlowmarktClient } from "@effect-glowmarkt/core/GlowmarktClient"
import type { CallError, InvalidInput } from "@effect-glowmarkt/core/GlowmarktError"
import { AccountId, ApplicationId } from "@effect-glowmarkt/core/Identifier"
import * as RetryPolicy from "@effect-glowmarkt/core/RetryPolicy"
import { quote } from "@effect-glowmarkt/core/VisibleText"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Converge from "./Converge.js"
import { quoteName } from "./internal/flows/quoteName.js"
import { refuseMissing } from "./internal/flows/refuseMissing.js"
import { mayHaveWritten, transient } from "./internal/plan/callError.js"
import * as Journal from "./Journal.js"
import { PartialChange, Undone } from "./PartialChange.js"
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

const exact = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

/**
 * A row of the CSV. It changes the name, the address or both.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Wanted = Schema.Struct({
  username: Schema.compose(Schema.Trim, Username),
  password: SecretRef,
  // As the provider takes it: without blanks around it.
  name: exact(Schema.compose(Schema.Trim, Schema.NonEmptyString)),
  email: exact(Schema.compose(Schema.Trim, Email))
}).pipe(Schema.filter(({ email, name }) => name !== undefined || email !== undefined || "has neither name nor email"))

/**
 * @since 0.1.0
 * @category models
 */
export interface Wanted extends Schema.Schema.Type<typeof Wanted> {}

/**
 * What is compared. An address that is not known is `null`.
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
 * @since 0.1.0
 * @category models
 */
export interface Read extends Schema.Schema.Type<typeof Read> {}

type Subject = PlannedFlow.Subject<Wanted, Read>

type Look = Effect.Effect<Read, CallError | InvalidInput | Converge.Refused, GlowmarktClient | Secrets>

const seen = ({ accountId, name }: Pick<UserSessions.User, "accountId" | "name">): Read => ({
  accountId,
  name: name ?? null,
  // Users are not told their own.
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
          Effect.catchTag("AccountNotFound", refuseMissing)
        )
    })
  )

const readDetails = ({ password, username }: Wanted, parameters: Parameters): Look =>
  UserSessions.user({ applicationId: parameters.applicationId, username, password }, (user) =>
    Effect.map(
      asAdministrator(user.accountId, parameters),
      Option.getOrElse(() => seen(user))
    )
  )

/** After a change: what the session began with does not count. */
const again = ({ read, wanted }: Subject, parameters: Parameters): Look =>
  Effect.flatMap(
    asAdministrator(read.accountId, parameters),
    Option.match({
      onNone: () =>
        Effect.flatMap(UserSessions.secret(wanted.password), (password) =>
          UserSessions.anew({ applicationId: parameters.applicationId, username: wanted.username, password }, (user) =>
            Effect.as(UserSessions.ensureAccount(user, read.accountId), seen(user))
          )
        ),
      onSome: Effect.succeed
    })
  )

const isNamed = ({ name }: Read, wanted: Pick<Wanted, "name">) => wanted.name === undefined || name === wanted.name

const isAddressed = ({ email }: Read, wanted: Pick<Wanted, "email">) =>
  wanted.email === undefined || email === wanted.email

const setName = (accounts: UserSessions.User["accounts"], again: Look, name: string, before?: Read) =>
  Converge.converge({
    ...(before === undefined ? {} : { before }),
    read: again,
    isSatisfied: (read) => read.name === name,
    write: () => accounts.changeName(name),
    wanted: quoteName(name),
    describe: (read) => quoteName(read.name)
  })

const setEmail = (accounts: UserSessions.User["accounts"], again: Look, email: string, before: Read) => {
  const write = accounts.changeEmail(email)
  return Effect.serviceOption(AdminAccounts).pipe(
    Effect.flatMap(
      Option.match({
        onNone: () => Effect.as(Journal.writing(write), before),
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
    // To undo the name for one lost request would be two more changes of it: here the client may try again itself.
    CallOptions.locally({ retry: RetryPolicy.standard })
  )
}

/** The address could not be changed: the name goes back to what the plan read. */
const takeBack = (
  accounts: UserSessions.User["accounts"],
  again: Look,
  { planned, wanted }: Subject,
  error: PlannedFlow.Trouble
): Effect.Effect<never, PlannedFlow.Trouble, GlowmarktClient | Secrets> =>
  Effect.gen(function* () {
    if (isNamed(planned, wanted)) {
      return yield* Effect.fail(error)
    }
    const said = `The e-mail address could not be changed (${error.message})`
    if (planned.name === null) {
      const explanation = `${said}, but the name was, and what it was before is not known.`
      return yield* new PartialChange({ explanation, ...transient(error) })
    }
    // Of the address; undoing the name writes on.
    const standing = yield* Journal.standing
    const back = yield* Effect.either(setName(accounts, again, planned.name))
    if (Either.isLeft(back)) {
      const { message } = back.left
      const explanation = `${said}, but the name was, and could not be changed back (${message})`
      return yield* new PartialChange({ explanation, ...transient(back.left), ...transient(error) })
    }
    const mayHaveBeenApplied = mayHaveWritten(error, standing) ?? error.mayHaveBeenApplied ?? false
    if (!mayHaveBeenApplied) {
      yield* Journal.strike
    }
    const explanation = `${said}, and the name was changed back.`
    return yield* new Undone({ explanation, mayHaveBeenApplied, ...transient(error) })
  })

const writeDetails = (
  subject: Subject,
  parameters: Parameters
): Effect.Effect<Read, PlannedFlow.Trouble, GlowmarktClient | Secrets> => {
  const { read, wanted } = subject
  const { password, username } = wanted
  return UserSessions.user({ applicationId: parameters.applicationId, username, password }, ({ accounts }) =>
    Effect.gen(function* () {
      const afterwards = again(subject, parameters)
      // The name first: it can be read, and so taken back.
      const named =
        wanted.name !== undefined && !isNamed(read, wanted)
          ? yield* setName(accounts, afterwards, wanted.name, read)
          : read
      if (wanted.email === undefined || isAddressed(named, wanted)) {
        return named
      }
      return yield* Effect.catchAll(setEmail(accounts, afterwards, wanted.email, named), (error) =>
        takeBack(accounts, afterwards, subject, error)
      )
    })
  )
}

const fromTo = (what: string, from: string | null, to: string | undefined) =>
  to === undefined || from === to
    ? []
    : [`${what} ${from === null ? "" : `from ${JSON.stringify(from)} `}to ${JSON.stringify(to)}`]

const revert = ({ planned, wanted }: Subject): Either.Either<Wanted, string> => {
  const { email, name, ...login } = wanted
  if ((name !== undefined && planned.name === null) || (email !== undefined && planned.email === null)) {
    return Either.left("what was there before is not known: only an administrator can read an address")
  }
  return Either.right({
    ...login,
    ...(name === undefined || planned.name === null ? {} : { name: planned.name }),
    ...(email === undefined || planned.email === null ? {} : { email: planned.email })
  })
}

/**
 * For `PlannedFlow.plan`, `apply`, `resume` and `rows`, and its `input` for `CsvInput.read`.
 *
 * @since 0.1.0
 * @category flows
 */
export const flow: PlannedFlow.Undoable<Parameters, Wanted, Read, CallError | InvalidInput, GlowmarktClient | Secrets> =
  PlannedFlow.undoable(
    PlannedFlow.make({
      name: "correctOwnDetails",
      parameters: Parameters,
      row: Wanted,
      key: ({ username }) => username,
      expected: {
        username: "the name of a user",
        password: "where the password is: env:NAME, file:PATH or file:PATH#NAME",
        name: "the new name, or nothing",
        email: "the new e-mail address, or nothing"
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
        `change ${[...fromTo("name", read.name, name), ...fromTo("e-mail", read.email, email)].join(" and ")}`
    }),
    revert
  )
