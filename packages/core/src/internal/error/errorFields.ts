import * as Schema from "effect/Schema"

/** See `CallError.Caller`. */
export const Caller = Schema.Literal("appKeys", "orgAppKeys", "devUserToken", "userToken", "session", "nobody")

export type Caller = typeof Caller.Type

/** What every failure of a call knows. */
export const fields = {
  /** The operation, by its name in the contract: `getAccountStatusById`. */
  operation: Schema.String,
  /** What failed: the call itself, or signing in for it. */
  stage: Schema.optionalWith(Schema.Literal("call", "signIn"), { default: () => "call" }),
  /** How many requests were sent for this call, this one included. */
  attempts: Schema.Int,
  /** Time from the start of the call to this failure, all attempts included. */
  elapsed: Schema.DurationFromMillis,
  /** Whether an earlier attempt of the same call may have been carried out. */
  appliedBefore: Schema.optionalWith(Schema.Boolean, { default: () => false })
}

/** What every failure knows that an answer says. */
export const answerFields = {
  ...fields,
  /** The HTTP status. */
  status: Schema.Int,
  /** What the answer says is wrong, without secrets and personal data. Empty if it says nothing. */
  excerpt: Schema.String
}
