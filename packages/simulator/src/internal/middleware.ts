import type * as HttpApp from "@effect/platform/HttpApp"
import * as HttpMiddleware from "@effect/platform/HttpMiddleware"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Faults } from "../Faults.js"
import * as Operation from "../Operation.js"
import { Throttle } from "../Throttle.js"
import { CredentialReader } from "./authorization.js"
import { injectFault, rateLimited } from "./injectFault.js"
import type { Entry, Recorder } from "./requests.js"
import { fromCause } from "./responses.js"

/**
 * Pages of any origin may call the simulator from a browser. Preflight requests are neither recorded
 * nor subject to faults.
 */
export const cors = HttpMiddleware.cors({ exposedHeaders: ["retry-after", "date"] })

/**
 * Makes the outermost middleware of the API, which records every request, throttles it, injects
 * faults, and turns failures into the provider's responses.
 */
export const make = (recorder: Recorder) =>
  Effect.gen(function* () {
    const readCredentials = yield* CredentialReader
    const faults = yield* Faults
    const throttle = yield* Throttle

    const underFaults = (
      entry: Entry,
      exchange: {
        readonly request: HttpServerRequest.HttpServerRequest
        readonly respond: HttpApp.Default
      }
    ): HttpApp.Default => {
      const match = entry.match
      if (match === undefined) {
        return exchange.respond
      }
      return Effect.flatMap(
        throttle.tryAcquire,
        Option.match({
          onSome: (after) => {
            entry.fault = "Throttled"
            return rateLimited({ form: "seconds", after })
          },
          onNone: () =>
            Effect.flatMap(faults.next(match), (fault) => {
              if (fault._tag === "None") {
                return exchange.respond
              }
              entry.fault = fault._tag
              return injectFault(fault, exchange)
            })
        })
      )
    }

    return (app: HttpApp.Default): HttpApp.Default =>
      Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) =>
        Effect.flatMap(readCredentials(request), (presented) =>
          Effect.flatMap(Clock.currentTimeMillis, (millis) => {
            const match = Operation.match(request)
            const entry = recorder.begin({ millis, method: request.method, url: request.url, match, presented })
            const respond = Effect.catchAllCause(app, (cause) => fromCause(cause, match))
            return Effect.onExit(underFaults(entry, { request, respond }), (exit) =>
              Effect.sync(() => recorder.end(entry, exit._tag === "Success" ? exit.value.status : undefined))
            )
          })
        )
      )
  })
