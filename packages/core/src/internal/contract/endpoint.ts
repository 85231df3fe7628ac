import * as OpenApi from "@effect/platform/OpenApi"
import * as Context from "effect/Context"
import * as Schema from "effect/Schema"
import { AccountId } from "../../Identifier.js"
import { Repeat, type Repeatability } from "../../Repeatability.js"
import * as Security from "../../Security.js"
import { conversionProblem } from "../../VisibleText.js"

/**
 * Makes the annotations of an endpoint. `operationId` is the one in the provider's own OpenAPI
 * document.
 */
export const annotations = (options: {
  readonly security: Security.Alternatives
  readonly repeat: Repeatability
  readonly summary: string
  readonly operationId: string
}) =>
  Security.annotations(options.security).pipe(
    Context.add(Repeat, options.repeat),
    Context.add(OpenApi.Summary, options.summary),
    Context.add(OpenApi.Identifier, options.operationId)
  )

export const accountPath = Schema.Struct({ accountId: AccountId })

// The message must not repeat the refused value: errors end up in logs and traces.
export const trimmedName = Schema.NonEmptyTrimmedString.pipe(
  Schema.filter((name) => conversionProblem(name) === undefined)
).annotations({
  message: ({ actual }) => ({
    message: `not a name: ${(typeof actual === "string" && conversionProblem(actual)) || "expected at least one character, without leading or trailing spaces"}`,
    override: true
  })
})

/**
 * Makes the schema of a field that a response may omit. `null` and empty fields are removed before;
 * see `jsonDecoder`.
 */
export const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })
