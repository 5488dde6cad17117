/** Creates the tables of the main job. Times are values: no column defaults to the database's clock. */
import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  `CREATE TABLE instance (name text PRIMARY KEY, created_at timestamptz NOT NULL)`,
  `CREATE TABLE embedded_service (
     name text PRIMARY KEY, port integer NOT NULL, token text NOT NULL, pid integer NOT NULL, published_at timestamptz NOT NULL)`,
  `CREATE TABLE contact (
     user_id text COLLATE "C" PRIMARY KEY, email text, address_hash text, first_name text, last_name text, locale text,
     country text, time_zone text, phone text, consent jsonb, consent_at timestamptz, consent_source text,
     attributes jsonb NOT NULL, imported_at timestamptz NOT NULL)`,
  `CREATE INDEX contact_address ON contact (address_hash)`,
  `CREATE TABLE suppression (
     address_hash text PRIMARY KEY, reason text NOT NULL, source text NOT NULL, at timestamptz NOT NULL)`,
  `CREATE TABLE catalogue_version (version integer PRIMARY KEY, created_at timestamptz NOT NULL)`,
  `CREATE TABLE item (
     item_id text COLLATE "C" NOT NULL, version integer NOT NULL, data jsonb NOT NULL, removed boolean NOT NULL,
     PRIMARY KEY (item_id, version))`,
  `CREATE TABLE interaction (
     user_id text COLLATE "C" NOT NULL, item_id text COLLATE "C" NOT NULL, at timestamptz NOT NULL, event_type text NOT NULL,
     event_value double precision, PRIMARY KEY (user_id, item_id, at, event_type))`,
  `CREATE INDEX interaction_at ON interaction (at)`,
  `CREATE TABLE run (
     run_id text PRIMARY KEY, job text NOT NULL, slot text NOT NULL, n integer NOT NULL, kind text NOT NULL, state text NOT NULL,
     paused_reason text, resume_state text, error jsonb, plan jsonb, bundle_uri text NOT NULL, catalogue_version integer NOT NULL,
     created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL, finished_at timestamptz, summary jsonb,
     UNIQUE (job, slot, n))`,
  `CREATE INDEX run_created ON run (created_at DESC, run_id)`,
  `CREATE TABLE run_event (
     run_id text NOT NULL REFERENCES run, seq integer NOT NULL, state text NOT NULL, at timestamptz NOT NULL, PRIMARY KEY (run_id, seq))`,
  `CREATE TABLE shard (
     run_id text NOT NULL REFERENCES run, stage text NOT NULL, shard integer NOT NULL, spec jsonb NOT NULL, result jsonb,
     attempt integer NOT NULL, done_at timestamptz, PRIMARY KEY (run_id, stage, shard))`,
  `CREATE TABLE batch_job (
     name text PRIMARY KEY, fingerprint text NOT NULL, part integer NOT NULL, attempt integer NOT NULL, kind text NOT NULL,
     arn text, state text NOT NULL, reason text, request jsonb NOT NULL, lines bigint NOT NULL, input_uri text NOT NULL,
     output_uri text NOT NULL, intended_at timestamptz NOT NULL, created_at timestamptz, done_at timestamptz)`,
  `CREATE INDEX batch_job_fingerprint ON batch_job (fingerprint)`,
  `CREATE TABLE run_batch_job (
     run_id text NOT NULL REFERENCES run, name text NOT NULL REFERENCES batch_job, reused boolean NOT NULL, PRIMARY KEY (run_id, name))`,
  `CREATE TABLE delivery (
     job text NOT NULL, slot text NOT NULL, user_id text COLLATE "C" NOT NULL, run_id text NOT NULL REFERENCES run,
     address_hash text NOT NULL, state text NOT NULL, reason text, due_at timestamptz NOT NULL, slate jsonb, fallback boolean NOT NULL,
     arm text, token text, lease_until timestamptz, attempt integer NOT NULL, message_id text, smtp_code integer,
     enhanced_code text, answer text, claimed_at timestamptz, answered_at timestamptz, PRIMARY KEY (job, slot, user_id))`,
  `CREATE UNIQUE INDEX delivery_address ON delivery (job, slot, address_hash) WHERE reason IS DISTINCT FROM 'duplicate_address'`,
  `CREATE INDEX delivery_due ON delivery (run_id, due_at) WHERE state IN ('planned', 'deferred')`,
  `CREATE INDEX delivery_open ON delivery (run_id, state) WHERE state IN ('claimed', 'unknown')`,
  `CREATE INDEX delivery_state ON delivery (run_id, state)`,
  `CREATE TABLE pace (sender text PRIMARY KEY, next_at timestamptz NOT NULL)`,
  `CREATE TABLE artefact (
     run_id text NOT NULL REFERENCES run, kind text NOT NULL, name text NOT NULL, uri text NOT NULL, row_count bigint,
     bytes bigint NOT NULL, sha256 text NOT NULL, created_at timestamptz NOT NULL, PRIMARY KEY (run_id, kind, name))`,
];

/** Applies the migration; Kysely runs it in one transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
