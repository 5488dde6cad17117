/** Routes on jobs: what there is, what a run would do and cost, and whether workers start them. */
import { z } from 'zod';
import { createSlots } from '../../database/connecting/slots';
import { listPausedJobs, pauseJob, resumeJob } from '../../database/runs/job-schedules';
import { todaysSlot } from '../../job/today';
import { openBundle } from '../../run/bundle';
import { describeJob } from '../../run/describe-job';
import { readSlotStanding } from '../../run/operate/slot-standing';
import { planRun } from '../../run/plan-run';
import { jobDocument, jobPath, nothing, pausedDocument, planBody, planDocument } from '../documents';
import { findJob } from '../find-job';
import { type Route, route } from '../route';
import { readWish } from '../wish';
import type { ApiWorld } from '../world';

/** A plan goes through all contacts: so many at a time. */
const PLANS_AT_ONCE = 1;

/** Lists the routes. */
export function jobRoutes(world: ApiWorld): readonly Route[] {
  return [listJobs(world), showJob(world), planJob(world), setPaused(world, 'pause'), setPaused(world, 'resume')];
}

function listJobs({ engines, jobs }: ApiWorld): Route {
  return route({
    method: 'GET',
    path: '/api/jobs',
    role: 'read',
    operation: 'listJobs',
    about: 'Lists the jobs of the project, when each starts next, and what a run may be given.',
    params: nothing,
    query: nothing,
    body: nothing,
    answers: {
      200: { about: 'The jobs, in the order of their names', document: z.looseObject({ jobs: z.array(jobDocument) }) },
    },
    handle: async () => {
      const paused = await listPausedJobs(engines.db);
      const described = jobs
        .names()
        .map((name) => describeJob(engines, { name, read: () => jobs.read(name), pausedAt: paused.get(name) }));
      const rows = await Promise.all(described);
      return { status: 200, document: { jobs: rows } };
    },
  });
}

function showJob({ engines, jobs }: ApiWorld): Route {
  return route({
    method: 'GET',
    path: '/api/jobs/:job',
    role: 'read',
    operation: 'showJob',
    about: 'Describes a job.',
    params: jobPath,
    query: nothing,
    body: nothing,
    answers: { 200: { about: 'The job', document: jobDocument } },
    handle: async ({ params }) => {
      const source = findJob(jobs, params.job);
      const paused = await listPausedJobs(engines.db);
      const described = { name: params.job, read: () => source, pausedAt: paused.get(params.job) };
      return { status: 200, document: await describeJob(engines, described) };
    },
  });
}

function planJob({ engines, jobs }: ApiWorld): Route {
  const plans = createSlots(PLANS_AT_ONCE);
  return route({
    method: 'POST',
    path: '/api/jobs/:job/plan',
    role: 'read',
    operation: 'planJob',
    about: 'Plans a run with its cost; nothing is written, bought or sent.',
    params: jobPath,
    query: nothing,
    body: planBody,
    answers: { 200: { about: 'The plan', document: planDocument } },
    handle: async ({ params, body }) => {
      const source = findJob(jobs, params.job);
      const { job } = await openBundle(engines, source);
      const wish = { source, slot: body.slot ?? todaysSlot(job, engines.now()), ...readWish(job, body) };
      const plan = await plans.run(() => planRun(engines, wish));
      const standing = await readSlotStanding(engines, { job: job.name, slot: wish.slot });
      return { status: 200, document: { ...plan, standing } };
    },
  });
}

function setPaused({ engines, jobs }: ApiWorld, what: 'pause' | 'resume'): Route {
  const isPause = what === 'pause';
  return route({
    method: 'POST',
    path: `/api/jobs/:job/${what}`,
    role: 'operate',
    operation: isPause ? 'pauseJob' : 'resumeJob',
    about: isPause ? 'Workers start the job no longer; runs under way go on.' : 'Workers start the job again.',
    params: jobPath,
    query: nothing,
    body: nothing,
    answers: { 200: { about: 'changed is false where it was so before', document: pausedDocument } },
    handle: async ({ params: { job } }) => {
      findJob(jobs, job);
      const changed = await (isPause ? pauseJob(engines.db, job, engines.now()) : resumeJob(engines.db, job));
      return { status: 200, document: { job, paused: isPause, changed } };
    },
  });
}
