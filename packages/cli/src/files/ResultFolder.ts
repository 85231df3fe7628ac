/**
 * The directory for the results of a run. A note in it names the run, so that the results of
 * another run are not overwritten.
 *
 * @since 0.1.0
 */
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import type { RunId } from "@effect-glowmarkt/runner/Run"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { UsageError } from "../exit/CommandError.js"
import * as OutputFile from "./OutputFile.js"

/**
 * What the results are of. The results of an audit and of an applied plan may share a directory.
 *
 * @since 0.1.0
 * @category models
 */
export type Kind = "audit" | "apply"

const noteOf = (kind: Kind) => `.${kind}-run`

/**
 * The results of a run. `names` are all files that a run of this kind can write, `written` those
 * that this run will write.
 *
 * @since 0.1.0
 * @category models
 */
export interface Results {
  readonly directory: string
  readonly kind: Kind
  readonly names: ReadonlyArray<string>
  readonly written: ReadonlyArray<string>
  readonly runId: RunId
  readonly overwrite: "allowed" | "refused"
}

/**
 * Creates the directory. Fails if the files cannot be written or would overwrite another run's.
 *
 * @since 0.1.0
 * @category running
 */
export const prepare = Effect.fnUntraced(function* ({ directory, kind, names, overwrite, runId, written }: Results) {
  const files = yield* FileSystem.FileSystem
  const { join } = yield* Path.Path
  yield* OutputFile.directory(directory, written)
  const owner = yield* Effect.option(
    Effect.map(files.readFileString(join(directory, noteOf(kind))), (text) => text.trim())
  )
  const found = yield* Effect.filter(names, (name) => files.exists(join(directory, name)))
  if (found.length > 0 && overwrite === "refused" && !Option.contains(owner, runId)) {
    const run = Option.match(owner, { onNone: () => "another run", onSome: (id) => `run ${id}` })
    return yield* new UsageError({
      message: `${directory} has the results of ${run}: ${found.join(", ")}.\nChoose another directory, or pass --force to overwrite them.`
    })
  }
})

/**
 * Records the run in the directory, before its results are written.
 *
 * @since 0.1.0
 * @category running
 */
export const recordOwner = Effect.fnUntraced(function* (directory: string, kind: Kind, runId: RunId) {
  const { join } = yield* Path.Path
  yield* OutputFile.write(join(directory, noteOf(kind)), Stream.encodeText(Stream.make(`${runId}\n`)))
})
