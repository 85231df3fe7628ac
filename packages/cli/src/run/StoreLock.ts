/**
 * Who works on a store: a note beside it, for the one who finds it in use. What keeps others out is the lock; where there is
 * no such note, or one of a process that is gone, the store is held by a program that leaves none.
 *
 * @since 0.1.0
 */
import * as FileSystem from "@effect/platform/FileSystem"
import { RunId } from "@effect-glowmarkt/runner/Run"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as ProcessId from "./ProcessId.js"

/**
 * @since 0.1.0
 * @category schemas
 */
export const Holder = Schema.Struct({
  pid: Schema.Int,
  runId: Schema.optionalWith(RunId, { exact: true })
})

/**
 * @since 0.1.0
 * @category models
 */
export interface Holder extends Schema.Schema.Type<typeof Holder> {}

const Line = Schema.parseJson(Holder)

const noteOf = (store: string) => `${store}-holder`

/**
 * Leaves the note for as long as the scope lasts. A place that takes no notes is no reason not to work.
 *
 * @since 0.1.0
 * @category running
 */
export const hold = (
  store: string,
  runId: Option.Option<RunId>
): Effect.Effect<void, never, FileSystem.FileSystem | Scope.Scope> =>
  Effect.flatMap(FileSystem.FileSystem, (files) =>
    Effect.acquireRelease(
      Effect.ignore(
        Effect.flatMap(
          Schema.encode(Line)({
            pid: process.pid,
            ...Option.match(runId, { onNone: () => ({}), onSome: (runId) => ({ runId }) })
          }),
          // What is there was left by a process that is gone, or planted: a link is removed and not followed.
          (line) =>
            Effect.zipRight(
              files.remove(noteOf(store), { force: true }),
              files.writeFileString(noteOf(store), `${line}\n`, { flag: "wx", mode: 0o600 })
            )
        )
      ),
      () => Effect.ignore(files.remove(noteOf(store)))
    )
  )

/**
 * Who holds it now, in words.
 *
 * @since 0.1.0
 * @category reading
 */
export const find = (store: string): Effect.Effect<Option.Option<string>, never, FileSystem.FileSystem> =>
  Effect.flatMap(FileSystem.FileSystem, (files) => files.readFileString(noteOf(store))).pipe(
    Effect.flatMap(Schema.decode(Line)),
    Effect.option,
    Effect.map(Option.filter(({ pid }) => ProcessId.isAlive(pid))),
    Effect.map(Option.map(({ pid, runId }) => `process ${pid}${runId === undefined ? "" : `, with run ${runId}`}`))
  )
