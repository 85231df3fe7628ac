import * as OpenApi from "@effect/platform/OpenApi"
import * as Context from "effect/Context"
import { Repeat, type Repeatability } from "../../Repeatability.js"
import * as Security from "../../Security.js"

/** What an endpoint declares besides its schemas. */
export const endpointAnnotations = (options: {
  readonly security: Security.Alternatives
  readonly repeat: Repeatability
  readonly summary: string
  /** The provider's own, by which its document can be compared with ours. */
  readonly operationId: string
}) =>
  Security.annotations(options.security).pipe(
    Context.add(Repeat, options.repeat),
    Context.add(OpenApi.Summary, options.summary),
    Context.add(OpenApi.Identifier, options.operationId)
  )
