import * as Redacted from "effect/Redacted"
import type { Grant } from "../../Credential.js"
import { secretForms } from "../error/toError.js"

/** A shorter secret may be a word of any answer, and taking it out would change data. */
const shortest = 8

const asJson = (secret: string) => JSON.stringify(secret).slice(1, -1)

const secretsOf = (grant: Grant): ReadonlyArray<string> =>
  Object.entries(grant)
    .filter(([scheme]) => scheme !== "applicationId")
    .flatMap(([, secret]: readonly [string, Redacted.Redacted]) => secretForms(Redacted.value(secret)))
    .filter((secret) => secret.length >= shortest)
    .map(asJson)

const known = new WeakMap<Grant, ReadonlyArray<string>>()

const secretsKnown = (grant: Grant): ReadonlyArray<string> => {
  const before = known.get(grant)
  if (before !== undefined) return before
  const secrets = secretsOf(grant)
  known.set(grant, secrets)
  return secrets
}

/**
 * Removes the call's own credentials from a response, so that a server that echoes them cannot put
 * them into results, stores and reports.
 */
export const redactCredentials = (json: string, grant: Grant): string => {
  let redacted = json
  for (const secret of secretsKnown(grant)) {
    if (redacted.includes(secret)) redacted = redacted.replaceAll(secret, "[redacted]")
  }
  return redacted
}
