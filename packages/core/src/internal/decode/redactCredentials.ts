import * as Redacted from "effect/Redacted"
import type { Grant } from "../../Credential.js"
import { memoize } from "../call/memoize.js"
import { secretForms } from "../error/toError.js"

/** Replacing a shorter secret could change unrelated data. */
const minLength = 8

const asJson = (secret: string) => JSON.stringify(secret).slice(1, -1)

const secretsOf = memoize(
  (grant: Grant): ReadonlyArray<string> =>
    Object.entries(grant)
      .filter(([scheme]) => scheme !== "applicationId")
      .flatMap(([, secret]: readonly [string, Redacted.Redacted]) => secretForms(Redacted.value(secret)))
      .filter((secret) => secret.length >= minLength)
      .map(asJson)
)

/**
 * Removes the call's own credentials from a response, so that a server that echoes them cannot put
 * them into results, stores and reports.
 */
export const redactCredentials = (json: string, grant: Grant): string => {
  let redacted = json
  for (const secret of secretsOf(grant)) {
    if (redacted.includes(secret)) redacted = redacted.replaceAll(secret, "[redacted]")
  }
  return redacted
}
