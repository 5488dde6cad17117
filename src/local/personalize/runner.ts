/** Runs the work behind resources: oldest first, a few at a time, again after a restart, and never to a half result. */
import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Compute } from '../compute-port';
import type { JobFault } from '../faults/rule';
import { systemCode } from '../http/fault';
import { removeSupersededFiles } from './data/dataset-data';
import type { JobKind, Plane } from './plane';
import type { Collection, Outcome } from './resources/collection';
import { runInference, runSegment } from './tasks/batch-work';
import { removeEndedPlans } from './tasks/deletion-plan';
import { deleteData } from './tasks/deletion-work';
import { importData } from './tasks/import-work';
import { trainVersion } from './tasks/training-work';
import { failWork, type WorkEnd, type Workshop } from './tasks/work';
import { trainBySchedule } from './versions/automatic-training';

/** Runs work. `close` waits for its own steps, and not for computations: what they give is dropped. */
export interface Runner {
  start(kind: JobKind, arn: string): void;
  isStarted(arn: string): boolean;
  /** Ends running work, which fails then; does nothing where there is none. */
  abort(arn: string): void;
  close(): Promise<void>;
}

/** Works at a time; the computations themselves share the machine as `Compute` decides. */
const MAX_AT_A_TIME = 2;

/** Tells that the local AWS closes, so that work stops without an outcome and is done again at the next start. */
class Closing extends Error {}

/** Tells that work was ended by its client. */
class Aborted extends Error {}

/** How often the schedules of automatic trainings are looked at. */
const SCHEDULE_MS = 60_000;

/** Creates a runner; `plane` is asked for when work begins, since the two refer to each other. */
export function createRunner(compute: Compute, plane: () => Plane): Runner {
  const waiting: (() => Promise<void>)[] = [];
  const started = new Set<string>();
  const running = new Set<Promise<void>>();
  const aborts = new Map<string, AbortController>();
  let isClosed = false;
  let stop: (error: Error) => void = () => {};
  const closing = new Promise<never>((_, reject) => {
    stop = reject;
  });
  closing.catch(() => undefined);

  const fill = (): void => {
    while (!isClosed && running.size < MAX_AT_A_TIME) {
      const next = waiting.shift();
      if (next === undefined) return;
      const work = next().finally(() => {
        running.delete(work);
        fill();
      });
      running.add(work);
    }
  };
  const timer = setInterval(() => {
    if (plane().trainsByItself) trainBySchedule(plane()).catch(() => undefined);
  }, SCHEDULE_MS).unref();
  const shop = async (kind: JobKind, arn: string): Promise<void> => {
    started.add(arn);
    const abort = new AbortController();
    aborts.set(arn, abort);
    const aborted = whenAborted(abort.signal);
    const folder = join(plane().folders.work, randomUUID());
    try {
      const waitFor = <Result>(computation: Promise<Result>) => Promise.race([computation, closing, aborted]);
      await WORKS[kind]({ plane: plane(), compute, folder, signal: abort.signal, waitFor }, arn);
    } catch (error) {
      // Closing leaves the job without an outcome: the next start does it again.
      if (!(error instanceof Closing)) started.delete(arn);
    } finally {
      aborts.delete(arn);
      await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    }
  };

  return {
    start(kind, arn) {
      waiting.push(() => shop(kind, arn));
      fill();
    },
    isStarted: (arn) => started.has(arn),
    abort: (arn) => aborts.get(arn)?.abort(),
    async close() {
      isClosed = true;
      clearInterval(timer);
      stop(new Closing('the local AWS closes'));
      await Promise.all(running);
    },
  };
}

/** Rejects when a signal is given, and is otherwise never settled. */
function whenAborted(signal: AbortSignal): Promise<never> {
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Aborted('The work was ended by its client.')), { once: true });
  });
  aborted.catch(() => undefined);
  return aborted;
}

const WORKS: Readonly<Record<JobKind, (shop: Workshop, arn: string) => Promise<void>>> = {
  async datasetImportJobs(shop, arn) {
    await finish(shop, shop.plane.resources.datasetImportJobs, { arn, work: importData });
    await removeSupersededFiles(shop.plane);
  },
  async dataDeletionJobs(shop, arn) {
    await finish(shop, shop.plane.resources.dataDeletionJobs, { arn, work: deleteData });
    await removeEndedPlans(shop.plane);
  },
  solutionVersions: (shop, arn) => finish(shop, shop.plane.resources.solutionVersions, { arn, work: trainVersion }),
  batchInferenceJobs: (shop, arn) => finish(shop, shop.plane.resources.batchInferenceJobs, { arn, work: runInference }),
  batchSegmentJobs: (shop, arn) => finish(shop, shop.plane.resources.batchSegmentJobs, { arn, work: runSegment }),
};

interface Job<Result> {
  readonly arn: string;
  readonly work: (shop: Workshop, arn: string) => Promise<WorkEnd<Result>>;
}

async function finish<Detail, Result>(
  shop: Workshop,
  collection: Collection<Detail, Result>,
  job: Job<Result>,
): Promise<void> {
  const { fault, outcome: former } = collection.get(job.arn);
  // Stopped before its turn came.
  if (former !== undefined) return;
  const work = fault?.kind === 'create-failed' ? failByFault(fault) : workInFolder(shop, job);
  const end = await work.catch((error: unknown): WorkEnd<Result> => {
    // A computation that was closed under us is done again at the next start, like one that we no longer wait for.
    if (error instanceof Closing || systemCode(error) === 'E_ENGINE_AWS') throw error;
    return { ok: false, failureReason: `Internal failure: ${error instanceof Error ? error.message : String(error)}` };
  });
  const atMs = shop.plane.now();
  const outcome: Outcome<Result> = end.ok
    ? { ok: true, atMs, result: end.result }
    : { ok: false, atMs, failureReason: end.failureReason };
  await keepTrying(shop, () => collection.finish(job.arn, outcome));
}

async function workInFolder<Result>(shop: Workshop, { arn, work }: Job<Result>): Promise<WorkEnd<Result>> {
  await keepTrying(shop, async () => {
    await mkdir(shop.folder, { recursive: true });
  });
  return work(shop, arn);
}

async function failByFault(fault: JobFault): Promise<WorkEnd<never>> {
  return failWork(fault.message ?? 'A fault rule of the local AWS had this job fail.');
}

const RETRY_MS = 1000;

/** Repeats what fails for reasons of the disk, until it is done or the local AWS closes. */
async function keepTrying(shop: Workshop, action: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await action();
    } catch {
      await shop.waitFor(setTimeout(RETRY_MS, undefined, { ref: false }));
    }
  }
}

/** Starts again what a former process left unfinished, oldest first. */
export function resumeWork(plane: Plane): void {
  const kinds: readonly JobKind[] = [
    'datasetImportJobs',
    'dataDeletionJobs',
    'solutionVersions',
    'batchInferenceJobs',
    'batchSegmentJobs',
  ];
  const unfinished = kinds.flatMap((kind) =>
    plane.resources[kind]
      .list()
      .filter((resource) => resource.outcome === undefined)
      .map(({ arn, createdMs }) => ({ kind, arn, createdMs })),
  );
  for (const { kind, arn } of unfinished.sort((a, b) => a.createdMs - b.createdMs)) plane.start(kind, arn);
}
