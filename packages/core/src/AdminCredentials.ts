/**
 * The credentials that every operation of `AdminAccounts` needs. Provided by `AppKeys.layer`,
 * `OrgAppKeys.layer`, `DevUserToken.layer` or `DevUserSession.layer`.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type { AdminGrant, Credential } from "./Credential.js"

/**
 * @since 0.1.0
 * @category services
 */
export class AdminCredentials extends Context.Tag("@effect-glowmarkt/core/AdminCredentials")<
  AdminCredentials,
  Credential<AdminGrant>
>() {}
