/**
 * The documented error bodies.
 *
 * They decode to the tag of the matching `GlowmarktError`, so that the error type of a method
 * follows from its endpoint. They encode to the provider's body, which the simulator sends. The
 * client itself accepts more forms: see `internal/error/toError`.
 *
 * @since 0.1.0
 */
import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import * as Schema from "effect/Schema"

const make = <const Tag extends string, A, I>(
  tag: Tag,
  status: number,
  wire: { readonly body: Schema.Schema<A, I>; readonly example: A; readonly description: string }
) =>
  Schema.transform(wire.body, Schema.typeSchema(Schema.TaggedStruct(tag, {})), {
    strict: true,
    decode: () => ({ _tag: tag }),
    encode: () => wire.example
  }).annotations(HttpApiSchema.annotations({ status, identifier: `${tag}Body`, description: wire.description }))

const error = (text: string, description: string) => ({
  body: Schema.Struct({ error: Schema.String.annotations({ examples: [text] }) }),
  example: { error: text },
  description
})

/**
 * 401: the credentials are missing, invalid or not accepted by this operation.
 *
 * @since 0.1.0
 * @category schemas
 */
export const AccessDenied = make("AccessDenied", 401, error("Access denied", "Unauthorised"))

/**
 * 400: the body lacks a required field.
 *
 * @since 0.1.0
 * @category schemas
 */
export const MissingElements = make("MissingElements", 400, error("missing elements", "Bad request"))

/**
 * 400: a value in the body or path is not accepted.
 *
 * @since 0.1.0
 * @category schemas
 */
export const IncorrectElements = make("IncorrectElements", 400, error("incorrect elements", "Bad request"))

/**
 * 400: the new password is too weak for the provider.
 *
 * @since 0.1.0
 * @category schemas
 */
export const WeakPassword = make("WeakPassword", 400, error("weak new password", "Bad request"))

/**
 * 404 with the body `null`: the account does not exist or belongs to another application.
 *
 * @since 0.1.0
 * @category schemas
 */
export const AccountNotFound = make("AccountNotFound", 404, {
  body: Schema.NullOr(Schema.String),
  example: null,
  description: "Not found"
})

/**
 * 500: the provider failed.
 *
 * @since 0.1.0
 * @category schemas
 */
export const ServerError = make("ServerError", 500, error("An error has occurred", "Internal server error"))
