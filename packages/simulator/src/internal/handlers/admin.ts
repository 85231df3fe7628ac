import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import type { Identifier } from "@effect-glowmarkt/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { type AccountRecord, State } from "../../State.js"
import * as accountJson from "../accountJson.js"
import { json } from "../responses.js"
import { SimulatedApi } from "../simulatedApi.js"

const notFound = Effect.fail({ _tag: "AccountNotFound" as const })

/** Fails with `AccountNotFound` if the account does not exist or only appears in the list. */
export const orNotFound = (found: Option.Option<AccountRecord>) =>
  Option.match(
    Option.filter(found, ({ availability }) => availability !== "missing"),
    { onNone: () => notFound, onSome: Effect.succeed }
  )

export const layer = (applicationId: Identifier.ApplicationId) =>
  HttpApiBuilder.group(SimulatedApi, "admin", (handlers) =>
    Effect.map(State, (state) => {
      const existing = (accountId: string) => Effect.flatMap(state.account(accountId), orNotFound)
      return handlers
        .handle("getAccounts", () =>
          Effect.sync(() =>
            HttpServerResponse.stream(Stream.fromIteratorSucceed(accountJson.list(state.accounts, applicationId), 1), {
              contentType: "application/json; charset=utf-8"
            })
          )
        )
        .handle("addAccount", ({ payload }) =>
          Effect.flatMap(
            state.add(payload),
            Option.match({
              // This means that the directory does not contain the user. `missing elements` is the
              // only 400 that is documented for this operation.
              onNone: () => Effect.fail({ _tag: "MissingElements" as const }),
              onSome: ({ accountId, userId }) => Effect.succeed({ status: "OK", accountId, applicationId, userId })
            })
          )
        )
        .handle("getAccountById", ({ path }) =>
          Effect.map(existing(path.accountId), (found) => json(accountJson.account(found, applicationId)))
        )
        .handle("updateAccount", ({ path, payload }) =>
          existing(path.accountId).pipe(
            Effect.zipRight(state.rename(path.accountId, { operation: "updateAccount", name: payload.name })),
            Effect.flatMap(orNotFound),
            Effect.map((renamed) => json(accountJson.account(renamed, applicationId)))
          )
        )
        .handle("deleteAccount", ({ path }) =>
          existing(path.accountId).pipe(
            Effect.zipRight(state.deactivate(path.accountId)),
            Effect.flatMap(orNotFound),
            Effect.map(({ accountId, userId }) => ({ valid: true, accountId, userId, status: "inactive" as const }))
          )
        )
        .handle("getAccountStatusById", ({ path }) =>
          Effect.gen(function* () {
            const found = yield* existing(path.accountId)
            if ((yield* state.readStatus(found)) === "failing") {
              return yield* Effect.fail({ _tag: "ServerError" as const })
            }
            return json(accountJson.status(found, applicationId))
          })
        )
    })
  )
