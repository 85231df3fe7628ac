import type * as HttpApp from "@effect/platform/HttpApp"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Inspector } from "../Authorization.js"
import { Faults } from "../Faults.js"
import * as Operation from "../Operation.js"
import { Throttle } from "../Throttle.js"
import { ofCause } from "./answers.js"
import { inject, rateLimited } from "./inject.js"
import type { Entry, Recorder } from "./recorder.js"

/**
 * The outermost part of the simulator: writes every request down, throttles it,
 * lets it go wrong, and turns what the inside fails with into the provider's
 * answers.
 */
export const make = (recorder: Recorder) =>
  Effect.gen(function* () {
    const inspect = yield* Inspector
    const faults = yield* Faults
    const throttle = yield* Throttle

    const respond = (
      entry: Entry,
      exchange: {
        readonly request: HttpServerRequest.HttpServerRequest
        readonly answer: HttpApp.Default
      }
    ): HttpApp.Default => {
      const match = entry.match
      if (match === undefined) {
        return exchange.answer
      }
      return Effect.flatMap(
        throttle.admit,
        Option.match({
          onSome: (after) => {
            entry.fault = "Throttled"
            return rateLimited({ form: "seconds", after })
          },
          onNone: () =>
            Effect.flatMap(faults.next(match), (fault) => {
              if (fault._tag === "None") {
                return exchange.answer
              }
              entry.fault = fault._tag
              return inject(fault, exchange)
            })
        })
      )
    }

    return (app: HttpApp.Default): HttpApp.Default =>
      Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) =>
        Effect.flatMap(inspect(request), (presented) =>
          Effect.flatMap(Clock.currentTimeMillis, (millis) => {
            const match = Operation.match(request)
            const entry = recorder.begin({ millis, method: request.method, url: request.url, match, presented })
            const answer = Effect.catchAllCause(app, (cause) => ofCause(cause, match))
            return Effect.onExit(respond(entry, { request, answer }), (exit) =>
              Effect.sync(() => recorder.end(entry, exit._tag === "Success" ? exit.value.status : undefined))
            )
          })
        )
      )
  })
