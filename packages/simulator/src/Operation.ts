/**
 * The operations that a simulator serves, derived from the contract.
 *
 * @since 0.1.0
 */
import { AccountApi, AuthApi, Security } from "@effect-glowmarkt/core"
import * as Context from "effect/Context"
import * as Schema from "effect/Schema"

/**
 * The base path of the API, the same as the provider's.
 *
 * @since 0.1.0
 * @category constants
 */
export const basePath = "/api/v0-1"

const endpoints = [
  ...Object.values(AccountApi.AdminGroup.endpoints),
  ...Object.values(AccountApi.UserGroup.endpoints),
  ...Object.values(AuthApi.AuthGroup.endpoints),
  AuthApi.developerLogin
]

/**
 * The name of an operation in the contract, such as `getAccountStatusById`.
 *
 * @since 0.1.0
 * @category models
 */
export type Name = (typeof endpoints)[number]["name"]

/**
 * An operation of the contract.
 *
 * @since 0.1.0
 * @category models
 */
export interface Operation {
  readonly name: Name
  readonly method: string
  /** The path relative to {@link basePath}, with parameters as in `/account/:accountId`. */
  readonly path: string
  readonly security: Security.Alternatives
  /** The errors that the contract declares for a body with missing or incorrect fields. */
  readonly bodyErrors: { readonly missing: BodyError; readonly incorrect: BodyError }
}

/**
 * The error for a body that cannot be decoded.
 *
 * @since 0.1.0
 * @category models
 */
export type BodyError = "MissingElements" | "IncorrectElements"

/**
 * All operations, in the order of the contract.
 *
 * @example
 * ```ts
 * import { Operation } from "@effect-glowmarkt/simulator"
 *
 * const names = Operation.all.map(({ name }) => name)
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const all: ReadonlyArray<Operation> = endpoints.map((endpoint) => {
  const isDeclared = Schema.is(Schema.make<unknown>(endpoint.errorSchema.ast))
  const declares = (bodyError: BodyError) => isDeclared({ _tag: bodyError })
  return {
    name: endpoint.name,
    method: endpoint.method,
    path: endpoint.path,
    // Throws for an endpoint without a security rule, so that the simulator does not start with an
    // unprotected endpoint.
    security: Context.unsafeGet(endpoint.annotations, Security.Security),
    bodyErrors: {
      missing: declares("IncorrectElements") && !declares("MissingElements") ? "IncorrectElements" : "MissingElements",
      incorrect: declares("MissingElements") && !declares("IncorrectElements") ? "MissingElements" : "IncorrectElements"
    }
  }
})

const routes = new Map(all.map((operation) => [`${operation.method} ${basePath}${operation.path}`, operation]))

/**
 * Returns the operation that a route serves, or `undefined` if there is none.
 *
 * @example
 * ```ts
 * import { Operation } from "@effect-glowmarkt/simulator"
 *
 * const list = Operation.fromRoute({ method: "GET", path: "/account" })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const fromRoute = (route: { readonly method: string; readonly path: string }): Operation | undefined =>
  routes.get(`${route.method} ${route.path}`)

/**
 * An operation, and the account id in the path of the request.
 *
 * @since 0.1.0
 * @category models
 */
export interface Match {
  readonly operation: Operation
  readonly accountId: string | undefined
}

const patterns = all
  .filter((operation) => operation.path.includes(":"))
  .map((operation) => ({
    operation,
    pattern: new RegExp(`^${operation.method} ${basePath}${operation.path.replace(":accountId", "([^/]*)")}$`)
  }))

/**
 * Returns the operation that a request calls, or `undefined` if the contract has no such operation.
 *
 * @example
 * ```ts
 * import { Operation } from "@effect-glowmarkt/simulator"
 *
 * const status = Operation.match({ method: "GET", url: "/api/v0-1/account/ffe4f42e-7c1a-4ea3-9ec8-087d4a1071e6/status" })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const match = (request: { readonly method: string; readonly url: string }): Match | undefined => {
  const query = request.url.indexOf("?")
  const line = `${request.method} ${query === -1 ? request.url : request.url.slice(0, query)}`
  const exact = routes.get(line)
  if (exact !== undefined) {
    return { operation: exact, accountId: undefined }
  }
  for (const { operation, pattern } of patterns) {
    const found = pattern.exec(line)
    if (found !== null) {
      return { operation, accountId: found[1] }
    }
  }
  return undefined
}
