/** Reads the figures of monitoring from the database: at most every few seconds, however often scrapers ask. */
import { readMonthSpending } from '../../database/buying/budget';
import {
  type BatchFigure,
  countLateSlots,
  countOpenBatchJobs,
  countOpenDeliveries,
  countRuns,
  listOldestDue,
  type RunFigure,
} from '../../database/figures';
import { countWorkers } from '../../database/pacing/worker-lanes';
import { listPausedJobs } from '../../database/runs/job-schedules';
import { nextFire } from '../../job/schedule';
import type { Engines } from '../../run/engines';
import { budgetOf } from '../../run/guards/money';
import type { ReadJobs } from '../../run/schedules/job-files';

export type FigureEngines = Pick<Engines, 'db' | 'settings' | 'now'>;

/** Times are epoch ms. */
export interface Figures {
  readonly at: number;
  readonly runs: readonly RunFigure[];
  readonly openDeliveries: Awaited<ReturnType<typeof countOpenDeliveries>>;
  readonly oldestDue: Awaited<ReturnType<typeof listOldestDue>>;
  readonly batchJobs: readonly BatchFigure[];
  readonly lateSlots: Awaited<ReturnType<typeof countLateSlots>>;
  readonly month: {
    readonly currency: string;
    readonly spent: number;
    readonly unpriced: number;
    /** Undefined where there is no budget. */
    readonly limit: number | undefined;
  };
  readonly workers: { readonly workers: number; readonly lanes: number };
  /** Jobs of the project: when each starts next, undefined where no clock starts it; and whether it is paused or wrong. */
  readonly jobs: readonly JobFigure[];
}

export interface JobFigure {
  readonly job: string;
  readonly nextAt: number | undefined;
  readonly isPaused: boolean;
  readonly isWrong: boolean;
}

/** Reads all of them. */
export async function readFigures(engines: FigureEngines, readJobs: () => ReadJobs): Promise<Figures> {
  const { db } = engines;
  const at = engines.now();
  return {
    at,
    runs: await countRuns(db),
    openDeliveries: await countOpenDeliveries(db),
    oldestDue: await listOldestDue(db, at),
    batchJobs: await countOpenBatchJobs(db),
    lateSlots: await countLateSlots(db, at),
    month: await readMonth(engines, at),
    workers: await countWorkers(db),
    jobs: describeJobs(readJobs(), await listPausedJobs(db), at),
  };
}

async function readMonth({ db, settings }: FigureEngines, now: number): Promise<Figures['month']> {
  const budget = budgetOf({ settings, now });
  const currency = budget?.currency ?? settings.prices[settings.aws.region]?.currency ?? 'USD';
  return { currency, ...(await readMonthSpending(db, { currency, now })), limit: budget?.limit };
}

function describeJobs(
  { jobs, wrong }: ReadJobs,
  paused: ReadonlyMap<string, number>,
  now: number,
): readonly JobFigure[] {
  const right = jobs.map(({ name, schedule }) => ({
    job: name,
    nextAt: schedule === undefined || paused.has(name) ? undefined : nextFire(schedule, now),
    isPaused: paused.has(name),
    isWrong: false,
  }));
  const others = wrong.map(({ name }) => ({ job: name, nextAt: undefined, isPaused: paused.has(name), isWrong: true }));
  return [...right, ...others];
}

export interface FigureSource {
  /**
   * Answers what was read last where it is young, or where reading takes too long; undefined where nothing has been read yet.
   * @throws where nothing can be read
   */
  read(): Promise<Figures | undefined>;
  /** Forgets what was read, and what is being read: of a database that has gone away. */
  forget(): void;
}

const YOUNG_MS = 5000;
/** Counting open deliveries costs by their number, so that it takes a small part of the time. */
const SHARE = 0.05;
/** Prometheus gives a scrape up after ten seconds. */
const PATIENCE_MS = 5000;

/** Makes a source that reads once for all who ask. */
export function createFigureSource(read: () => Promise<Figures>, patienceMs: number = PATIENCE_MS): FigureSource {
  let last: Figures | undefined;
  let freshUntil = 0;
  let reading: Promise<Figures> | undefined;
  const start = (): Promise<Figures> => {
    const began = performance.now();
    const own = read();
    const settle = (figures: Figures | undefined) => {
      if (reading !== own) return;
      reading = undefined;
      last = figures;
      freshUntil = performance.now() + Math.max(YOUNG_MS, (performance.now() - began) / SHARE);
    };
    reading = own;
    own.then(settle, () => settle(undefined));
    return own;
  };
  return {
    read: async () => {
      if (last !== undefined && performance.now() < freshUntil) return last;
      const known = last;
      return orKnown(reading ?? start(), known, patienceMs);
    },
    forget: () => {
      last = undefined;
      reading = undefined;
    },
  };
}

async function orKnown(
  fresh: Promise<Figures>,
  known: Figures | undefined,
  patienceMs: number,
): Promise<Figures | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<Figures | undefined>((resolve) => {
    timer = setTimeout(() => resolve(known), patienceMs);
  });
  return Promise.race([fresh, patience]).finally(() => clearTimeout(timer));
}
