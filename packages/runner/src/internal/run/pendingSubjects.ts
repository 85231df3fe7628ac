/** Reads the subjects without a result from the store, a page at a time. */
import type * as Codec from "@effect-glowmarkt/core/Codec"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type { RunId } from "../../Run.js"
import { pageSize, type RunStoreService } from "../../RunStore.js"
import { damaged, type RunStoreError } from "../../RunStoreError.js"
import type { PendingSubject, SubjectSource } from "../scheduler/workQueue.js"

export const make = <S>(
  store: Pick<RunStoreService, "file" | "pending">,
  runId: RunId,
  {
    decode,
    from,
    to
  }: {
    readonly decode: Codec.Codec<S>["decode"]
    readonly from: number
    readonly to: number
  }
): SubjectSource<S, RunStoreError> => {
  let next = from
  return {
    next: Effect.suspend(() => {
      if (next >= to) return Effect.succeed(Option.none())
      const first = next
      next = Math.min(to, first + pageSize)
      return Effect.flatMap(store.pending(runId, first, next), (pending) => {
        const page: Array<PendingSubject<S>> = []
        for (const { position, subject } of pending) {
          const decoded = decode(subject)
          if (Either.isLeft(decoded)) return damaged(store.file, decoded.left)
          page.push({ position, subject: decoded.right })
        }
        return Effect.succeed(Option.some(page))
      })
    })
  }
}
