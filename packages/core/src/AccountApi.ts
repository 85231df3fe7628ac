/**
 * The contract of the 12 account operations: what each takes, gives and fails
 * with, who may call it, and whether it may be sent twice.
 *
 * From these values come the client, the simulator's routes, the OpenAPI
 * document and the conformance run. Names are the provider's operation ids,
 * except for the two mobile app token operations, which have none.
 *
 * @since 0.1.0
 */
import * as HttpApi from "@effect/platform/HttpApi"
import { AdminGroup } from "./AdminApi.js"
import { UserGroup } from "./UserApi.js"

export * from "./AccountInput.js"
export * from "./AdminApi.js"
export * from "./UserApi.js"

/**
 * All 12 account operations. Paths are relative to the base URL, which is part
 * of the client's configuration because white labels serve them elsewhere.
 *
 * @since 0.1.0
 * @category models
 */
export class AccountApi extends HttpApi.make("Account").add(AdminGroup).add(UserGroup) {}
