/** The tables as Kysely sees them: what is selected is on the left, what is inserted on the right. Times are epoch ms inside. */
import type { ColumnType } from 'kysely';

/** A timestamptz: read as epoch ms, written as a Date. */
export type Time = ColumnType<number, Date, Date>;
type OptionalTime = ColumnType<number | null, Date | null | undefined, Date | null>;
type OptionalText = ColumnType<string | null, string | null | undefined, string | null>;
type OptionalNumber = ColumnType<number | null, number | null | undefined, number | null>;
/** A jsonb: read as parsed and yet unchecked, written as JSON text. */
export type Json = ColumnType<unknown, string | null | undefined, string | null>;

interface ContactTable {
  user_id: string;
  email: OptionalText;
  address_hash: OptionalText;
  first_name: OptionalText;
  last_name: OptionalText;
  locale: OptionalText;
  country: OptionalText;
  time_zone: OptionalText;
  phone: OptionalText;
  consent: Json;
  consent_at: OptionalTime;
  consent_source: OptionalText;
  attributes: Json;
  imported_at: Time;
}

interface RunTable {
  run_id: string;
  job: string;
  slot: string;
  n: number;
  kind: string;
  state: string;
  paused_reason: OptionalText;
  resume_state: OptionalText;
  error: Json;
  plan: Json;
  bundle_uri: string;
  catalogue_version: number;
  created_at: Time;
  updated_at: Time;
  finished_at: OptionalTime;
  summary: Json;
  errors_since: OptionalTime;
  hold_until: OptionalTime;
  archive_began_at: OptionalTime;
  archived_at: OptionalTime;
  params: Json;
  only_to: ColumnType<string[] | null, string[] | null | undefined, string[] | null>;
  recipient_limit: OptionalNumber;
  requested_by: OptionalText;
  notify: Json;
  late_at: OptionalTime;
}

interface BatchJobTable {
  name: string;
  fingerprint: string;
  part: number;
  attempt: number;
  kind: string;
  arn: OptionalText;
  state: string;
  reason: OptionalText;
  request: Json;
  lines: number;
  input_uri: string;
  output_uri: string;
  intended_at: Time;
  place_at: OptionalTime;
  cost: OptionalNumber;
  cost_currency: OptionalText;
  created_at: OptionalTime;
  done_at: OptionalTime;
  output_deleted_at: OptionalTime;
  input_deleted_at: OptionalTime;
}

interface DeliveryTable {
  job: string;
  slot: string;
  user_id: string;
  run_id: string;
  address_hash: string;
  domain: OptionalText;
  held: ColumnType<boolean, boolean | undefined, boolean>;
  waits: ColumnType<number, number | undefined, number>;
  resends: ColumnType<number, number | undefined, number>;
  state: string;
  reason: OptionalText;
  due_at: Time;
  slate: Json;
  shown: ColumnType<unknown, string | undefined, string>;
  seed: OptionalText;
  sections: Json;
  fallback: boolean;
  arm: OptionalText;
  token: OptionalText;
  lease_until: OptionalTime;
  attempt: number;
  message_id: OptionalText;
  smtp_code: OptionalNumber;
  enhanced_code: OptionalText;
  answer: OptionalText;
  claimed_at: OptionalTime;
  answered_at: OptionalTime;
}

interface ProofMailTable {
  run_id: string;
  nth: number;
  user_id: string;
  address: string;
  state: string;
  due_at: Time;
  attempt: number;
  token: OptionalText;
  smtp_code: OptionalNumber;
  answer: OptionalText;
  claimed_at: OptionalTime;
  answered_at: OptionalTime;
}

interface ArtefactTable {
  run_id: string;
  kind: string;
  name: string;
  uri: string;
  row_count: OptionalNumber;
  bytes: number;
  sha256: string;
  created_at: Time;
}

interface AudienceVersionTable {
  run_id: string;
  audience: string;
  part: string;
  job: string;
  slot: string;
  members: number;
  uri: string;
  base_run_id: OptionalText;
  gained: OptionalNumber;
  lost: OptionalNumber;
  made_at: Time;
  delivery_began_at: OptionalTime;
  delivered_at: OptionalTime;
  deleted_at: OptionalTime;
}

interface AudienceRowsTable {
  run_id: string;
  audience: string;
  part: string;
  format: string;
  version: number;
  columns: string;
  uri: OptionalText;
  row_count: number;
  since_full: number;
}

/** Every table of the schema `nightjar`. */
export interface Tables {
  audience_version: AudienceVersionTable;
  audience_rows: AudienceRowsTable;
  audience_delivery: { run_id: string; audience: string; part: string; destination: string; delivered_at: Time };
  instance: { name: string; created_at: Time };
  embedded_service: { name: string; port: number; token: string; pid: number; published_at: Time };
  contact: ContactTable;
  suppression: { subject: string; topic: string; reason: string; source: string; at: Time };
  catalogue_version: { version: number; created_at: Time };
  item: { item_id: string; version: number; data: Json; removed: boolean };
  interaction: { user_id: string; item_id: string; at: Time; event_type: string; event_value: OptionalNumber };
  run: RunTable;
  run_event: { run_id: string; seq: number; state: string; at: Time };
  shard: {
    run_id: string;
    stage: string;
    shard: number;
    spec: Json;
    result: Json;
    attempt: number;
    done_at: OptionalTime;
  };
  batch_job: BatchJobTable;
  run_batch_job: {
    run_id: string;
    name: string;
    reused: boolean;
    sections: ColumnType<string[] | null, string[] | null | undefined, string[] | null>;
  };
  seed_slate: { run_id: string; section: string; item_id: string; slate: Json; theme: OptionalText };
  batch_quota: { kind: string; blocked_until: Time; refusals: number };
  delivery: DeliveryTable;
  pace: { sender: string; next_at: Time };
  destination: {
    sender: string;
    domain: string;
    next_at: Time;
    blocked_at: Time;
    blocked_until: Time;
    step: number;
    since: Time;
  };
  ramp_day: { sender: string; day: string; allowed: number; used: number };
  run_answers: { run_id: string; since: Time; shard: number; accepted: number; refused: number };
  run_making: { run_id: string; since: Time; shard: number; name: string; count: number };
  artefact: ArtefactTable;
  job_schedule: {
    job: string;
    since: Time;
    decided_until: Time;
    paused_at: OptionalTime;
    late_until: OptionalTime;
    watch: Json;
  };
  notice: {
    event: string;
    kind: string;
    job: string;
    slot: string;
    run_id: OptionalText;
    at: Time;
    facts: Json;
    rules: Json;
    payload: Json;
    addressed_at: OptionalTime;
  };
  told: {
    event: string;
    target: string;
    state: string;
    attempts: number;
    next_at: Time;
    answer: OptionalText;
    ended_at: OptionalTime;
  };
  api_call: {
    caller: string;
    key: string;
    request_hash: string;
    job: string;
    slot: string;
    runs_before: number;
    run_id: OptionalText;
    created_at: Time;
  };
  proof: {
    run_id: string;
    decided_at: Time;
    hold_until: OptionalTime;
    passed_by: OptionalText;
    passed_at: OptionalTime;
  };
  proof_mail: ProofMailTable;
  guard_approval: {
    run_id: string;
    guard: string;
    measure: number;
    figure: string;
    limited: string;
    approved_by: string;
    approved_at: Time;
  };
}
