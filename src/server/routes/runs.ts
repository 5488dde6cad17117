/** Routes on runs: lists, one run, and what a person decides about it. */
import { z } from 'zod';
import { listRuns } from '../../database/runs/run-lists';
import { isNightjarError } from '../../errors';
import { approveRun } from '../../run/operate/approve';
import { cancelRun } from '../../run/operate/cancel';
import { describeRow, readRunDocument } from '../../run/operate/describe-run';
import { findNamedRun } from '../../run/operate/find';
import type { FreshFiles } from '../../run/operate/resume';
import { retryRun } from '../../run/operate/retry';
import { checkSolution } from '../../run/start-run';
import {
  approvedDocument,
  cancelledDocument,
  listQuery,
  nothing,
  retriedDocument,
  retryBody,
  runDocument,
  runPath,
  runRow,
} from '../documents';
import { findJob } from '../find-job';
import { type Route, route } from '../route';
import type { ApiWorld } from '../world';

/** Lists the routes. */
export function runRoutes(world: ApiWorld): readonly Route[] {
  return [list(world), show(world), approve(world), cancel(world), retry(world)];
}

function list({ engines }: ApiWorld): Route {
  return route({
    method: 'GET',
    path: '/api/runs',
    role: 'read',
    operation: 'listRuns',
    about: 'Lists runs, the newest first, a page at a time.',
    params: nothing,
    query: listQuery,
    body: nothing,
    answers: {
      200: {
        about: 'A page; next is left out on the last one',
        document: z.looseObject({ runs: z.array(runRow), next: z.string().optional() }),
      },
    },
    handle: async ({ query: { job, before, limit } }) => {
      const mark = before === undefined ? undefined : await findNamedRun(engines.db, before);
      const rows = await listRuns(engines.db, {
        limit,
        ...(job === undefined ? {} : { job }),
        ...(mark === undefined ? {} : { before: { createdAt: mark.createdAt, runId: mark.runId } }),
      });
      const next = rows.length < limit ? undefined : rows.at(-1)?.runId;
      return { status: 200, document: { runs: rows.map(describeRow), next } };
    },
  });
}

function show({ engines }: ApiWorld): Route {
  return route({
    method: 'GET',
    path: '/api/runs/:run',
    role: 'read',
    operation: 'showRun',
    about: 'Tells where a run stands; once it is finished, its report with counts and cost as well.',
    params: runPath,
    query: nothing,
    body: nothing,
    answers: { 200: { about: 'The run', document: runDocument } },
    handle: async ({ params }) => {
      const run = await findNamedRun(engines.db, params.run);
      return { status: 200, document: await readRunDocument(engines, run) };
    },
  });
}

function approve({ engines }: ApiWorld): Route {
  return route({
    method: 'POST',
    path: '/api/runs/:run/approve',
    role: 'operate',
    operation: 'approveRun',
    about: 'Lets a run go on that waits for a person, with the figures as they are; the name of the token is kept.',
    params: runPath,
    query: nothing,
    body: nothing,
    answers: { 200: { about: 'What was approved', document: approvedDocument } },
    handle: async ({ params, caller }) => ({
      status: 200,
      document: await approveRun(engines, params.run, caller.name),
    }),
  });
}

function cancel({ engines }: ApiWorld): Route {
  return route({
    method: 'POST',
    path: '/api/runs/:run/cancel',
    role: 'operate',
    operation: 'cancelRun',
    about: 'Stops a run for good; it asks nothing, and answers within 20 seconds or so what has been paid and sent.',
    params: runPath,
    query: nothing,
    body: nothing,
    answers: { 200: { about: 'What had become of it', document: cancelledDocument } },
    handle: async ({ params }) => ({ status: 200, document: await cancelRun(engines, params.run) }),
  });
}

function retry(world: ApiWorld): Route {
  const { engines } = world;
  return route({
    method: 'POST',
    path: '/api/runs/:run/retry',
    role: 'operate',
    operation: 'retryRun',
    about: 'Lets a failed or paused run go on; of a finished one it sends again what failed.',
    params: runPath,
    query: nothing,
    body: retryBody,
    answers: { 200: { about: 'What goes out again', document: retriedDocument } },
    handle: async ({ params, body }) => {
      const { job } = await findNamedRun(engines.db, params.run);
      const result = await retryRun(engines, params.run, { only: body.only, fresh: findFresh(world, job) });
      return { status: 200, document: result };
    },
  });
}

/** The job's files as they are here; a server without them lets the run go on by its own. */
function findFresh({ engines, jobs }: ApiWorld, job: string): FreshFiles | undefined {
  try {
    const source = findJob(jobs, job);
    return { source, check: (params) => checkSolution(engines, source, params) };
  } catch (error) {
    if (isNightjarError(error) && error.code === 'E_JOB_UNKNOWN') return undefined;
    throw error;
  }
}
