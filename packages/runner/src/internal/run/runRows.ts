import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as ParseResult from "effect/ParseResult"
import * as Stream from "effect/Stream"
import { type RunId, RunMismatch, type RunNotFound } from "../../Run.js"
import { RunStore, type StoredRow } from "../../RunStore.js"
import { damaged, type RunStoreError } from "../../RunStoreError.js"
import type { Flow, Row } from "./flow.js"

const decode = <P extends object, S, A, E, R>(
  flow: Flow<P, S, A, E, R>,
  { outcome, position, ...row }: StoredRow
): Either.Either<Row<S, A>, ParseResult.ParseError> =>
  Either.flatMap(
    flow.subject.decode(row.subject),
    (subject): Either.Either<Row<S, A>, ParseResult.ParseError> =>
      outcome === "unprocessed"
        ? Either.right({ position, subject, outcome })
        : Either.map(flow.result.decode(row.result), (result) => ({ position, subject, outcome, result }))
  )

/** Decodes the stored rows of a run, which must belong to this flow. */
export const decodeRows = <A>(
  flow: { readonly name: string },
  runId: RunId,
  decode: (row: StoredRow) => Either.Either<A, ParseResult.ParseError>
): Stream.Stream<A, RunMismatch | RunNotFound | RunStoreError, RunStore> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const store = yield* RunStore
      const run = yield* store.get(runId)
      if (run.flow !== flow.name) {
        const difference = { name: "flow", stored: run.flow, requested: flow.name }
        return yield* new RunMismatch({ runId, differences: [difference] })
      }
      return Stream.mapChunksEffect(store.rows(runId), (rows) =>
        // Decodes a page at a time, because one effect per row would cost more than the decoding.
        Either.all(Chunk.map(rows, decode)).pipe(
          Either.map(Chunk.unsafeFromArray),
          Either.mapLeft((cause) => damaged(store.file, cause))
        )
      )
    })
  )

export const rows = <P extends object, S, A, E, R>(flow: Flow<P, S, A, E, R>, runId: RunId) =>
  decodeRows(flow, runId, (row) => decode(flow, row))
