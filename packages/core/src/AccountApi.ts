/**
 * The contract of the 12 account operations. Each endpoint declares its input, success, errors,
 * credentials and whether it may be repeated.
 *
 * The client, the simulator's routes, the OpenAPI document and the conformance tests are derived
 * from it. Operations have the provider's operation ids, except for the two mobile app token
 * operations, which have none.
 *
 * @since 0.1.0
 */
import * as HttpApi from "@effect/platform/HttpApi"
import { AdminGroup } from "./internal/contract/adminApi.js"
import { UserGroup } from "./internal/contract/userApi.js"

export * from "./AccountInput.js"
export * from "./internal/contract/adminApi.js"
export * from "./internal/contract/userApi.js"

/**
 * All 12 account operations. Paths are relative to the client's base URL.
 *
 * @since 0.1.0
 * @category models
 */
export class AccountApi extends HttpApi.make("Account").add(AdminGroup).add(UserGroup) {}
