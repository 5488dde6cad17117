/** Tells where solution versions are in their life: beside what all resources have, their training can be stopped. */
import type { z } from 'zod';
import { AwsFault } from '../../http/fault';
import type { Plane, TrainingResult } from '../plane';
import type { Resource } from '../resources/collection';
import { type Life, lifeOf } from '../resources/life';
import type { SOLUTION_VERSION } from '../wire/requests';

export type SolutionVersion = Resource<z.infer<typeof SOLUTION_VERSION>, TrainingResult>;

/** Holds what is reported of a version's life. */
export interface VersionLife extends Omit<Life, 'status'> {
  readonly status: Life['status'] | 'CREATE STOPPING' | 'CREATE STOPPED';
}

/** Tells where a version is in its life; one that was stopped has no other end. */
export function versionLife(plane: Plane, version: SolutionVersion): VersionLife {
  const { stop } = version.detail;
  if (stop === undefined || version.deletion !== undefined) return lifeOf(plane, version);
  const creationDateTime = version.createdMs / 1000;
  // The computation may need a moment to be taken down.
  const hasStopped = plane.now() >= stop.stoppedMs && version.outcome !== undefined;
  return hasStopped
    ? { status: 'CREATE STOPPED', creationDateTime, lastUpdatedDateTime: stop.stoppedMs / 1000 }
    : { status: 'CREATE STOPPING', creationDateTime, lastUpdatedDateTime: stop.askedMs / 1000 };
}

/** Tells whether a version is being trained, or its training is about to stop. */
export function isInTraining(plane: Plane, version: SolutionVersion): boolean {
  return /PENDING|IN_PROGRESS|STOPPING/.test(versionLife(plane, version).status);
}

/** Lists the versions of a solution, oldest first. */
export function versionsOf(plane: Plane, solutionArn: string): readonly SolutionVersion[] {
  return plane.resources.solutionVersions.list().filter(({ detail }) => detail.solutionArn === solutionArn);
}

/**
 * Finds a version that must be ACTIVE.
 *
 * @throws AwsFault ResourceNotFoundException, ResourceInUseException while it is being trained, stopped or deleted,
 * InvalidInputException where the training failed or was stopped
 */
export function requireTrained(plane: Plane, arn: string): SolutionVersion {
  const version = plane.resources.solutionVersions.get(arn);
  const { status } = versionLife(plane, version);
  if (status === 'ACTIVE') return version;
  const hasEnded = status === 'CREATE FAILED' || status === 'CREATE STOPPED';
  const message = `Resource ${arn} must be ACTIVE, but its status is ${status}.`;
  throw new AwsFault(hasEnded ? 'InvalidInputException' : 'ResourceInUseException', message);
}

/** Finds the newest ACTIVE version of a solution that was trained on all data, by hand or by schedule. */
export function newestWhole(plane: Plane, solutionArn: string): SolutionVersion | undefined {
  return versionsOf(plane, solutionArn).findLast(
    (version) => version.detail.trainingMode !== 'UPDATE' && versionLife(plane, version).status === 'ACTIVE',
  );
}
