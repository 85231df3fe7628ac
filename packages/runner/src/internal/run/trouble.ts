/**
 * What the engine keeps for itself is in the store, too. Where it cannot be kept,
 * because the disk is full or gone, the engine tries again, for ever and without
 * a word; so whoever waits for an execution is told from here.
 */
import * as MessageStorage from "@effect/cluster/MessageStorage"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as RunStore from "../../RunStore.js"
import * as RunStoreError from "../../RunStoreError.js"

export class Trouble extends Context.Tag("@effect-glowmarkt/runner/Trouble")<
  Trouble,
  {
    /** Fails with the next trouble there is. */
    readonly next: Effect.Effect<never, RunStoreError.RunStoreError>
    readonly tell: (error: RunStoreError.RunStoreError) => Effect.Effect<void>
  }
>() {}

export const layer: Layer.Layer<Trouble> = Layer.effect(
  Trouble,
  Effect.map(Deferred.make<never, RunStoreError.RunStoreError>(), (first) => {
    let next = first
    return {
      next: Effect.suspend(() => Deferred.await(next)),
      tell: (error) =>
        Effect.flatMap(Deferred.make<never, RunStoreError.RunStoreError>(), (fresh) => {
          const current = next
          next = fresh
          return Deferred.fail(current, error)
        })
    }
  })
)

/** The storage, which tells when it cannot keep something. */
export const watched = <E, R>(storage: Layer.Layer<MessageStorage.MessageStorage, E, R>) =>
  Layer.effect(
    MessageStorage.MessageStorage,
    Effect.gen(function* () {
      const { file } = yield* RunStore.RunStore
      const { tell } = yield* Trouble
      const storage = yield* MessageStorage.MessageStorage
      const told = <A, E, R>(self: Effect.Effect<A, E, R>) =>
        Effect.tapError(self, (error) => tell(RunStoreError.fromUnknown(file, error)))
      return {
        ...storage,
        saveRequest: (request) => told(storage.saveRequest(request)),
        saveEnvelope: (envelope) => told(storage.saveEnvelope(envelope)),
        saveReply: (reply) => told(storage.saveReply(reply)),
        // Reading writes, too: what was read when.
        unprocessedMessages: (shards) => told(storage.unprocessedMessages(shards)),
        unprocessedMessagesById: (ids) => told(storage.unprocessedMessagesById(ids))
      }
    })
  ).pipe(Layer.provide(storage))
