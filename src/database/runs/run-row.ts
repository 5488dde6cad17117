/** A run as the database keeps it. */
import { z } from 'zod';
import type { ParamValues } from '../../job/params';

/** The states of a run; the four last are not worked on. */
export const RUN_STATES = [
  'planned',
  'preparing',
  'waiting',
  'collecting',
  'sending',
  'writing',
  'paused',
  'finished',
  'failed',
  'cancelled',
] as const;
export type RunState = (typeof RUN_STATES)[number];

/** States in which a run waits for nobody but a person, or for nothing at all. */
export const IDLE_STATES: readonly RunState[] = ['paused', 'finished', 'failed', 'cancelled'];

export interface RunRow {
  readonly runId: string;
  readonly job: string;
  readonly slot: string;
  readonly n: number;
  readonly kind: 'email' | 'audience';
  readonly state: RunState;
  /** Why it is paused; also why it was cancelled, where that was not simply a person's wish. */
  readonly pausedReason: string | undefined;
  readonly resumeState: RunState | undefined;
  /** `{code, message, fix}` of what stopped it. */
  readonly error: unknown;
  readonly plan: unknown;
  readonly bundleUri: string;
  readonly catalogueVersion: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly finishedAt: number | undefined;
  /** From when on its deliveries are archived on S3 and gone from the ledger: it can't be changed any more. */
  readonly archiveBeganAt: number | undefined;
  readonly summary: unknown;
  /** Of every param of the job; undefined where it has none. */
  readonly params: ParamValues | undefined;
  /** Addresses or patterns such as `*@shop.example`; undefined where whoever started the run named none. */
  readonly onlyTo: readonly string[] | undefined;
  /** How many recipients the run plans at most. */
  readonly limit: number | undefined;
  /** Who asked for the run; undefined for one that a schedule started. */
  readonly requestedBy: string | undefined;
}

/** What a query selects of the table `run`. */
export interface SelectedRun {
  run_id: string;
  job: string;
  slot: string;
  n: number;
  kind: string;
  state: string;
  paused_reason: string | null;
  resume_state: string | null;
  error: unknown;
  plan: unknown;
  bundle_uri: string;
  catalogue_version: number;
  created_at: number;
  updated_at: number;
  finished_at: number | null;
  archive_began_at: number | null;
  summary: unknown;
  params: unknown;
  only_to: string[] | null;
  recipient_limit: number | null;
  requested_by: string | null;
}

const paramsSchema = z
  .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]))
  .nullable();

/** Reads what a query has selected. */
export function readRun(row: SelectedRun): RunRow {
  return {
    runId: row.run_id,
    job: row.job,
    slot: row.slot,
    n: row.n,
    kind: row.kind === 'email' ? 'email' : 'audience',
    state: readState(row.state) ?? 'failed',
    pausedReason: row.paused_reason ?? undefined,
    resumeState: readState(row.resume_state),
    error: row.error ?? undefined,
    plan: row.plan ?? undefined,
    bundleUri: row.bundle_uri,
    catalogueVersion: row.catalogue_version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    finishedAt: row.finished_at ?? undefined,
    archiveBeganAt: row.archive_began_at ?? undefined,
    summary: row.summary ?? undefined,
    params: paramsSchema.parse(row.params) ?? undefined,
    onlyTo: row.only_to ?? undefined,
    limit: row.recipient_limit ?? undefined,
    requestedBy: row.requested_by ?? undefined,
  };
}

function readState(text: string | null): RunState | undefined {
  return RUN_STATES.find((state) => state === text);
}
