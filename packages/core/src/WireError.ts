/**
 * The error bodies the provider documents, as the contract declares them.
 *
 * The decoded side is only a tag: the same tag as the member of
 * `GlowmarktError` that callers see, which is how the errors of a method follow
 * from its endpoint. The encoded side is the provider's body, which is what the
 * simulator sends. (The client is more lenient than these: see
 * `internal/error/toError`.)
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
 * 401: the credentials are missing, wrong, or not of a kind this operation takes.
 *
 * @since 0.1.0
 * @category schemas
 */
export const AccessDenied = make("AccessDenied", 401, error("Access denied", "Unauthorised"))

/**
 * 400: something required is missing from the body.
 *
 * @since 0.1.0
 * @category schemas
 */
export const MissingElements = make("MissingElements", 400, error("missing elements", "Bad request"))

/**
 * 400: something in the body or the path is not acceptable.
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
 * 404, with `null` for a body: there is no such account for this caller.
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
