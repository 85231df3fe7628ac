import * as HttpApi from "@effect/platform/HttpApi"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as OpenApi from "@effect/platform/OpenApi"
import { AccountApi, AuthApi, GlowmarktApi } from "@effect-glowmarkt/core"
import * as Context from "effect/Context"
import * as Layer from "effect/Layer"
import { Authorization } from "../Authorization.js"
import { basePath } from "../Operation.js"

/** The contract as the simulator serves it: where the provider has it, and guarded. */
export class SimulatedApi extends HttpApi.make("Glowmarkt")
  .add(AccountApi.AdminGroup.middleware(Authorization))
  .add(AccountApi.UserGroup.middleware(Authorization))
  .add(AuthApi.AuthGroup.middleware(Authorization))
  .add(HttpApiGroup.make("developer").add(AuthApi.developerLogin).middleware(Authorization))
  .prefix(basePath) {}

/** The contract as it is documented: without what only the simulator adds. */
const documented = GlowmarktApi.GlowmarktApi.annotate(OpenApi.Servers, [{ url: basePath }])

/** For the documentation's layers, which ask for an API and read only its description. */
export const documentation = Layer.succeed(HttpApi.Api, {
  // `Api` holds any `HttpApi`; that a precise one is not assignable to it is a
  // matter of `exactOptionalPropertyTypes`, which platform is not compiled with.
  api: documented as unknown as Context.Tag.Service<HttpApi.Api>["api"],
  context: Context.empty()
})
