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
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as OpenApi from "@effect/platform/OpenApi"
import * as admin from "./internal/contract/adminApi.js"
import * as user from "./internal/contract/userApi.js"

export * from "./AccountInput.js"
export * from "./internal/contract/adminApi.js"
export * from "./internal/contract/userApi.js"

/**
 * The administrator operations.
 *
 * @since 0.1.0
 * @category models
 */
export class AdminGroup extends HttpApiGroup.make("admin")
  .add(admin.getAccounts)
  .add(admin.addAccount)
  .add(admin.getAccountById)
  .add(admin.updateAccount)
  .add(admin.deleteAccount)
  .add(admin.getAccountStatusById)
  .annotate(OpenApi.Description, "Administration of an application's accounts") {}

/**
 * The operations of a user on the account that owns the token.
 *
 * @since 0.1.0
 * @category models
 */
export class UserGroup extends HttpApiGroup.make("user")
  .add(user.getAccountStatusByUserToken)
  .add(user.userChangeEmail)
  .add(user.userChangeName)
  .add(user.userChangePassword)
  .add(user.addMobileAppToken)
  .add(user.removeMobileAppToken)
  .annotate(OpenApi.Description, "A user's own account") {}

/**
 * All 12 account operations. Paths are relative to the client's base URL.
 *
 * @since 0.1.0
 * @category models
 */
export class AccountApi extends HttpApi.make("Account").add(AdminGroup).add(UserGroup) {}
