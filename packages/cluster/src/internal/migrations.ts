/** The tables of the cluster. Never edit a released migration: append one. */
import * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"

/**
 * Subjects and results are JSON in `text`: `json` and `jsonb` refuse characters that a subject or
 * result may contain (`\u0000`, lone surrogates).
 */
const first = [
  `CREATE TABLE glowmarkt_settings (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    shards integer NOT NULL,
    lock_seconds integer NOT NULL
  )`,
  `CREATE TABLE glowmarkt_runs (
    number integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id text COLLATE "C" NOT NULL UNIQUE,
    flow text NOT NULL,
    parameters text NOT NULL,
    started_at timestamptz NOT NULL,
    finished_at timestamptz,
    listing uuid,
    total integer,
    recorded integer NOT NULL DEFAULT 0
  )`,
  // Each listing has its own id: two workers may list at the same time, and only one of their
  // listings is used.
  `CREATE TABLE glowmarkt_subjects (
    run integer NOT NULL REFERENCES glowmarkt_runs ON DELETE CASCADE,
    listing uuid NOT NULL,
    position integer NOT NULL,
    subject text NOT NULL,
    PRIMARY KEY (run, listing, position)
  )`,
  `CREATE TABLE glowmarkt_results (
    run integer NOT NULL REFERENCES glowmarkt_runs ON DELETE CASCADE,
    position integer NOT NULL,
    outcome text NOT NULL,
    result text NOT NULL,
    PRIMARY KEY (run, position)
  )`,
  `CREATE TABLE glowmarkt_notes (
    run integer NOT NULL REFERENCES glowmarkt_runs ON DELETE CASCADE,
    subject text COLLATE "C" NOT NULL,
    number bigint GENERATED ALWAYS AS IDENTITY,
    note text NOT NULL,
    PRIMARY KEY (run, subject, number)
  )`,
  `CREATE TABLE glowmarkt_submissions (
    run integer PRIMARY KEY REFERENCES glowmarkt_runs ON DELETE CASCADE,
    attempt integer NOT NULL DEFAULT 1,
    state text NOT NULL,
    reason text,
    terms text NOT NULL,
    submitted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
  )`,
  `CREATE TABLE glowmarkt_workers (
    worker uuid PRIMARY KEY,
    name text NOT NULL,
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    parts integer NOT NULL DEFAULT 0,
    outages text NOT NULL DEFAULT '[]'
  )`,
  `CREATE TABLE glowmarkt_rates (
    key text PRIMARY KEY,
    next_at timestamptz NOT NULL,
    factor double precision NOT NULL DEFAULT 1,
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
  ) WITH (fillfactor = 10)`,
  // The engine's view of the workers, see workersAndShardLocks.ts.
  `CREATE TABLE cluster_runners (
    machine_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    address text NOT NULL UNIQUE,
    runner text NOT NULL,
    healthy boolean NOT NULL,
    last_heartbeat timestamptz NOT NULL DEFAULT now()
  )`,
  `CREATE TABLE cluster_locks (
    shard_id text PRIMARY KEY,
    address text NOT NULL,
    acquired_at timestamptz NOT NULL
  )`
]

const statements = (all: ReadonlyArray<string>) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) =>
    Effect.forEach(all, (statement) => sql.unsafe(statement), { discard: true })
  )

/** The migrations by version, for the migrator of `@effect/sql`. */
export const migrations = { "0001_runs": statements(first) }

export const latestVersion = Object.keys(migrations).length

export const table = "glowmarkt_migrations"
