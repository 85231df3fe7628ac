import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import type { Identifier } from "@effect-glowmarkt/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { type AccountView, State } from "../../State.js"
import { json } from "../answers.js"
import { SimulatedApi } from "../api.js"
import * as wire from "../wire.js"

const notFound = Effect.fail({ _tag: "AccountNotFound" as const })

/** A listed account may be gone: then it is in the list and nowhere else. */
export const there = (found: Option.Option<AccountView>) =>
  Option.match(
    Option.filter(found, ({ liveAnswer }) => liveAnswer !== "gone"),
    { onNone: () => notFound, onSome: Effect.succeed }
  )

/** The operations of administrators. */
export const layer = (applicationId: Identifier.ApplicationId) =>
  HttpApiBuilder.group(SimulatedApi, "admin", (handlers) =>
    Effect.map(State, (state) => {
      const existing = (accountId: string) => Effect.flatMap(state.account(accountId), there)
      return handlers
        .handle("getAccounts", () =>
          Effect.sync(() =>
            HttpServerResponse.stream(Stream.fromIteratorSucceed(wire.list(state.accounts, applicationId), 1), {
              contentType: "application/json; charset=utf-8"
            })
          )
        )
        .handle("addAccount", ({ payload }) =>
          Effect.flatMap(
            state.add(payload),
            Option.match({
              // A user the directory does not know: `missing elements` is the only 400 documented here.
              onNone: () => Effect.fail({ _tag: "MissingElements" as const }),
              onSome: ({ accountId, userId }) => Effect.succeed({ status: "OK", accountId, applicationId, userId })
            })
          )
        )
        .handle("getAccountById", ({ path }) =>
          Effect.map(existing(path.accountId), (found) => json(wire.account(found, applicationId)))
        )
        .handle("updateAccount", ({ path, payload }) =>
          existing(path.accountId).pipe(
            Effect.zipRight(state.rename(path.accountId, { operation: "updateAccount", name: payload.name })),
            Effect.flatMap(there),
            Effect.map((renamed) => json(wire.account(renamed, applicationId)))
          )
        )
        .handle("deleteAccount", ({ path }) =>
          existing(path.accountId).pipe(
            Effect.zipRight(state.deactivate(path.accountId)),
            Effect.flatMap(there),
            Effect.map(({ accountId, userId }) => ({ valid: true, accountId, userId, status: "inactive" as const }))
          )
        )
        .handle("getAccountStatusById", ({ path }) =>
          Effect.gen(function* () {
            const found = yield* existing(path.accountId)
            if ((yield* state.statusRead(found)) === "failing") {
              return yield* Effect.fail({ _tag: "ServerError" as const })
            }
            return json(wire.status(found, applicationId))
          })
        )
    })
  )
