import * as Schema from "effect/Schema"

/** See `CallError.Caller`. */
export const Caller = Schema.Literal("appKeys", "orgAppKeys", "devUserToken", "userToken", "session", "anonymous")

export type Caller = typeof Caller.Type

/** Fields of every failed call. */
export const fields = {
  /** The operation's name in the contract, such as `getAccountStatusById`. */
  operation: Schema.String,
  /** Whether the call itself failed, or the sign-in before it. */
  stage: Schema.optionalWith(Schema.Literal("call", "signIn"), { default: () => "call" }),
  /** How many requests were sent for this call, including the failed one. */
  attempts: Schema.Int,
  /** Time from the start of the call to this failure, across all attempts. */
  elapsed: Schema.DurationFromMillis,
  /** Whether an earlier attempt of the same call may have been carried out. */
  appliedBefore: Schema.optionalWith(Schema.Boolean, { default: () => false })
}

/** Fields of every failure that has a response. */
export const responseFields = {
  ...fields,
  /** The HTTP status. */
  status: Schema.Int,
  /** The error text of the response, without secrets and personal data. Empty if there is none. */
  excerpt: Schema.String
}

// The methods by operation: programs call `admin.status`, not `getAccountStatusById`.
const serviceMethods: Readonly<Record<string, string>> = {
  // `admin.stream` calls the same operation.
  getAccounts: "admin.list",
  addAccount: "admin.add",
  getAccountById: "admin.get",
  updateAccount: "admin.rename",
  deleteAccount: "admin.remove",
  getAccountStatusById: "admin.status",
  getAccountStatusByUserToken: "user.status",
  userChangeEmail: "user.changeEmail",
  userChangeName: "user.changeName",
  userChangePassword: "user.changePassword",
  addMobileAppToken: "user.addMobileAppToken",
  removeMobileAppToken: "user.removeMobileAppToken",
  usernameLogin: "auth.signIn",
  tokenCheck: "auth.check",
  newToken: "auth.renew",
  deleteToken: "auth.revoke"
}

/** Returns the method that was called, or the operation's name if a program compiled it itself. */
export const methodOf = ({ operation }: { readonly operation: string }): string =>
  serviceMethods[operation] ?? operation
