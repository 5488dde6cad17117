/** Performs the operations on solutions. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AwsFault } from '../../http/fault';
import { arnOf } from '../arns';
import { checkEvents } from '../checks/events-check';
import { checkIncrementalUpdate, checkSchedule, checkSolution } from '../checks/solution-check';
import { listKnownColumns } from '../checks/training-columns';
import type { Plane } from '../plane';
import { findRecipe } from '../recipes/recipes';
import { alreadyExists } from '../resources/collection';
import { inUse, isInFlight, lifeOf, quickLife, requireActive, requireIdle } from '../resources/life';
import { takePage } from '../resources/pages';
import { checkCount } from '../resources/quotas';
import type { Solution } from '../versions/train-version';
import { isInTraining, versionsOf } from '../versions/versions';
import { DESCRIBE_SOLUTION, LIST_OF_GROUP } from '../wire/lookup-requests';
import { CREATE_SOLUTION, UPDATE_SOLUTION } from '../wire/requests';
import { changing, creating, type JsonObject, reading } from './operation';
import { summariseVersion, trainingFirst } from './solution-versions';

/** Adds a solution. */
export const createSolution = creating(CREATE_SOLUTION, async (plane, detail) => {
  const { solutions, datasetGroups } = plane.resources;
  const group = requireActive(plane, datasetGroups, detail.datasetGroupArn);
  checkSolution(plane, detail);
  const arn = arnOf(plane, `solution/${detail.name}`);
  if (solutions.has(arn)) throw alreadyExists(arn);
  const siblings = solutions.list().filter((one) => one.detail.datasetGroupArn === group.arn);
  checkCount(siblings.length, plane.quotas.solutions, 'solutions in a dataset group');
  const knownColumns = listKnownColumns(plane, group.arn);
  await solutions.add({ arn, detail: { ...detail, knownColumns }, ...quickLife(plane, arn) });
  return { solutionArn: arn };
});

/** Changes how a solution trains from now on; its versions stay as they are. */
export const updateSolution = changing(UPDATE_SOLUTION, async (plane, { solutionArn, ...update }) => {
  const { solutions } = plane.resources;
  const { detail } = requireActive(plane, solutions, solutionArn);
  const { autoTrainingConfig, eventsConfig } = update.solutionUpdateConfig ?? {};
  const now = plane.now();
  if (detail.latestUpdate !== undefined && now < detail.latestUpdate.readyMs) {
    throw new AwsFault('ResourceInUseException', `An update of ${solutionArn} is still in progress.`);
  }
  const recipe = findRecipe(detail.recipeArn ?? '');
  checkIncrementalUpdate(recipe, update);
  checkSchedule(autoTrainingConfig);
  const solutionConfig = {
    ...detail.solutionConfig,
    ...(autoTrainingConfig === undefined ? {} : { autoTrainingConfig }),
    ...(eventsConfig === undefined ? {} : { eventsConfig }),
  };
  if (eventsConfig !== undefined) checkEvents(plane, { ...detail, solutionConfig }, recipe);
  const readyMs = now + plane.durations.ofUpdate(solutionArn);
  const turnsOn = update.performAutoTraining === true && detail.performAutoTraining === false;
  await solutions.change(solutionArn, {
    ...detail,
    solutionConfig,
    performAutoTraining: update.performAutoTraining ?? detail.performAutoTraining,
    performIncrementalUpdate: update.performIncrementalUpdate ?? detail.performIncrementalUpdate,
    automaticSinceMs: turnsOn ? readyMs : detail.automaticSinceMs,
    latestUpdate: { ...update, createdMs: now, readyMs },
  });
  return { solutionArn };
});

/** Deletes a solution with its versions and their models. */
export const deleteSolution = changing(DESCRIBE_SOLUTION, async (plane, { solutionArn }) => {
  const { solutions, solutionVersions, batchInferenceJobs, batchSegmentJobs } = plane.resources;
  requireIdle(plane, solutions, solutionArn);
  const versions = versionsOf(plane, solutionArn);
  const busy = versions.find((version) => isInTraining(plane, version));
  if (busy !== undefined) throw inUse(solutionArn, busy.arn);
  const arns = new Set(versions.map(({ arn }) => arn));
  const jobs = [...batchInferenceJobs.list(), ...batchSegmentJobs.list()];
  const job = jobs.find((one) => arns.has(one.detail.solutionVersionArn) && isInFlight(plane, one));
  if (job !== undefined) throw inUse(solutionArn, job.arn);
  // All go at the same time: no version outlives its solution.
  const [deletedMs, ms] = [plane.now(), plane.durations.ofDeletion(solutionArn)];
  const end = (collection: Pick<typeof solutions, 'remove' | 'leave'>, arn: string): Promise<void> =>
    ms === 0 ? collection.remove(arn) : collection.leave(arn, { deletedMs, goneMs: deletedMs + ms });
  for (const { arn, outcome } of versions) {
    await end(solutionVersions, arn);
    if (outcome?.ok === true) await rm(join(plane.folders.models, outcome.result.model), { force: true });
  }
  await end(solutions, solutionArn);
  return {};
});

/** Describes a solution with its latest version and update. */
export const describeSolution = trainingFirst(
  reading(DESCRIBE_SOLUTION, (plane, { solutionArn }) => {
    const solution = plane.resources.solutions.get(solutionArn);
    const { tags: _, latestUpdate, automaticSinceMs: __, knownColumns: ___, ...detail } = solution.detail;
    const latest = versionsOf(plane, solutionArn).at(-1);
    const life = lifeOf(plane, solution);
    const updatedMs = latestUpdate !== undefined && plane.now() >= latestUpdate.readyMs ? latestUpdate.readyMs : 0;
    return {
      solution: {
        ...detail,
        solutionArn,
        performHPO: detail.performHPO ?? false,
        performAutoML: detail.performAutoML ?? false,
        performAutoTraining: detail.performAutoTraining ?? true,
        performIncrementalUpdate: detail.performIncrementalUpdate ?? false,
        latestSolutionVersion: latest === undefined ? undefined : summariseVersion(plane, latest),
        latestSolutionUpdate: latestUpdate === undefined ? undefined : describeUpdate(plane, latestUpdate),
        ...life,
        lastUpdatedDateTime: Math.max(life.lastUpdatedDateTime, updatedMs / 1000),
      },
    };
  }),
);

function describeUpdate(plane: Plane, update: NonNullable<Solution['detail']['latestUpdate']>): JsonObject {
  const { createdMs, readyMs, ...members } = update;
  const life = { arn: '', sequence: 0, createdMs, readyMs, detail: members };
  return { ...members, ...lifeOf(plane, { ...life, outcome: { ok: true, atMs: createdMs, result: {} } }) };
}

/** Lists solutions, of one dataset group where it is named. */
export const listSolutions = reading(LIST_OF_GROUP, (plane, input) => {
  const { datasetGroupArn } = input;
  const all = plane.resources.solutions.list();
  const page = takePage(
    all.filter(({ detail }) => datasetGroupArn === undefined || detail.datasetGroupArn === datasetGroupArn),
    input,
  );
  const solutions = page.items.map((solution) => ({
    name: solution.detail.name,
    solutionArn: solution.arn,
    recipeArn: solution.detail.recipeArn,
    ...lifeOf(plane, solution),
  }));
  return { solutions, nextToken: page.nextToken };
});
