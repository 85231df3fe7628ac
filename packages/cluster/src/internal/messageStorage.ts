/**
 * Stores the engine's messages and their replies, and waits for a database that is unavailable.
 *
 * The engine tries to store a reply five times in less than a second, and a message once. Then it
 * loses the reply, or takes the failure for the result of the workflow, and the run never ends.
 */
import * as Message from "@effect/cluster/Message"
import * as MessageStorage from "@effect/cluster/MessageStorage"
import type * as ShardingConfig from "@effect/cluster/ShardingConfig"
import * as SqlMessageStorage from "@effect/cluster/SqlMessageStorage"
import type * as Rpc from "@effect/rpc/Rpc"
import type * as SqlClient from "@effect/sql/SqlClient"
import type { RunStoreError } from "@effect-glowmarkt/runner"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { exclusively } from "../Database.js"
import { isDuplicate } from "./sqlState.js"

const retryInterval = "500 millis"

/**
 * Retries until the database has stored it. The engine stores replies uninterruptibly, but a worker
 * that loses its shards or stops must not wait for the database.
 */
const persistently = <A, E extends { readonly _tag: string }, R>(write: Effect.Effect<A, E, R>) =>
  Effect.retry(write, {
    while: (error) =>
      error._tag === "PersistenceError" && !isDuplicate(error)
        ? Effect.as(Effect.interruptible(Effect.sleep(retryInterval)), true)
        : Effect.succeed(false)
  })

const waiting = (storage: MessageStorage.MessageStorage["Type"]): MessageStorage.MessageStorage["Type"] => {
  const withReply = <R extends Rpc.Any>(message: Message.Incoming<R>): Message.Incoming<R> =>
    message._tag === "IncomingEnvelope"
      ? message
      : new Message.IncomingRequest({
          ...message,
          respond: (reply) =>
            Effect.catchIf(persistently(message.respond(reply)), isDuplicate, () =>
              // It was stored, but the connection broke before the database said so. Those who wait
              // for the reply in this process now read it from the database.
              storage.unregisterReplyHandler(reply.reply.requestId)
            )
        })
  return {
    ...storage,
    saveRequest: (message) => persistently(storage.saveRequest(message)),
    saveEnvelope: (message) => persistently(storage.saveEnvelope(message)),
    unprocessedMessages: (shards) =>
      Effect.map(storage.unprocessedMessages(shards), (messages) => messages.map(withReply)),
    unprocessedMessagesById: (ids) =>
      Effect.map(storage.unprocessedMessagesById(ids), (messages) => messages.map(withReply))
  }
}

/** Creates the engine's own tables, one process at a time: concurrent creation fails. */
export const layer = (
  location: string
): Layer.Layer<
  MessageStorage.MessageStorage,
  RunStoreError.RunStoreError,
  SqlClient.SqlClient | ShardingConfig.ShardingConfig
> =>
  Layer.scoped(
    MessageStorage.MessageStorage,
    Effect.flatMap(Effect.scope, (scope) =>
      exclusively(location)(
        Effect.map(Layer.buildWithScope(SqlMessageStorage.layer, scope), (context) =>
          waiting(Context.get(context, MessageStorage.MessageStorage))
        )
      )
    )
  )
