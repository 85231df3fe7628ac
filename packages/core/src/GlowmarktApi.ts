/**
 * The whole API as one `HttpApi`, for serving it and for its OpenAPI document.
 *
 * @since 0.1.0
 */
import * as HttpApi from "@effect/platform/HttpApi"
import * as OpenApi from "@effect/platform/OpenApi"
import { AdminGroup, UserGroup } from "./AccountApi.js"
import { AuthGroup } from "./AuthApi.js"
import { paths, schemas } from "./internal/contract/openApi.js"
import { schemes } from "./Security.js"

const securitySchemes = Object.fromEntries(
  Object.entries(schemes).map(([name, scheme]) => [
    name,
    scheme._tag === "Basic" ? { type: "http", scheme: "basic" } : { type: "apiKey", name: scheme.key, in: scheme.in }
  ])
)

/**
 * The account and sign-in operations. Paths are relative to the client's base URL.
 *
 * @since 0.1.0
 * @category models
 */
export class GlowmarktApi extends HttpApi.make("Glowmarkt")
  .add(AdminGroup)
  .add(UserGroup)
  .add(AuthGroup)
  .annotateContext(
    OpenApi.annotations({
      title: "Glowmarkt Account API",
      version: "0-1",
      description: "The account and sign-in operations of Hildebrand's Glowmarkt platform",
      transform: (document) => ({
        ...document,
        paths: paths(document["paths"]),
        components: { schemas: schemas(document["components"].schemas), securitySchemes }
      })
    })
  ) {}

/**
 * Generates the OpenAPI 3.1 document.
 *
 * @example
 * ```ts
 * import { GlowmarktApi } from "@effect-glowmarkt/core"
 *
 * const paths = Object.keys(GlowmarktApi.openApi().paths)
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const openApi = (): OpenApi.OpenAPISpec => OpenApi.fromApi(GlowmarktApi)
