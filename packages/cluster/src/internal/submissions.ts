/**
 * The table of submitted runs. Every change of state is a single statement, so it is safe if
 * several processes try it at once.
 */

import * as SqlClient from "@effect/sql/SqlClient"
import type { Fragment } from "@effect/sql/Statement"
import { Plan, Progress, Run, type RunStoreError } from "@effect-glowmarkt/runner"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { State, Submission, Worker } from "../Submission.js"
import { toRunStoreError } from "./sqlState.js"
import type { Attempt } from "./workflows.js"

/**
 * The options of a run that the submitter sets. They are stored as JSON and contain no credentials.
 */
export const Terms = Schema.Struct({
  target: Plan.Target,
  maxOutageMillis: Schema.optionalWith(Schema.NonNegative, { exact: true })
})

export type Terms = typeof Terms.Type

const Row = Schema.Struct({
  runId: Run.RunId,
  flow: Schema.String,
  state: State,
  reason: Schema.NullOr(Schema.String),
  attempt: Schema.Positive,
  terms: Schema.parseJson(Terms),
  submittedAt: Schema.DateTimeUtcFromDate,
  changedAt: Schema.DateTimeUtcFromDate
})

export interface Stored {
  readonly submission: Submission
  readonly terms: Terms
}

const decode = Schema.decodeUnknown(Schema.Array(Row))

const decodeWorkers = Schema.decodeUnknown(
  Schema.Array(
    Schema.Struct({
      workerId: Schema.UUID,
      name: Schema.String,
      since: Schema.DateTimeUtcFromDate,
      lastSeen: Schema.DateTimeUtcFromDate,
      parts: Schema.NonNegativeInt
    })
  )
)

const Outages = Schema.parseJson(Schema.Array(Progress.OutageWaiting))

const encodeOutages = Schema.encodeSync(Outages)

const decodeOutages = Schema.decodeUnknown(Schema.Array(Schema.Struct({ outages: Outages })))

/**
 * An outage event older than this is ignored: a worker that was killed during an outage cannot say
 * when the outage ends.
 */
const outageExpires = "15 seconds"

/** How long a killed worker stays in the list. A frozen one adds itself again when it wakes. */
const killedAfter = "1 minute"

/** Returns, for each run, the outage whose next probe comes first. */
export const earliestOfRuns = (
  outages: ReadonlyArray<Progress.OutageWaiting>
): ReadonlyArray<Progress.OutageWaiting> => {
  const earliest = new Map<Run.RunId, Progress.OutageWaiting>()
  for (const outage of outages) {
    const other = earliest.get(outage.runId)
    if (other === undefined || DateTime.lessThan(outage.nextProbeAt, other.nextProbeAt))
      earliest.set(outage.runId, outage)
  }
  return [...earliest.values()]
}

const toStored = ({ reason, terms, ...row }: typeof Row.Type): Stored => ({
  submission: new Submission({ ...row, ...(reason === null ? {} : { reason }) }),
  terms
})

export const make = Effect.fnUntraced(function* (location: string) {
  const sql = yield* SqlClient.SqlClient
  const numberOf = (runId: Run.RunId) => sql`(SELECT number FROM glowmarkt_runs WHERE run_id = ${runId})`

  const select = (where: Fragment): Effect.Effect<ReadonlyArray<Stored>, RunStoreError.RunStoreError> =>
    sql`
      SELECT r.run_id AS "runId", r.flow, s.state, s.reason, s.attempt, s.terms,
        s.submitted_at AS "submittedAt", s.changed_at AS "changedAt"
      FROM glowmarkt_submissions s JOIN glowmarkt_runs r ON r.number = s.run WHERE ${where} ORDER BY r.number
    `.pipe(
      Effect.flatMap(decode),
      Effect.mapBoth({
        onFailure: toRunStoreError(location),
        onSuccess: (rows) => rows.map(toStored)
      })
    )

  const get = (runId: Run.RunId) =>
    Effect.map(select(sql`r.run_id = ${runId}`), ([found]) => Option.fromNullable(found))

  const nothing = sql``

  /** Changes the state if it is one of `from`, and returns whether it did. */
  const change = (runId: Run.RunId, from: ReadonlyArray<State>, to: State, more: Fragment, which: Fragment = nothing) =>
    sql`
      UPDATE glowmarkt_submissions SET state = ${to}, changed_at = clock_timestamp() ${more}
      WHERE run = ${numberOf(runId)} AND state IN ${sql.in(from)} ${which} RETURNING attempt
    `.pipe(
      Effect.mapBoth({
        onFailure: toRunStoreError(location),
        onSuccess: (changed) => changed.length > 0
      })
    )

  // Limits a change to one attempt, because a worker that was frozen may still be working on an
  // earlier one.
  const only = (attempt: number) => sql`AND attempt = ${attempt}`

  return {
    get,
    /** Reads a submission that must exist. */
    submission: (runId: Run.RunId) =>
      Effect.flatMap(
        get(runId),
        Option.match({
          onNone: () => new Run.RunNotFound({ runId }),
          onSome: ({ submission }) => Effect.succeed(submission)
        })
      ),
    list: select(sql`TRUE`),
    /** The runs that no worker has started. */
    waiting: select(sql`s.state = 'submitted'`),

    /** Stores the options of an opened run, unless it was already submitted. */
    insert: (runId: Run.RunId, terms: Terms) =>
      sql`
        INSERT INTO glowmarkt_submissions (run, state, terms)
        VALUES (${numberOf(runId)}, 'submitted', ${JSON.stringify(terms)}) ON CONFLICT DO NOTHING
      `.pipe(Effect.asVoid, Effect.mapError(toRunStoreError(location))),

    began: (runId: Run.RunId, attempt: number) => change(runId, ["submitted"], "working", nothing, only(attempt)),
    finished: (runId: Run.RunId, attempt: number) =>
      change(runId, ["submitted", "working", "stopping"], "finished", sql`, reason = NULL`, only(attempt)),
    /** A run that no worker has started stops at once. */
    stop: (runId: Run.RunId) =>
      Effect.zipRight(
        change(runId, ["submitted"], "stopped", nothing),
        change(runId, ["working"], "stopping", nothing)
      ),
    /** Handles a failed attempt: keeps the first reason and stops the other parts. */
    fail: (runId: Run.RunId, attempt: number, reason: string) =>
      change(
        runId,
        ["submitted", "working", "stopping"],
        "stopping",
        sql`, reason = coalesce(reason, ${reason})`,
        only(attempt)
      ),
    /** Handles an attempt whose parts have all ended although not every subject has a result. */
    stopped: (runId: Run.RunId, attempt: number) =>
      change(
        runId,
        ["working", "stopping"],
        "stopped",
        sql`, reason = CASE state WHEN 'working' THEN 'a part ended before its subjects were done' ELSE reason END`,
        only(attempt)
      ),
    resume: (runId: Run.RunId) => change(runId, ["stopped"], "submitted", sql`, reason = NULL, attempt = attempt + 1`),

    /** Updates a worker's entry, and deletes those of killed workers. */
    seen: ({
      name,
      outages,
      parts,
      workerId
    }: {
      readonly workerId: string
      readonly name: string
      readonly parts: number
      readonly outages: ReadonlyArray<Progress.OutageWaiting>
    }) =>
      sql`
        WITH killed AS (
          DELETE FROM glowmarkt_workers
          WHERE worker <> ${workerId}::uuid AND seen_at < clock_timestamp() - ${killedAfter}::interval
        )
        INSERT INTO glowmarkt_workers AS w (worker, name, parts, outages)
        VALUES (${workerId}::uuid, ${name}, ${parts}, ${encodeOutages(outages)})
        ON CONFLICT (worker) DO UPDATE
        SET parts = excluded.parts, outages = excluded.outages, seen_at = clock_timestamp()
      `.pipe(Effect.asVoid, Effect.mapError(toRunStoreError(location))),

    /** The outage that workers of a run wait out, if any. */
    outage: (runId: Run.RunId) =>
      sql`
        SELECT outages FROM glowmarkt_workers
        WHERE outages <> '[]' AND seen_at > clock_timestamp() - ${outageExpires}::interval
      `.pipe(
        Effect.flatMap(decodeOutages),
        Effect.mapBoth({
          onFailure: toRunStoreError(location),
          onSuccess: (workers) =>
            earliestOfRuns(workers.flatMap(({ outages }) => outages)).find((outage) => outage.runId === runId)
        })
      ),

    left: (workerId: string) =>
      sql`DELETE FROM glowmarkt_workers WHERE worker = ${workerId}::uuid`.pipe(
        Effect.asVoid,
        Effect.mapError(toRunStoreError(location))
      ),

    workers: sql`
      SELECT worker AS "workerId", name, since, seen_at AS "lastSeen", parts FROM glowmarkt_workers ORDER BY since
    `.pipe(
      Effect.flatMap(decodeWorkers),
      Effect.mapBoth({
        onFailure: toRunStoreError(location),
        onSuccess: (rows) => rows.map((row) => new Worker(row))
      })
    ),

    /** Returns the parts whose run was asked to stop, was deleted, or has a later attempt. */
    toStop: <P extends Attempt>(parts: ReadonlyArray<P>) =>
      parts.length === 0
        ? Effect.succeed([])
        : Effect.map(
            select(sql`r.run_id IN ${sql.in(parts.map(({ runId }) => runId))} AND s.state IN ('submitted', 'working')`),
            (going) => {
              const attempts = new Map(going.map(({ submission }) => [submission.runId, submission.attempt]))
              return parts.filter(({ attempt, runId }) => attempts.get(runId) !== attempt)
            }
          )
  }
})

export type Submissions = Effect.Effect.Success<ReturnType<typeof make>>
