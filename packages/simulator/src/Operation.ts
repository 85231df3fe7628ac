/**
 * The operations a simulator serves, read from the contract: which one a request
 * means, and which credentials it asks for.
 *
 * @since 0.1.0
 */
import { AccountApi, AuthApi, Security } from "@effect-glowmarkt/core"
import * as Context from "effect/Context"
import * as Schema from "effect/Schema"

/**
 * Where the operations live below the simulator's origin: where the provider has
 * them.
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
 * The name of an operation in the contract, for example `getAccountStatusById`.
 *
 * @since 0.1.0
 * @category models
 */
export type Name = (typeof endpoints)[number]["name"]

/**
 * @since 0.1.0
 * @category models
 */
export interface Operation {
  readonly name: Name
  readonly method: string
  /** Relative to {@link basePath}, as the contract has it: `/account/:accountId`. */
  readonly path: string
  readonly security: Security.Alternatives
  /** Which complaints about a body the contract knows for this operation. */
  readonly complaints: { readonly missing: Complaint; readonly incorrect: Complaint }
}

/**
 * How a body that cannot be accepted is answered.
 *
 * @since 0.1.0
 * @category models
 */
export type Complaint = "MissingElements" | "IncorrectElements"

/**
 * All operations, in the order of the contract.
 *
 * @since 0.1.0
 * @category operations
 */
export const all: ReadonlyArray<Operation> = endpoints.map((endpoint) => {
  const isDeclared = Schema.is(Schema.make<unknown>(endpoint.errorSchema.ast))
  const declares = (complaint: Complaint) => isDeclared({ _tag: complaint })
  return {
    name: endpoint.name,
    method: endpoint.method,
    path: endpoint.path,
    // An endpoint without its rule is a mistake in the contract: better no start than an open door.
    security: Context.unsafeGet(endpoint.annotations, Security.Security),
    complaints: {
      missing: declares("IncorrectElements") && !declares("MissingElements") ? "IncorrectElements" : "MissingElements",
      incorrect: declares("MissingElements") && !declares("IncorrectElements") ? "MissingElements" : "IncorrectElements"
    }
  }
})

const routes = new Map(all.map((operation) => [`${operation.method} ${basePath}${operation.path}`, operation]))

/**
 * The operation a route of the server belongs to.
 *
 * @since 0.1.0
 * @category operations
 */
export const ofRoute = (route: { readonly method: string; readonly path: string }): Operation | undefined =>
  routes.get(`${route.method} ${route.path}`)

/**
 * What a request line means: an operation, and the account its path names.
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
 * Which operation a request means. `undefined` for what the contract does not
 * know.
 *
 * @since 0.1.0
 * @category operations
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
