/**
 * Runs the commands of `glowmarkt me`.
 *
 * @since 0.1.0
 */
import * as Account from "@effect-glowmarkt/core/Account"
import type * as Identifier from "@effect-glowmarkt/core/Identifier"
import * as UserAccounts from "@effect-glowmarkt/core/UserAccounts"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { UserScheme } from "../../args/Auth.js"
import type { Form } from "../../args/Flags.js"
import * as CredentialResolver from "../../config/CredentialResolver.js"
import { UsageError } from "../../exit/CommandError.js"
import * as Output from "../../terminal/Output.js"
import * as Prompt from "../../terminal/Prompt.js"
import * as AccountView from "../accounts/AccountView.js"

interface Common {
  readonly auth: Option.Option<UserScheme>
  readonly form: Form
}

interface TokenOptions extends Common {
  readonly account: Option.Option<Identifier.AccountId>
}

/**
 * Runs an effect as the user. `secrets` are the ones that the command itself prompts for, in
 * addition to the credentials.
 */
const asUserWith =
  (secrets: ReadonlyArray<Prompt.SecretPrompt>) =>
  <A, E, R>(command: Effect.Effect<A, E, R>, { auth }: Common) =>
    Effect.provide(command, CredentialResolver.user(auth, secrets))

const asUser = asUserWith([])

const encodeStatus = Schema.encodeSync(Account.AccountStatus)

const done = (form: Form, changed: Readonly<Record<string, string>>, sentence: string) =>
  form === "json" ? Output.json({ valid: true, ...changed }) : Output.data(sentence)

/**
 * @since 0.1.0
 * @category running
 */
export const status = Effect.fn("glowmarkt.me.status")(function* ({ form }: Common) {
  const user = yield* UserAccounts.UserAccounts
  const status = yield* user.status
  yield* form === "json" ? Output.json(encodeStatus(status)) : Output.data(AccountView.status(status))
}, asUser)

/**
 * @since 0.1.0
 * @category running
 */
export const email = Effect.fn("glowmarkt.me.email")(function* ({ email, form }: Common & { readonly email: string }) {
  const user = yield* UserAccounts.UserAccounts
  yield* user.changeEmail(email)
  yield* done(form, { email }, `Your e-mail address is now ${email}.`)
}, asUser)

/**
 * @since 0.1.0
 * @category running
 */
export const name = Effect.fn("glowmarkt.me.name")(function* ({ form, name }: Common & { readonly name: string }) {
  const user = yield* UserAccounts.UserAccounts
  yield* user.changeName(name)
  yield* done(form, { name }, `Your name is now ${name}.`)
}, asUser)

const passwords = [
  { variables: ["GLOWMARKT_OLD_PASSWORD", "GLOWMARKT_PASSWORD"], name: "Old password", typed: "once" },
  { variables: ["GLOWMARKT_NEW_PASSWORD"], name: "New password", typed: "twice" }
] as const

/**
 * @since 0.1.0
 * @category running
 */
export const password = Effect.fn("glowmarkt.me.password")(function* ({ form }: Common) {
  const user = yield* UserAccounts.UserAccounts
  const [oldPassword, newPassword] = yield* Prompt.secrets(passwords)
  yield* user.changePassword({ oldPassword, newPassword })
  yield* done(form, {}, "Password changed. Update it wherever it is stored, including GLOWMARKT_PASSWORD.")
}, asUserWith(passwords))

/**
 * Returns the id of the user's own account, which the API needs in the path although the token
 * already identifies the account.
 */
const ownAccount = Effect.fnUntraced(function* (
  user: UserAccounts.UserAccountsService,
  account: Option.Option<Identifier.AccountId>
) {
  if (Option.isSome(account)) return account.value
  const { accountId } = yield* user.status
  if (accountId !== undefined) return accountId
  return yield* new UsageError({
    message: "The status of your account has no id.\nPass it: --account ID."
  })
})

const mobileToken = [{ variables: ["GLOWMARKT_MOBILE_TOKEN"], name: "Mobile app token", typed: "once" }] as const

/**
 * @since 0.1.0
 * @category running
 */
export const addMobileToken = Effect.fn("glowmarkt.me.mobile-token.add")(function* ({ account, form }: TokenOptions) {
  const user = yield* UserAccounts.UserAccounts
  const [token] = yield* Prompt.secrets(mobileToken)
  const accountId = yield* ownAccount(user, account)
  yield* user.addMobileAppToken(accountId, token)
  yield* done(form, { accountId }, "Token added. Glowmarkt cannot list tokens, so keep a record of it.")
}, asUserWith(mobileToken))

/**
 * @since 0.1.0
 * @category running
 */
export const removeMobileToken = Effect.fn("glowmarkt.me.mobile-token.remove")(function* ({
  account,
  form
}: TokenOptions) {
  const user = yield* UserAccounts.UserAccounts
  const [token] = yield* Prompt.secrets(mobileToken)
  const accountId = yield* ownAccount(user, account)
  yield* user.removeMobileAppToken(accountId, token)
  yield* done(form, { accountId }, "Token removed.")
}, asUserWith(mobileToken))
