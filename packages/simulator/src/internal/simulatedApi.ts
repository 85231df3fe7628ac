import * as HttpApi from "@effect/platform/HttpApi"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as OpenApi from "@effect/platform/OpenApi"
import { AccountApi, AuthApi, GlowmarktApi } from "@effect-glowmarkt/core"
import * as Context from "effect/Context"
import * as Layer from "effect/Layer"
import { basePath } from "../Operation.js"
import { Authorization } from "./authorization.js"

/** The contract as the simulator serves it: at the provider's path, with authorization. */
export class SimulatedApi extends HttpApi.make("Glowmarkt")
  .add(AccountApi.AdminGroup.middleware(Authorization))
  .add(AccountApi.UserGroup.middleware(Authorization))
  .add(AuthApi.AuthGroup.middleware(Authorization))
  .add(HttpApiGroup.make("developer").add(AuthApi.developerLogin).middleware(Authorization))
  .prefix(basePath) {}

/** The contract without the additions of the simulator, for the documentation. */
const documented = GlowmarktApi.GlowmarktApi.annotate(OpenApi.Servers, [{ url: basePath }])

/** Required by the documentation's layers, which only read the description of the API. */
export const documentation = Layer.succeed(HttpApi.Api, {
  // Safe: `Api` accepts any `HttpApi`. The types differ only because platform is compiled without
  // `exactOptionalPropertyTypes`.
  api: documented as unknown as Context.Tag.Service<HttpApi.Api>["api"],
  context: Context.empty()
})
