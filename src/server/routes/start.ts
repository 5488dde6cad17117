/** The route that starts a run. */
import type { z } from 'zod';
import { todaysSlot } from '../../job/today';
import { openBundle } from '../../run/bundle';
import { findNamedRun, stateOf } from '../../run/operate/find';
import { type StartWish, startRun } from '../../run/start-run';
import type { ApiToken } from '../access';
import { jobPath, nothing, startBody, startedDocument } from '../documents';
import { findJob } from '../find-job';
import { type Answer, type Route, route } from '../route';
import { startOnce } from '../start-once';
import { readWish } from '../wish';
import type { ApiWorld } from '../world';

/** Makes the route. */
export function startRoute(world: ApiWorld): Route {
  return route({
    method: 'POST',
    path: '/api/jobs/:job/runs',
    role: 'trigger',
    operation: 'startRun',
    about: 'Starts the run of a slot, or goes on with the one that is there; workers do the work.',
    takesKey: true,
    params: jobPath,
    query: nothing,
    body: startBody,
    answers: {
      200: { about: 'A run that was there before', document: startedDocument },
      202: {
        about: 'A run that was started, or that had failed and goes on; Location names it',
        document: startedDocument,
      },
    },
    handle: ({ params, body, key, caller }) => start(world, { job: params.job, body, key, caller }),
  });
}

interface StartCall {
  readonly job: string;
  readonly body: z.output<typeof startBody>;
  readonly key: string | undefined;
  readonly caller: ApiToken;
}

async function start({ engines, jobs }: ApiWorld, { job: name, body, key, caller }: StartCall): Promise<Answer> {
  const readStart = async (): Promise<StartWish> => {
    const source = findJob(jobs, name);
    const { job } = await openBundle(engines, source);
    const slot = body.slot ?? todaysSlot(job, engines.now());
    return { source, slot, again: body.again, ...readWish(job, body), requestedBy: caller.name };
  };
  const { runId, how } =
    key === undefined
      ? await startRun(engines, await readStart())
      : await startOnce(engines, readStart, { caller: caller.name, key, job: name, asked: body });
  return {
    status: how === 'found' ? 200 : 202,
    document: { run: runId, how, state: stateOf(await findNamedRun(engines.db, runId)) },
    headers: { location: `/api/runs/${runId}` },
  };
}
