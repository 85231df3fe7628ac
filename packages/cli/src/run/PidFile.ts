/**
 * A note beside the store that names the process using it. The lock on the database keeps other
 * processes out. The note only makes their error message helpful, and it may be missing or stale.
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

const HolderJson = Schema.parseJson(Holder)

const noteOf = (store: string) => `${store}-holder`

/**
 * Writes the note and removes it when the scope closes. Ignores errors: the run works without it.
 *
 * @since 0.1.0
 * @category running
 */
export const writeHolder = (
  store: string,
  runId: Option.Option<RunId>
): Effect.Effect<void, never, FileSystem.FileSystem | Scope.Scope> =>
  Effect.flatMap(FileSystem.FileSystem, (files) =>
    Effect.acquireRelease(
      Effect.ignore(
        Effect.flatMap(
          Schema.encode(HolderJson)({
            pid: process.pid,
            ...Option.match(runId, { onNone: () => ({}), onSome: (runId) => ({ runId }) })
          }),
          // An existing note is stale, or somebody planted it. It is removed first, so that a link
          // is never followed.
          (json) =>
            Effect.zipRight(
              files.remove(noteOf(store), { force: true }),
              files.writeFileString(noteOf(store), `${json}\n`, { flag: "wx", mode: 0o600 })
            )
        )
      ),
      () => Effect.ignore(files.remove(noteOf(store)))
    )
  )

/**
 * Describes the process that holds the store now, or returns `None` if it is unknown.
 *
 * @since 0.1.0
 * @category constructors
 */
export const describeHolder = (store: string): Effect.Effect<Option.Option<string>, never, FileSystem.FileSystem> =>
  Effect.flatMap(FileSystem.FileSystem, (files) => files.readFileString(noteOf(store))).pipe(
    Effect.flatMap(Schema.decode(HolderJson)),
    Effect.option,
    Effect.map(Option.filter(({ pid }) => ProcessId.isAlive(pid))),
    Effect.map(Option.map(({ pid, runId }) => `process ${pid}${runId === undefined ? "" : `, with run ${runId}`}`))
  )
