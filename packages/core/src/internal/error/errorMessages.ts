import * as Duration from "effect/Duration"
import type { Caller } from "./errorFields.js"

interface Failure {
  readonly method: string
  readonly stage?: "call" | "signIn"
}

/**
 * Makes a message from the method that was called and a sentence that also makes sense without it.
 */
export const sentence = ({ method, stage }: Failure, text: string) =>
  `${method}: ${stage === "signIn" ? `Sign-in failed: ${text}` : text.charAt(0).toUpperCase() + text.slice(1)}`

/** Returns the message without the method. */
export const withoutMethod = ({ message, method }: { readonly message: string; readonly method: string }) =>
  message.slice(`${method}: `.length)

const redundant = /^(?:access denied|not found|too many requests)\.?$/i

/** Quotes the excerpt of the response, unless it only repeats the status. */
export const quoted = ({ excerpt, status }: { readonly excerpt: string; readonly status: number }) =>
  excerpt === "" || (status >= 400 && redundant.test(excerpt)) ? "" : ` The response says “${excerpt}”.`

/**
 * Returns the words about repeated attempts, or nothing after a single attempt: "after 1 request"
 * would be wrong if the caller has its own retry loop.
 */
export const repeated = (attempts: number, unit: string) => (attempts > 1 ? `, after ${attempts} ${unit}` : "")

/** Formats a duration in whole seconds, or in milliseconds below one second. */
export const rounded = (duration: Duration.Duration): string => {
  const seconds = Math.round(Duration.toSeconds(duration))
  return Duration.format(
    seconds < 1 ? Duration.millis(Math.round(Duration.toMillis(duration))) : Duration.seconds(seconds)
  )
}

export const credentialAdvice: Record<Caller, string> = {
  appKeys: "Check the application's key and secret.",
  orgAppKeys: "Check the organisation's key and secret, and the application id.",
  devUserToken: "Check the application id, and that the developer token has not expired.",
  userToken:
    "Check that the user token has not expired or been revoked, and that it was issued for this application id.",
  session:
    "Check the user name, password and application id. If they are correct, sign in once on the Glowmarkt website: sign-in is refused until its current terms are accepted there.",
  anonymous: "This operation takes no credentials; a proxy in between may require some."
}

const otherOwner = " The account may belong to another user: a token only gives access to its owner's account."

/** Other reasons why these operations may be refused even with valid credentials. */
export const operationAdvice: Readonly<Record<string, string>> = {
  userChangePassword: " Or the old password is wrong.",
  addMobileAppToken: otherOwner,
  removeMobileAppToken: otherOwner
}

/** The messages of a timeout, by what the call was waiting for. */
export const timeoutMessage = {
  response: (limit: string, attempts: number) => `no response within ${limit}${repeated(attempts, "attempts")}`,
  rateLimit: (limit: string) => `not sent: the client's rate limit left no slot in the remaining time (${limit})`,
  token: (limit: string) => `no token in the time left for the call (${limit})`
}
