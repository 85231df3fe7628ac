/**
 * Compares two audits: which accounts appeared, vanished or changed.
 *
 * Both are streamed at the same time. An account is held in memory until it is found in the other
 * audit, so memory grows with the accounts that appeared, vanished or moved in the list. Two lists
 * in the same order need almost none.
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
import { finishedRun } from "./internal/audit/inputFromAudit.js"
import * as ndjson from "./internal/text/ndjson.js"
import type { Run, RunId, RunMismatch, RunNotFound, RunUnfinished } from "./Run.js"
import type { RunStore } from "./RunStore.js"
import type { RunStoreError } from "./RunStoreError.js"
import * as StatusAudit from "./StatusAudit.js"

const accountId = Schema.optionalWith(Schema.String, { exact: true })

/**
 * One difference. An account can have several of them.
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
 * One difference. An account can have several of them.
 *
 * @since 0.1.0
 * @category models
 */
export type Difference = typeof Difference.Type

/**
 * The fields that are compared.
 *
 * @since 0.1.0
 * @category models
 */
export type Field = Exclude<keyof AuditRow, "accountId" | "findings" | "error">

/**
 * The fields that are compared, in order. `error` is not one: it describes the audit, not the
 * account.
 *
 * @since 0.1.0
 * @category constants
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

const withId = ({ accountId }: AuditRow) => (accountId === undefined ? {} : { accountId })

const changes = (before: AuditRow, after: AuditRow): ReadonlyArray<Difference> => {
  const [old, fresh] = [encode(before), encode(after)]
  const findings: ReadonlyArray<Difference> =
    before.findings.join(" ") === after.findings.join(" ")
      ? []
      : [{ _tag: "FindingsChanged", ...withId(before), before: before.findings, after: after.findings }]
  const changed = fields
    .filter((field) => old[field] !== fresh[field])
    .map(
      (field): Difference => ({
        _tag: "FieldChanged",
        ...withId(before),
        field,
        before: old[field] ?? null,
        after: fresh[field] ?? null
      })
    )
  return [...findings, ...changed]
}

/** Rows without a counterpart yet. Rows with the same id, or with none, are paired in order. */
type Unmatched = Map<string, Arr.NonEmptyArray<AuditRow>>

/** Returns the counterpart of a row, or holds the row until its counterpart arrives. */
const match = (row: AuditRow, own: Unmatched, other: Unmatched): AuditRow | undefined => {
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
  const [before, after]: readonly [Unmatched, Unmatched] = [new Map(), new Map()]
  return {
    old: (row: AuditRow): ReadonlyArray<Difference> => {
      const fresh = match(row, before, after)
      return fresh === undefined ? [] : changes(row, fresh)
    },
    fresh: (row: AuditRow): ReadonlyArray<Difference> => {
      const old = match(row, after, before)
      return old === undefined ? [] : changes(old, row)
    },
    rest: (): ReadonlyArray<Difference> => [
      ...[...before.values()].flat().map((row): Difference => ({ _tag: "Vanished", ...withId(row), row })),
      ...[...after.values()].flat().map((row): Difference => ({ _tag: "Appeared", ...withId(row), row }))
    ]
  }
}

/**
 * Compares two audits. Changes come first, then vanished accounts, then new ones, each in list
 * order.
 *
 * @example
 * ```ts
 * import { AuditDiff } from "@effect-glowmarkt/runner"
 * import { FileSystem } from "@effect/platform"
 * import { Effect, Stream } from "effect"
 *
 * const changed = Effect.flatMap(FileSystem.FileSystem, (fs) =>
 *   AuditDiff.diff(
 *     AuditDiff.fromNdjson(fs.stream("march.ndjson")),
 *     AuditDiff.fromNdjson(fs.stream("april.ndjson"))
 *   ).pipe(Stream.runCount)
 * )
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const diff = <E, R, E2, R2>(
  before: Stream.Stream<AuditRow, E, R>,
  after: Stream.Stream<AuditRow, E2, R2>
): Stream.Stream<Difference, E | E2, R | R2> =>
  Stream.suspend(() => {
    const { fresh, old, rest } = make()
    // Errors travel as values: `zipAllWith` never ends when both streams fail at once.
    type Compared = Either.Either<ReadonlyArray<Difference>, E | E2>
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
 * The number of accounts with each kind of difference. An account whose findings and fields both
 * changed is in both change counts.
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
 * No differences.
 *
 * @since 0.1.0
 * @category constants
 */
export const noDifferences: Counts = { appeared: 0, vanished: 0, findingsChanged: 0, fieldsChanged: 0 }

/**
 * Counts differences in the order {@link diff} emits them.
 *
 * @example
 * ```ts
 * import { AuditDiff } from "@effect-glowmarkt/runner"
 * import { Effect, type Stream } from "effect"
 *
 * const hasNewAccounts = (differences: Stream.Stream<AuditDiff.Difference>) =>
 *   Effect.map(AuditDiff.count(differences), ({ appeared }) => appeared > 0)
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const count = <E, R>(differences: Stream.Stream<Difference, E, R>): Effect.Effect<Counts, E, R> =>
  Effect.suspend(() => {
    // The changed fields of one account are consecutive.
    let last: Difference | undefined
    return Stream.runFold(differences, noDifferences, (counts, difference): Counts => {
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
 * The audits cover different accounts, so a missing account does not mean it vanished.
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

const selectionParameters = ["origin", "applicationId", "only", "where"] as const

const checkComparable = (before: Run, after: Run): Effect.Effect<void, NotComparable> => {
  const text = ({ parameters }: Run, name: string) => JSON.stringify(parameters[name]) ?? "not set"
  const different = selectionParameters
    .filter((name) => text(before, name) !== text(after, name))
    .map((name) => `${name} is ${text(before, name)} in the first and ${text(after, name)} in the second`)
  const sampled = before.runId !== after.runId && [before, after].some(({ parameters }) => "sample" in parameters)
  const all = sampled ? [...different, "each run samples different accounts"] : different
  return Arr.isNonEmptyReadonlyArray(all) ? new NotComparable({ differences: all }) : Effect.void
}

/**
 * Compares two stored runs as {@link diff} does. Both must be finished and cover the same accounts.
 *
 * @example
 * ```ts
 * import { AuditDiff, Run } from "@effect-glowmarkt/runner"
 * import { Stream } from "effect"
 *
 * const differences = Stream.runCollect(AuditDiff.diffRuns(Run.RunId.make("march"), Run.RunId.make("april")))
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const diffRuns = (
  before: RunId,
  after: RunId
): Stream.Stream<Difference, RunMismatch | RunNotFound | RunUnfinished | NotComparable | RunStoreError, RunStore> =>
  Stream.unwrap(
    Effect.gen(function* () {
      yield* checkComparable(yield* finishedRun(before), yield* finishedRun(after))
      return diff(StatusAudit.rows(before), StatusAudit.rows(after))
    })
  )

/**
 * The file was not written by `Report.ndjson`, is truncated, or comes from an unfinished audit.
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

const notARow = "not an audit row as accounts.ndjson has them"

/**
 * Reads the rows of an audit from its `accounts.ndjson`.
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
 * @category constructors
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
