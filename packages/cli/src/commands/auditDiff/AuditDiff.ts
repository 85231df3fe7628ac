/**
 * Runs `glowmarkt audit-diff`.
 *
 * @since 0.1.0
 */
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as AuditDiff from "@effect-glowmarkt/runner/AuditDiff"
import type * as AuditRow from "@effect-glowmarkt/runner/AuditRow"
import * as Run from "@effect-glowmarkt/runner/Run"
import * as RunStore from "@effect-glowmarkt/runner/RunStore"
import * as StatusAudit from "@effect-glowmarkt/runner/StatusAudit"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { Form } from "../../args/Flags.js"
import type { StoreFlags } from "../../args/RunFlags.js"
import { type CommandError, Unfinished, UsageError } from "../../exit/CommandError.js"
import * as InputFile from "../../files/InputFile.js"
import * as Store from "../../run/Store.js"
import * as Output from "../../terminal/Output.js"
import * as DifferenceLine from "./DifferenceLine.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface DiffOptions extends StoreFlags {
  readonly before: string
  readonly after: string
  readonly form: Form
}

type AuditSource =
  | { readonly _tag: "File"; readonly path: string }
  | { readonly _tag: "Run"; readonly runId: Run.RunId }

const isRunId = Schema.is(Run.RunId)

/**
 * Decides whether a name is a path or a run id: if a file or directory has this name, it is a path.
 */
const resolveSource = (name: string) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const found = yield* Effect.option(files.stat(name))
    if (Option.isSome(found)) {
      const file = found.value.type === "Directory" ? path.join(name, "accounts.ndjson") : name
      return { _tag: "File", path: file } satisfies AuditSource
    }
    if (isRunId(name)) return { _tag: "Run", runId: name } satisfies AuditSource
    return yield* new UsageError({
      message: `${JSON.stringify(name)} is neither a file nor a run id.\nPass an accounts.ndjson file, its directory, or a run id from glowmarkt runs list.`
    })
  })

const rowsOfFile = (path: string) =>
  AuditDiff.fromNdjson(InputFile.file(path)).pipe(
    Stream.catchTag("InvalidAudit", ({ message }) => Stream.fail(new UsageError({ message: `${path}, ${message}.` })))
  )

/** Opens the store only when a run is compared: comparing files needs no store. */
const withStore = <A, E>(store: StoreFlags, rows: Stream.Stream<A, E, RunStore.RunStore>) =>
  Stream.unwrap(Effect.map(Store.reader(store), (reader) => Stream.provideLayer(rows, reader)))

const rowsOfRun = (runId: Run.RunId) =>
  Stream.unwrap(
    Effect.gen(function* () {
      const store = yield* RunStore.RunStore
      const run = yield* store.get(runId)
      return run.finishedAt === undefined ? yield* Run.RunUnfinished.of(run) : StatusAudit.rows(runId)
    })
  )

type Rows<A> = Stream.Stream<A, CommandError, FileSystem.FileSystem | Path.Path>

const rowsOf = (source: AuditSource, store: StoreFlags): Rows<AuditRow.AuditRow> =>
  source._tag === "File" ? rowsOfFile(source.path) : withStore(store, rowsOfRun(source.runId))

/**
 * Compares two runs with the runner's own function, because it refuses runs that cover different
 * accounts.
 */
const differencesOf = (before: AuditSource, after: AuditSource, store: StoreFlags): Rows<AuditDiff.Difference> =>
  before._tag === "Run" && after._tag === "Run"
    ? withStore(store, AuditDiff.diffRuns(before.runId, after.runId))
    : AuditDiff.diff(rowsOf(before, store), rowsOf(after, store))

const encode = Schema.encodeSync(AuditDiff.Difference)

const print = (form: Form, colour: Output.Layout["colour"]) => (difference: AuditDiff.Difference) =>
  form === "json" ? Output.jsonLine(encode(difference)) : Output.data(DifferenceLine.render(difference, colour))

/**
 * @since 0.1.0
 * @category running
 */
export const run = Effect.fn("glowmarkt.audit-diff")(function* ({ after, before, form, ...store }: DiffOptions) {
  const [earlier, later] = yield* Effect.all([resolveSource(before), resolveSource(after)])
  const { colour } = yield* Output.layout
  const counts = yield* AuditDiff.count(Stream.tap(differencesOf(earlier, later, store), print(form, colour)))
  if (form === "json") yield* Output.jsonLine({ _tag: "Summary", ...counts })
  return yield* Option.match(DifferenceLine.summary(counts), {
    onNone: () => Output.note("The audits are the same."),
    onSome: (message) => new Unfinished({ message })
  })
})
