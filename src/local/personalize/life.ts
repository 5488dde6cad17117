/** Tells a resource's status at a time, and checks what depends on it. */
import { AwsFault } from '../http/fault';
import type { Collection, Resource } from './collection';
import type { Plane } from './plane';

/** Statuses as real jobs report them; the documents spell IN PROGRESS without the underscore. */
export type LifeStatus = 'CREATE PENDING' | 'CREATE IN_PROGRESS' | 'ACTIVE' | 'CREATE FAILED';

/** Share of a stretched life that is spent pending. */
const PENDING_SHARE = 0.2;

/** Holds what Describe and List report of every resource; times are epoch seconds. */
export interface Life {
  readonly status: LifeStatus;
  readonly creationDateTime: number;
  readonly lastUpdatedDateTime: number;
  readonly failureReason?: string;
}

/** Tells where a resource is in its life; the outcome shows only from `readyMs` on. */
export function lifeOf(plane: Plane, resource: Resource<unknown, unknown>): Life {
  const { createdMs, readyMs, outcome } = resource;
  const now = plane.now();
  const creationDateTime = createdMs / 1000;
  if (outcome !== undefined && now >= readyMs) {
    const lastUpdatedDateTime = Math.max(outcome.atMs, readyMs) / 1000;
    if (outcome.ok) return { status: 'ACTIVE', creationDateTime, lastUpdatedDateTime };
    return { status: 'CREATE FAILED', creationDateTime, lastUpdatedDateTime, failureReason: outcome.failureReason };
  }
  const begunMs = createdMs + (readyMs - createdMs) * PENDING_SHARE;
  const hasBegun = now >= begunMs && (outcome !== undefined || plane.isStarted(resource.arn));
  return {
    status: hasBegun ? 'CREATE IN_PROGRESS' : 'CREATE PENDING',
    creationDateTime,
    lastUpdatedDateTime: (hasBegun ? begunMs : createdMs) / 1000,
  };
}

/**
 * Finds a resource that must be ACTIVE.
 *
 * @throws AwsFault ResourceNotFoundException, ResourceInUseException while it is being made, InvalidInputException where that failed
 */
export function requireActive<Detail, Result>(
  plane: Plane,
  collection: Collection<Detail, Result>,
  arn: string,
): Resource<Detail, Result> {
  const resource = collection.get(arn);
  const { status } = lifeOf(plane, resource);
  if (status === 'ACTIVE') return resource;
  const message = `Resource ${arn} must be ACTIVE, but its status is ${status}.`;
  throw new AwsFault(status === 'CREATE FAILED' ? 'InvalidInputException' : 'ResourceInUseException', message);
}

/**
 * Checks that fewer than `limit` resources of a kind are being made.
 *
 * @throws AwsFault LimitExceededException with AWS's text
 */
export function checkInFlight(plane: Plane, collection: Collection<unknown, unknown>, limit: number): void {
  const busy = collection.list().filter((resource) => /PENDING|IN_PROGRESS/.test(lifeOf(plane, resource).status));
  if (busy.length < limit) return;
  throw new AwsFault('LimitExceededException', `More than ${limit} resources with PENDING or IN_PROGRESS status.`);
}

/** Share of a job's least time that a dataset group, dataset or solution takes to become ACTIVE. */
const QUICK_SHARE = 0.2;

/** Makes the life of a resource that needs no work, and is ACTIVE at once where jobs are not stretched. */
export function quickLife(
  plane: Plane,
): Pick<Resource<unknown, Record<string, never>>, 'createdMs' | 'readyMs' | 'outcome'> {
  const now = plane.now();
  return { createdMs: now, readyMs: now + plane.jobMs * QUICK_SHARE, outcome: { ok: true, atMs: now, result: {} } };
}

/** Makes the life of a resource whose work is about to start, with the fault that is to befall it. */
export function jobLife(
  plane: Plane,
  create: { readonly operation: string; readonly arn: string },
): Pick<Resource<unknown, unknown>, 'createdMs' | 'readyMs' | 'fault'> {
  const now = plane.now();
  const fault = plane.faults.takeJobFault(create.operation, create.arn);
  return { createdMs: now, readyMs: now + plane.jobMs, ...(fault === undefined ? {} : { fault }) };
}
