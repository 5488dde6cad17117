/** Performs the operations on solution versions. */
import { AwsFault } from '../../http/fault';
import type { Plane } from '../plane';
import { requireActive } from '../resources/life';
import { takePage } from '../resources/pages';
import { trainBySchedule } from '../versions/automatic-training';
import { startTraining } from '../versions/train-version';
import { type SolutionVersion, versionLife } from '../versions/versions';
import { DESCRIBE_SOLUTION_VERSION, LIST_OF_SOLUTION } from '../wire/lookup-requests';
import { CREATE_SOLUTION_VERSION } from '../wire/requests';
import { invalidInput } from '../wire/validate';
import { changing, creating, type JsonObject, type Operation, reading } from './operation';

/** Starts a training on what the dataset group holds now. */
export const createSolutionVersion = creating(CREATE_SOLUTION_VERSION, async (plane, request) => {
  if (request.trainingMode === 'AUTOTRAIN') {
    throw invalidInput('The trainingMode AUTOTRAIN is set by Amazon Personalize only.');
  }
  const solution = requireActive(plane, plane.resources.solutions, request.solutionArn);
  return { solutionVersionArn: await startTraining(plane, solution, { request, trainingType: 'MANUAL' }) };
});

/** Stops a training; one that is stopping, or was stopped, stays so. */
export const stopSolutionVersionCreation = changing(DESCRIBE_SOLUTION_VERSION, async (plane, input) => {
  const { solutionVersions } = plane.resources;
  const version = solutionVersions.get(input.solutionVersionArn);
  const { status } = versionLife(plane, version);
  if (status === 'CREATE STOPPING' || status === 'CREATE STOPPED') return {};
  if (status !== 'CREATE PENDING' && status !== 'CREATE IN_PROGRESS') {
    const message = `The creation of ${version.arn} can't be stopped, since its status is ${status}.`;
    throw status.startsWith('DELETE') ? new AwsFault('ResourceInUseException', message) : invalidInput(message);
  }
  const askedMs = plane.now();
  const stoppedMs = status === 'CREATE PENDING' ? askedMs : askedMs + plane.durations.ofUpdate(version.arn);
  await solutionVersions.change(version.arn, { ...version.detail, stop: { askedMs, stoppedMs } });
  if (plane.isStarted(version.arn)) plane.abort(version.arn);
  else await solutionVersions.finish(version.arn, { ok: false, atMs: askedMs, failureReason: 'Stopped.' });
  return {};
});

/** Describes a solution version; trainingHours are those of this machine. */
export const describeSolutionVersion = trainingFirst(
  reading(DESCRIBE_SOLUTION_VERSION, (plane, input) => {
    const version = plane.resources.solutionVersions.get(input.solutionVersionArn);
    const { detail } = version;
    const solution = plane.resources.solutions.get(detail.solutionArn).detail;
    const life = versionLife(plane, version);
    const result = life.status === 'ACTIVE' && version.outcome?.ok === true ? version.outcome.result : undefined;
    return {
      solutionVersion: {
        name: detail.name,
        solutionVersionArn: version.arn,
        solutionArn: detail.solutionArn,
        performHPO: solution.performHPO ?? false,
        performAutoML: solution.performAutoML ?? false,
        performIncrementalUpdate: detail.performIncrementalUpdate ?? false,
        recipeArn: solution.recipeArn,
        eventType: solution.eventType,
        datasetGroupArn: solution.datasetGroupArn,
        solutionConfig: detail.solutionConfig ?? solution.solutionConfig,
        trainingHours: result === undefined ? undefined : result.trainingSeconds / 3600,
        ...trainingOf(version),
        ...life,
      },
    };
  }),
);

/**
 * Lists solution versions, of one solution where it is named.
 * Throws an AwsFault ResourceNotFoundException where that does not exist.
 */
export const listSolutionVersions = trainingFirst(
  reading(LIST_OF_SOLUTION, (plane, input) => {
    const { solutionArn } = input;
    if (solutionArn !== undefined) plane.resources.solutions.get(solutionArn);
    const all = plane.resources.solutionVersions.list();
    const page = takePage(
      all.filter(({ detail }) => solutionArn === undefined || detail.solutionArn === solutionArn),
      input,
    );
    const solutionVersions = page.items.map((version) => summariseVersion(plane, version));
    return { solutionVersions, nextToken: page.nextToken };
  }),
);

/** Summarises a version as lists and its solution show it. */
export function summariseVersion(plane: Plane, version: SolutionVersion): JsonObject {
  return { solutionVersionArn: version.arn, ...trainingOf(version), ...versionLife(plane, version) };
}

function trainingOf({ detail }: SolutionVersion): JsonObject {
  return { trainingMode: detail.trainingMode ?? 'FULL', trainingType: detail.trainingType ?? 'MANUAL' };
}

/** Starts the trainings that are due before an operation tells of versions. */
export function trainingFirst(operation: Operation): Operation {
  return async (plane, json) => {
    await trainBySchedule(plane);
    return operation(plane, json);
  };
}
