/** The metrics of nightjar in the names and units of Prometheus: seconds, unix times, and labels that are job names or fixed words. */
import { Gauge, type Registry } from 'prom-client';
import { RUN_STATES } from '../../database/runs/runs';
import type { Figures } from './figures';

/** Sets every metric from the figures; undefined where they could not be read, or not yet. */
export type SetGauges = (
  figures: Figures | undefined,
  settings: { readonly isUp: boolean; readonly quota: number; readonly now: number },
) => void;

/** One metric: how it is made, and how it is set. What it is not set to it does not show. */
interface Row {
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly string[];
  readonly values: (figures: Figures, now: number) => readonly Value[];
}

type Value = { readonly labels?: Readonly<Record<string, string>>; readonly value: number };

const seconds = (ms: number) => ms / 1000;
const age = (at: number, now: number) => Math.max(0, seconds(now - at));

const ROWS: readonly Row[] = [
  {
    name: 'nightjar_figures_timestamp_seconds',
    help: 'When the figures of this page were read from the database',
    values: ({ at }) => [{ value: seconds(at) }],
  },
  {
    name: 'nightjar_runs',
    help: 'Runs by job and state',
    labels: ['job', 'state'],
    values: ({ runs }) => {
      const jobs = [...new Set(runs.map(({ job }) => job))];
      // Every state is there, so that an alarm on the first failed run sees it change from 0.
      return jobs.flatMap((job) =>
        RUN_STATES.map((state) => {
          const found = runs.find((row) => row.job === job && row.state === state);
          return { labels: { job, state }, value: found?.count ?? 0 };
        }),
      );
    },
  },
  {
    name: 'nightjar_job_last_finished_timestamp_seconds',
    help: 'When a run of the job was last finished',
    labels: ['job'],
    values: ({ runs }) =>
      runs.flatMap(({ job, finishedAt }) =>
        finishedAt === null ? [] : [{ labels: { job }, value: seconds(finishedAt) }],
      ),
  },
  {
    name: 'nightjar_job_next_start_timestamp_seconds',
    help: 'When workers start the job next by its schedule',
    labels: ['job'],
    values: ({ jobs }) =>
      jobs.flatMap(({ job, nextAt }) => (nextAt === undefined ? [] : [{ labels: { job }, value: seconds(nextAt) }])),
  },
  {
    name: 'nightjar_job_paused',
    help: '1 where workers do not start the job until somebody resumes it',
    labels: ['job'],
    values: ({ jobs }) => jobs.map(({ job, isPaused }) => ({ labels: { job }, value: isPaused ? 1 : 0 })),
  },
  {
    name: 'nightjar_job_wrong',
    help: '1 where the file of the job is wrong, so that it is not started',
    labels: ['job'],
    values: ({ jobs }) => jobs.map(({ job, isWrong }) => ({ labels: { job }, value: isWrong ? 1 : 0 })),
  },
  {
    name: 'nightjar_late_slots',
    help: 'Slots that have passed the deadline of their job (notify.late) in the last week and are not done',
    labels: ['job'],
    values: ({ runs, lateSlots }) =>
      [...new Set(runs.map(({ job }) => job).concat(lateSlots.map(({ job }) => job)))].map((job) => ({
        labels: { job },
        value: lateSlots.find((row) => row.job === job)?.count ?? 0,
      })),
  },
  {
    name: 'nightjar_open_deliveries',
    help: 'Deliveries that are not settled, by job and state: planned, claimed, deferred, unknown',
    labels: ['job', 'state'],
    values: ({ openDeliveries }) =>
      openDeliveries.map(({ job, state, count }) => ({ labels: { job, state }, value: count })),
  },
  {
    name: 'nightjar_oldest_due_delivery_seconds',
    help: 'How long the oldest due delivery of a job that is sending has been due',
    labels: ['job'],
    values: ({ oldestDue }, now) => oldestDue.map(({ job, dueAt }) => ({ labels: { job }, value: age(dueAt, now) })),
  },
  {
    name: 'nightjar_batch_jobs_in_flight',
    help: 'Batch jobs that hold a place of the quota of the region',
    labels: ['kind'],
    values: ({ batchJobs }) => batchJobs.map(({ kind, inFlight }) => ({ labels: { kind }, value: inFlight })),
  },
  {
    name: 'nightjar_batch_jobs_waiting',
    help: 'Batch jobs that wait for a place of the quota',
    labels: ['kind'],
    values: ({ batchJobs }) => batchJobs.map(({ kind, waiting }) => ({ labels: { kind }, value: waiting })),
  },
  {
    name: 'nightjar_oldest_batch_job_seconds',
    help: 'How long ago the oldest batch job was decided on that a run still waits for; 0 where none is',
    labels: ['kind'],
    values: ({ batchJobs }, now) =>
      batchJobs.map(({ kind, oldestAt }) => ({ labels: { kind }, value: oldestAt === null ? 0 : age(oldestAt, now) })),
  },
  {
    name: 'nightjar_month_cost',
    help: 'What the batch jobs of this month cost as far as it is known, in the currency of the label',
    labels: ['currency'],
    values: ({ month: { currency, spent } }) => [{ labels: { currency }, value: spent }],
  },
  {
    name: 'nightjar_month_budget',
    help: 'What the batch jobs of a month may cost; not there without a budget',
    labels: ['currency'],
    values: ({ month: { currency, limit } }) => (limit === undefined ? [] : [{ labels: { currency }, value: limit }]),
  },
  {
    name: 'nightjar_month_unpriced_batch_jobs',
    help: 'Batch jobs of this month of which no cost in the currency is known',
    values: ({ month: { unpriced } }) => [{ value: unpriced }],
  },
  {
    name: 'nightjar_workers',
    help: 'Workers that live',
    values: ({ workers: { workers } }) => [{ value: workers }],
  },
  {
    name: 'nightjar_send_lanes',
    help: 'Send lanes of all workers that live',
    values: ({ workers: { lanes } }) => [{ value: lanes }],
  },
];

/** Names every metric that is read from the database. */
export const METRIC_NAMES: readonly string[] = [
  'nightjar_database_up',
  'nightjar_batch_jobs_quota',
  ...ROWS.map(({ name }) => name),
];

/** Makes the metrics in a registry, and answers what sets them. */
export function createGauges(registry: Registry): SetGauges {
  const up = new Gauge({
    name: 'nightjar_database_up',
    help: '1 where the database answers; 0 where it is away, or the figures could not be read, and there are none',
    registers: [registry],
  });
  const quota = new Gauge({
    name: 'nightjar_batch_jobs_quota',
    help: 'Batch jobs of a kind that may be in flight (aws.jobsInFlight)',
    registers: [registry],
  });
  const setters = ROWS.map((row) => createSetter(row, registry));
  return (figures, settings) => {
    up.set(settings.isUp ? 1 : 0);
    quota.set(settings.quota);
    for (const set of setters) set(figures, settings.now);
  };
}

function createSetter(row: Row, registry: Registry): (figures: Figures | undefined, now: number) => void {
  const { name, help } = row;
  const gauge = new Gauge({ name, help, labelNames: [...(row.labels ?? [])], registers: [registry] });
  return (figures, now) => {
    gauge.reset();
    // One without labels would show 0, which nobody has read.
    if (figures === undefined && row.labels === undefined) gauge.remove();
    for (const { labels = {}, value } of figures === undefined ? [] : row.values(figures, now))
      gauge.set(labels, value);
  };
}
