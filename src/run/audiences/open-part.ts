/** Opens a part of an audience for writing: what its files are made of, and what was delivered of it before. */
import { HOLDOUT } from '../../audience/choose/split';
import { listDeliveries, listRows } from '../../database/audiences/delivered-rows';
import {
  type AudienceVersion,
  findDelivered,
  hasRestoredRuns,
  listUnfinished,
  listVersions,
} from '../../database/audiences/versions';
import { nameOf } from '../../report/audience-notes';
import type { AudienceCase } from './choose-members';
import type { PartPlan } from './gather-rows';
import type { PartCase } from './part-case';
import { listTaken } from './taken-rows';

/** Plans a part by its name, `''` where there is no split; who is held out is in no file. */
export function planPart({ context, job, audience }: AudienceCase, part: string): PartPlan {
  const { run, bundle } = context;
  return {
    part,
    formats: part === HOLDOUT ? [] : bundle.formats,
    context: {
      runId: run.runId,
      at: new Date(run.createdAt).toISOString(),
      attributes: job.audience.attributes,
      audience: part === '' ? audience : `${audience}-${part}`,
      path: [job.name, audience, ...(part === '' ? [] : [part])],
      listId: job.audience.listIds.get(nameOf(audience, part)),
    },
  };
}

/** Finds what a part is compared with. */
export async function openPart(given: AudienceCase, part: string): Promise<PartCase> {
  const { engines, run } = given.context;
  const { job, audience } = given;
  const key = { job: job.name, audience, part };
  const version = await findDelivered(engines.db, key, run.runId);
  const rows = version === undefined ? new Map() : await listRows(engines.db, version);
  const since = version?.deliveredAt;
  const unfinished: Awaited<ReturnType<typeof listRows>>[] = [];
  for (const one of await listUnfinished(engines.db, key, { except: run.runId, since }))
    unfinished.push(await listRows(engines.db, one), ...(await listTaken(engines, one, since)));
  // Nobody knows what another database has delivered since.
  if (since !== undefined && (await hasRestoredRuns(engines.db, job.name, since))) unfinished.push(new Map());
  const own = (await listVersions(engines.db, { runId: run.runId, audience })).find((one) => one.part === part);
  if (own !== undefined) unfinished.push(...(await listTaken(engines, own, since)));
  const fileName = nameOf(audience, part);
  const folder = `versions/${job.name}/${fileName}/${run.runId}/`;
  const hasNewDestination = version !== undefined && (await lacksDelivery(given, version));
  return { ...given, part, fileName, folder, base: { version, rows, unfinished, hasNewDestination } };
}

async function lacksDelivery({ context, job }: AudienceCase, version: AudienceVersion): Promise<boolean> {
  const deliveries = await listDeliveries(context.engines.db, version);
  const done = new Set(deliveries.map(({ destination }) => destination));
  return job.audience.deliver.some((name) => !done.has(name));
}
