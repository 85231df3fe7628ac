/**
 * Two audits compared: what appeared, what vanished, and what changed.
 *
 * Both are read at the same time, row by row. An account is held until it is met in the other audit, too: so many are held as appeared,
 * vanished or changed their place in the list, and of two lists in the same order hardly any.
 *
 * @since 0.1.0
 */
import * as Codec from "@effect-glowmarkt/core/Codec"
import * as Arr from "effect/Array"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { AuditRow } from "./AuditRow.js"
import { Finding } from "./Finding.js"
import { finished } from "./internal/audit/inputFromAudit.js"
import * as ndjson from "./internal/audit/ndjson.js"
import type { Run, RunId, RunMismatch, RunNotFound, RunUnfinished } from "./Run.js"
import type { RunStore } from "./RunStore.js"
import type { RunStoreError } from "./RunStoreError.js"
import * as StatusAudit from "./StatusAudit.js"

const accountId = Schema.optionalWith(Schema.String, { exact: true })

/**
 * A difference. An account whose findings and fields changed has several.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Difference = Schema.Union(
  Schema.TaggedStruct("Appeared", { accountId, row: AuditRow }),
  Schema.TaggedStruct("Vanished", { accountId, row: AuditRow }),
  Schema.TaggedStruct("FindingsChanged", {
    accountId,
    before: Schema.Array(Finding),
    after: Schema.Array(Finding)
  }),
  Schema.TaggedStruct("FieldChanged", {
    accountId,
    field: Schema.String,
    before: Schema.NullOr(Schema.String),
    after: Schema.NullOr(Schema.String)
  })
)

/**
 * @since 0.1.0
 * @category models
 */
export type Difference = typeof Difference.Type

/**
 * @since 0.1.0
 * @category models
 */
export type Field = Exclude<keyof AuditRow, "accountId" | "findings" | "error">

/**
 * The fields that are compared, in this order. Why a status could not be read is no field of the account.
 *
 * @since 0.1.0
 * @category models
 */
export const fields = [
  "applicationId",
  "userId",
  "directoryId",
  "name",
  "username",
  "email",
  "listStatus",
  "liveStatus",
  "createdAt",
  "updatedAt",
  "tokenExpiryDate"
] as const satisfies ReadonlyArray<Field>

const encode = Codec.encoder(AuditRow)

const named = ({ accountId }: AuditRow) => (accountId === undefined ? {} : { accountId })

const changes = (before: AuditRow, after: AuditRow): ReadonlyArray<Difference> => {
  const [old, fresh] = [encode(before), encode(after)]
  const findings: ReadonlyArray<Difference> =
    before.findings.join(" ") === after.findings.join(" ")
      ? []
      : [{ _tag: "FindingsChanged", ...named(before), before: before.findings, after: after.findings }]
  const changed = fields
    .filter((field) => old[field] !== fresh[field])
    .map(
      (field): Difference => ({
        _tag: "FieldChanged",
        ...named(before),
        field,
        before: old[field] ?? null,
        after: fresh[field] ?? null
      })
    )
  return [...findings, ...changed]
}

/** The rows whose counterpart was not met yet. Of rows with the same id, or without any, the first is compared with the first, and so on. */
type Alone = Map<string, Arr.NonEmptyArray<AuditRow>>

/** The counterpart of a row; if there is none yet, the row waits for it. */
const meet = (row: AuditRow, own: Alone, other: Alone): AuditRow | undefined => {
  const { accountId = "" } = row
  const waiting = other.get(accountId)
  if (waiting === undefined) {
    const before = own.get(accountId)
    if (before === undefined) own.set(accountId, [row])
    else before.push(row)
    return undefined
  }
  const [counterpart, ...others] = waiting
  if (Arr.isNonEmptyArray(others)) other.set(accountId, others)
  else other.delete(accountId)
  return counterpart
}

const make = () => {
  const [before, after]: readonly [Alone, Alone] = [new Map(), new Map()]
  return {
    old: (row: AuditRow): ReadonlyArray<Difference> => {
      const fresh = meet(row, before, after)
      return fresh === undefined ? [] : changes(row, fresh)
    },
    fresh: (row: AuditRow): ReadonlyArray<Difference> => {
      const old = meet(row, after, before)
      return old === undefined ? [] : changes(old, row)
    },
    rest: (): ReadonlyArray<Difference> => [
      ...[...before.values()].flat().map((row): Difference => ({ _tag: "Vanished", ...named(row), row })),
      ...[...after.values()].flat().map((row): Difference => ({ _tag: "Appeared", ...named(row), row }))
    ]
  }
}

/**
 * Compares two audits: first what changed, then what vanished, then what appeared, each in the order of the lists.
 *
 * @since 0.1.0
 * @category comparing
 */
export const diff = <E, R, E2, R2>(
  before: Stream.Stream<AuditRow, E, R>,
  after: Stream.Stream<AuditRow, E2, R2>
): Stream.Stream<Difference, E | E2, R | R2> =>
  Stream.suspend(() => {
    const { fresh, old, rest } = make()
    // Errors go in as values: of two streams that fail at the same time `zipAllWith` never ends.
    type Compared = Either.Either<ReadonlyArray<Difference>, E | E2>
    // Errors go in as values: of two streams that fail at the same time `zipAllWith` never ends.
    return Stream.zipAllWith(Stream.either(before), {
      other: Stream.either(after),
      onSelf: (row): Compared => Either.map(row, old),
      onOther: (row): Compared => Either.map(row, fresh),
      onBoth: (one, other): Compared =>
        Either.zipWith(Either.map(one, old), Either.map(other, fresh), (ofOld, ofFresh) => [...ofOld, ...ofFresh])
    }).pipe(
      Stream.mapChunksEffect((compared) =>
        Either.map(Either.all(compared), (differences) => Chunk.unsafeFromArray(differences.flat()))
      ),
      Stream.concat(Stream.suspend(() => Stream.fromIterable(rest())))
    )
  })

/**
 * How many accounts there are of each kind. One whose findings and fields changed is in both counts.
 *
 * @since 0.1.0
 * @category models
 */
export interface Counts {
  readonly appeared: number
  readonly vanished: number
  readonly findingsChanged: number
  readonly fieldsChanged: number
}

/**
 * @since 0.1.0
 * @category constants
 */
export const none: Counts = { appeared: 0, vanished: 0, findingsChanged: 0, fieldsChanged: 0 }

/**
 * Counts differences in the order in which {@link diff} gives them.
 *
 * @since 0.1.0
 * @category comparing
 */
export const count = <E, R>(differences: Stream.Stream<Difference, E, R>): Effect.Effect<Counts, E, R> =>
  Effect.suspend(() => {
    // The changed fields of one account follow each other.
    let last: Difference | undefined
    return Stream.runFold(differences, none, (counts, difference): Counts => {
      const again = last?._tag === "FieldChanged" && last.accountId === difference.accountId
      last = difference
      switch (difference._tag) {
        case "Appeared":
          return { ...counts, appeared: counts.appeared + 1 }
        case "Vanished":
          return { ...counts, vanished: counts.vanished + 1 }
        case "FindingsChanged":
          return { ...counts, findingsChanged: counts.findingsChanged + 1 }
        case "FieldChanged":
          return again ? counts : { ...counts, fieldsChanged: counts.fieldsChanged + 1 }
      }
    })
  })

/**
 * The audits are not about the same accounts: what one of them does not have would not have vanished.
 *
 * @since 0.1.0
 * @category errors
 */
export class NotComparable extends Schema.TaggedError<NotComparable>("@effect-glowmarkt/runner/NotComparable")(
  "NotComparable",
  { differences: Schema.NonEmptyArray(Schema.String) }
) {
  override get message() {
    return `These audits cannot be compared: ${this.differences.join("; ")}. Compare audits of the same accounts`
  }
}

const selecting = ["origin", "applicationId", "only", "where"] as const

const comparable = (before: Run, after: Run): Effect.Effect<void, NotComparable> => {
  const said = ({ parameters }: Run, name: string) => JSON.stringify(parameters[name]) ?? "not said"
  const different = selecting
    .filter((name) => said(before, name) !== said(after, name))
    .map((name) => `${name} is ${said(before, name)} in the one, ${said(after, name)} in the other`)
  const drawn = before.runId !== after.runId && [before, after].some(({ parameters }) => "sample" in parameters)
  const all = drawn ? [...different, "samples are of other accounts in each run"] : different
  return Arr.isNonEmptyReadonlyArray(all) ? new NotComparable({ differences: all }) : Effect.void
}

/**
 * {@link diff} of two runs of the store, which must be finished, and about the same accounts.
 *
 * @since 0.1.0
 * @category comparing
 */
export const ofRuns = (
  before: RunId,
  after: RunId
): Stream.Stream<Difference, RunMismatch | RunNotFound | RunUnfinished | NotComparable | RunStoreError, RunStore> =>
  Stream.unwrap(
    Effect.gen(function* () {
      yield* comparable(yield* finished(before), yield* finished(after))
      return diff(StatusAudit.rows(before), StatusAudit.rows(after))
    })
  )

/**
 * The file is not what `Report.ndjson` writes, was cut, or is of an audit that was not finished.
 *
 * @since 0.1.0
 * @category errors
 */
export class InvalidAudit extends Schema.TaggedError<InvalidAudit>("@effect-glowmarkt/runner/InvalidAudit")(
  "InvalidAudit",
  { line: Schema.Int, problem: Schema.String }
) {
  override get message() {
    return `line ${this.line}: ${this.problem}`
  }
}

const decode = Codec.decoder(AuditRow)

const notARow = "this is no row of an audit, as accounts.ndjson has them"

/**
 * The rows of an audit from its `accounts.ndjson`, to be compared by {@link diff}.
 *
 * @example
 * ```ts
 * import { AuditDiff } from "@effect-glowmarkt/runner"
 * import { FileSystem } from "@effect/platform"
 * import { Effect } from "effect"
 *
 * const changes = Effect.map(FileSystem.FileSystem, (fs) =>
 *   AuditDiff.diff(
 *     AuditDiff.fromNdjson(fs.stream("march/accounts.ndjson")),
 *     AuditDiff.fromNdjson(fs.stream("april/accounts.ndjson"))
 *   )
 * )
 * ```
 *
 * @since 0.1.0
 * @category reading
 */
export const fromNdjson = <E, R>(
  bytes: Stream.Stream<Uint8Array, E, R>
): Stream.Stream<AuditRow, E | InvalidAudit, R> =>
  ndjson.lines(bytes).pipe(
    Stream.mapEffect(({ json, line }) => {
      const row = Option.flatMap(json, (json) => Either.getRight(decode(json)))
      return Option.match(row, {
        onNone: () => new InvalidAudit({ line, problem: notARow }),
        onSome: (row) =>
          row.error?.kind === "Unprocessed"
            ? new InvalidAudit({ line, problem: "the audit was not finished. Resume it, and write its files again" })
            : Effect.succeed(row)
      })
    })
  )
