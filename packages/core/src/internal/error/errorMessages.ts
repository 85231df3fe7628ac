import * as Duration from "effect/Duration"
import type { Caller } from "./errorFields.js"

/** How the message of an error begins: what was to be done. */
export const begin = ({ operation, stage }: { readonly operation: string; readonly stage: "call" | "signIn" }) =>
  stage === "signIn" ? `${operation}: signing in: ` : `${operation}: `

// Said by the status already.
const plain = /^(?:access denied|not found|too many requests)\.?$/i

/** The provider's own words, where they add something. */
export const quoted = ({ excerpt, status }: { readonly excerpt: string; readonly status: number }) =>
  excerpt === "" || (status >= 400 && plain.test(excerpt)) ? "" : ` It said “${excerpt}”.`

/** That it was sent once is no news; and whoever repeats it himself would be told what is not so. */
export const repeated = (attempts: number, unit: string) => (attempts > 1 ? `, after ${attempts} ${unit}` : "")

/** A duration as every message shows it: in whole seconds, or in milliseconds below one second. */
export const rounded = (duration: Duration.Duration): string => {
  const seconds = Math.round(Duration.toSeconds(duration))
  return Duration.format(
    seconds < 1 ? Duration.millis(Math.round(Duration.toMillis(duration))) : Duration.seconds(seconds)
  )
}

export const credentialAdvice: Record<Caller, string> = {
  appKeys: "Check the application's key and secret.",
  orgAppKeys: "Check the organisation's key and secret, and the application id they speak for.",
  devUserToken: "Check that the developer token has not ended, and the application id it speaks for.",
  userToken: "Check that the user token has not ended or been revoked, and the application id it was issued for.",
  session:
    "Check user name, password and application id. If they are right, sign in once on the web site: the provider refuses sign-in until its current terms are accepted there.",
  nobody: "This operation takes no credentials; the server in between may want some."
}

const another = " It may be an account of somebody else: only that of the token's owner can be changed."

/** What a refusal of these operations may also be about, although the credentials are good. */
export const operationAdvice: Readonly<Record<string, string>> = {
  userChangePassword: " It may be the old password that is wrong.",
  addMobileAppToken: another,
  removeMobileAppToken: another
}

/** What did not come in time. */
export const late = {
  answer: (limit: string, attempts: number) => `no answer within ${limit}${repeated(attempts, "attempts")}`,
  turn: (limit: string) =>
    `not sent: its turn by this client's own rate limit did not come in the time that was left (${limit})`,
  token: (limit: string) => `not done in the time that was left for the call (${limit})`
}
