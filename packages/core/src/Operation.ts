/**
 * Endpoints compiled for the client.
 *
 * To call another operation of the platform, declare its endpoint with the same annotations
 * (`Security.annotations`, `Repeatability.Repeat`), compile it, and bind it to credentials with
 * `GlowmarktClient`.
 *
 * @since 0.1.0
 */
import type * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import type * as HttpMethod from "@effect/platform/HttpMethod"
import * as Context from "effect/Context"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"
import type { Grant } from "./Credential.js"
import type * as GlowmarktError from "./GlowmarktError.js"
import { memoize } from "./internal/call/memoize.js"
import * as path from "./internal/call/path.js"
import { jsonDecoder } from "./internal/decode/jsonDecoder.js"
import * as parseIssue from "./internal/error/parseIssue.js"
import { Repeat, type Repeatability } from "./Repeatability.js"
import { type Scheme, Security, schemes } from "./Security.js"

type Endpoint = HttpApiEndpoint.HttpApiEndpoint.Any

/**
 * The input of an endpoint: its path parameters and its body, if it has them.
 *
 * @since 0.1.0
 * @category models
 */
export type Input<E extends Endpoint> = ([HttpApiEndpoint.HttpApiEndpoint.PathParsed<E>] extends [never]
  ? object
  : { readonly path: HttpApiEndpoint.HttpApiEndpoint.PathParsed<E> }) &
  ([HttpApiEndpoint.HttpApiEndpoint.Payload<E>] extends [never]
    ? object
    : { readonly payload: HttpApiEndpoint.HttpApiEndpoint.Payload<E> })

type Declared<E extends Endpoint> = Extract<
  GlowmarktError.GlowmarktError,
  { readonly _tag: HttpApiEndpoint.HttpApiEndpoint.Error<E> extends { readonly _tag: infer Tag } ? Tag : never }
>

type RejectedIf<Success> = "valid" extends keyof Success ? GlowmarktError.Rejected : never

type InvalidIf<Parsed> = [Parsed] extends [never] ? never : GlowmarktError.InvalidInput

/**
 * The errors of an endpoint: those of any call, those that the endpoint declares, `Rejected` if its
 * success has `valid`, and `InvalidInput` if it has input.
 *
 * @since 0.1.0
 * @category models
 */
export type Failure<E extends Endpoint> =
  | GlowmarktError.CallError
  | Declared<E>
  | RejectedIf<HttpApiEndpoint.HttpApiEndpoint.Success<E>>
  | InvalidIf<HttpApiEndpoint.HttpApiEndpoint.PathParsed<E> | HttpApiEndpoint.HttpApiEndpoint.Payload<E>>

/**
 * The parts of a request that are made from the input.
 *
 * @since 0.1.0
 * @category models
 */
export interface Prepared {
  readonly path: string
  /** The body as JSON, if there is one. */
  readonly body: string | undefined
  readonly accountId: string | undefined
  /** The strings in the body, which errors must not quote. */
  readonly values: ReadonlyArray<string>
}

/**
 * A compiled endpoint.
 *
 * @since 0.1.0
 * @category models
 */
export interface Operation<E extends Endpoint, Success> {
  readonly endpoint: E
  readonly name: string
  readonly method: HttpMethod.HttpMethod
  readonly route: string
  readonly repeatability: Repeatability
  readonly declared: ReadonlySet<string>
  /** Whether the operation can respond with `{"valid": false}`. */
  readonly rejects: boolean
  /** Whether its response contains a token. */
  readonly issuesToken: boolean
  /** Encodes the input, or names the invalid field and what was expected. */
  readonly prepare: (input: { readonly path?: unknown; readonly payload?: unknown }) => Either.Either<Prepared, string>
  /** Decodes the response, or names the invalid field and the problem, but not the value. */
  readonly decode: (json: unknown) => Either.Either<Success, string>
  /** Returns the headers of a request with these credentials. */
  readonly headers: (grant: Grant) => Readonly<Record<string, string>>
}

/**
 * An operation of any endpoint and result.
 *
 * @since 0.1.0
 * @category models
 */
export type Any = Operation<Endpoint, unknown>

const headerName = (scheme: Scheme): string => {
  const definition = schemes[scheme]
  return definition._tag === "Basic" ? "authorization" : definition.key.toLowerCase()
}

/** Makes the headers for the first alternative that the grant satisfies. */
const headersFor = (name: string, alternatives: ReadonlyArray<ReadonlyArray<Scheme>>) =>
  memoize((grant: Grant): Readonly<Record<string, string>> => {
    const values = new Map<string, Redacted.Redacted>(Object.entries(grant))
    const alternative = alternatives.find((schemes) => schemes.every((scheme) => values.has(scheme)))
    if (alternative === undefined && alternatives.length > 0) {
      // The types of the layers rule this out. If it happens anyway, sending the request without
      // credentials would hide the mistake.
      throw new Error(`${name} does not accept these credentials: ${[...values.keys()].join(" + ")}`)
    }
    const headers: Record<string, string> = { accept: "application/json", "user-agent": userAgent }
    for (const scheme of alternative ?? []) {
      const value = values.get(scheme)
      if (value !== undefined) headers[headerName(scheme)] = Redacted.value(value)
    }
    return headers
  })

const hasProperty = (ast: AST.AST, name: string): boolean => {
  const type = AST.typeAST(ast)
  return AST.isTypeLiteral(type) && type.propertySignatures.some((property) => property.name === name)
}

const tags = (ast: AST.AST): ReadonlyArray<string> => {
  const type = AST.typeAST(ast)
  if (AST.isUnion(type)) return type.types.flatMap(tags)
  if (!AST.isTypeLiteral(type)) return []
  const tag = type.propertySignatures.find((property) => property.name === "_tag")?.type
  return tag !== undefined && AST.isLiteral(tag) ? [String(tag.literal)] : []
}

/** Identifies this client in the provider's logs. Browsers send their own value instead. */
const userAgent = "effect-glowmarkt/0.1.0"

const none = Either.right(undefined)

/**
 * Compiles an endpoint. The operation's result is the success type that the
 * endpoint declares.
 *
 * @example
 * ```ts
 * import { AppKeys, GlowmarktClient, Operation, Repeatability, Security } from "@effect-glowmarkt/core"
 * import { HttpApiEndpoint } from "@effect/platform"
 * import { Effect, Schema } from "effect"
 *
 * // An operation of another system of the platform.
 * const getDevices = HttpApiEndpoint.get("getDevices", "/device")
 *   .addSuccess(Schema.Array(Schema.Struct({ deviceId: Schema.String })))
 *   .annotateContext(Security.annotations(Security.admin))
 *   .annotate(Repeatability.Repeat, "safe")
 *
 * const devices = Effect.gen(function* () {
 *   const client = yield* GlowmarktClient.GlowmarktClient
 *   const keys = AppKeys.make(yield* AppKeys.config)
 *   return yield* client.bind(Operation.compile(getDevices), keys)({})
 * })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const compile = <Name extends string, Method extends HttpMethod.HttpMethod, Path, Payload, Success, Error>(
  endpoint: HttpApiEndpoint.HttpApiEndpoint<Name, Method, Path, never, Payload, never, Success, Error>
) => {
  const decode = jsonDecoder(endpoint.successSchema)
  return compileWith(endpoint, (json) => Either.mapLeft(decode(json), parseIssue.ofResponse))
}

/**
 * Compiles an endpoint with a custom decoder for its response.
 *
 * @example
 * ```ts
 * import { AccountApi, Operation } from "@effect-glowmarkt/core"
 * import { Either } from "effect"
 *
 * const count = Operation.compileWith(AccountApi.getAccounts, (json) =>
 *   Array.isArray(json) ? Either.right(json.length) : Either.left("expected a list")
 * )
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const compileWith = <
  Name extends string,
  Method extends HttpMethod.HttpMethod,
  Path,
  Payload,
  Success,
  Error,
  A
>(
  endpoint: HttpApiEndpoint.HttpApiEndpoint<Name, Method, Path, never, Payload, never, Success, Error>,
  decode: Operation<typeof endpoint, A>["decode"]
): Operation<typeof endpoint, A> => {
  const encodePath = Option.match(endpoint.pathSchema, {
    onNone: () => () => none,
    onSome: (schema) => Schema.encodeUnknownEither(schema)
  })
  const encodePayload = Option.match(endpoint.payloadSchema, {
    onNone: () => () => none,
    onSome: (schema) => Schema.encodeUnknownEither(schema)
  })
  const fill = path.make(endpoint.path)
  return {
    endpoint,
    name: endpoint.name,
    method: endpoint.method,
    route: endpoint.path.replaceAll(/:(\w+)/g, "{$1}"),
    repeatability: Context.get(Context.merge(Context.make(Repeat, "once"), endpoint.annotations), Repeat),
    declared: new Set(tags(endpoint.errorSchema.ast)),
    rejects: hasProperty(endpoint.successSchema.ast, "valid"),
    issuesToken: hasProperty(endpoint.successSchema.ast, "token"),
    prepare: (input) => {
      const parameters = encodePath(input.path)
      if (Either.isLeft(parameters)) return Either.left(parseIssue.ofInput(parameters.left))
      const payload = encodePayload(input.payload)
      if (Either.isLeft(payload)) return Either.left(parseIssue.ofInput(payload.left))
      return Either.map(fill(parameters.right), (filled) => ({
        path: filled,
        accountId: path.stringOf(parameters.right, "accountId"),
        body: payload.right === undefined ? undefined : JSON.stringify(payload.right),
        values: Predicate.isRecord(payload.right) ? Object.values(payload.right).filter(Predicate.isString) : []
      }))
    },
    decode,
    headers: headersFor(
      endpoint.name,
      Context.get(Context.merge(Context.make(Security, []), endpoint.annotations), Security)
    )
  }
}
