/** Tells a resource's status at a time, checks what depends on it, and ends lives. */
import { AwsFault } from '../../http/fault';
import type { Plane } from '../plane';
import type { Collection, Resource } from './collection';

/** Statuses as real resources report them; `statuses.ts` spells them as the documents do where that is wanted. */
export type LifeStatus =
  | 'CREATE PENDING'
  | 'CREATE IN_PROGRESS'
  | 'ACTIVE'
  | 'CREATE FAILED'
  | 'DELETE PENDING'
  | 'DELETE IN_PROGRESS';

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
  const { createdMs, readyMs, outcome, deletion } = resource;
  const now = plane.now();
  const creationDateTime = createdMs / 1000;
  if (deletion !== undefined) {
    const begunMs = deletion.deletedMs + (deletion.goneMs - deletion.deletedMs) * PENDING_SHARE;
    const hasBegun = now >= begunMs;
    return {
      status: hasBegun ? 'DELETE IN_PROGRESS' : 'DELETE PENDING',
      creationDateTime,
      lastUpdatedDateTime: (hasBegun ? begunMs : deletion.deletedMs) / 1000,
    };
  }
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

/** Tells whether a resource is still being made. */
export function isInFlight(plane: Plane, resource: Resource<unknown, unknown>): boolean {
  return /^CREATE (PENDING|IN_PROGRESS)$/.test(lifeOf(plane, resource).status);
}

/**
 * Finds a resource that must be ACTIVE.
 *
 * @throws AwsFault ResourceNotFoundException, ResourceInUseException while it is being made or deleted,
 * InvalidInputException where its making failed
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
 * Finds a resource that can be deleted: its making has ended, well or not, and it is not being deleted.
 *
 * @throws AwsFault ResourceNotFoundException, ResourceInUseException
 */
export function requireIdle<Detail, Result>(
  plane: Plane,
  collection: Collection<Detail, Result>,
  arn: string,
): Resource<Detail, Result> {
  const resource = collection.get(arn);
  const { status } = lifeOf(plane, resource);
  if (/PENDING|IN_PROGRESS|STOPPING/.test(status)) {
    throw new AwsFault('ResourceInUseException', `Resource ${arn} can't be deleted while its status is ${status}.`);
  }
  return resource;
}

/** Makes the fault for a resource that others hang on. */
export function inUse(arn: string, by: string): AwsFault {
  return new AwsFault('ResourceInUseException', `Resource ${arn} is in use by ${by}.`);
}

/** Deletes a resource: at once where nothing takes time, else it shows DELETE PENDING and DELETE IN_PROGRESS first. */
export async function deleteResource(
  plane: Plane,
  collection: Pick<Collection<unknown, unknown>, 'remove' | 'leave'>,
  arn: string,
): Promise<void> {
  const ms = plane.durations.ofDeletion(arn);
  const deletedMs = plane.now();
  await (ms === 0 ? collection.remove(arn) : collection.leave(arn, { deletedMs, goneMs: deletedMs + ms }));
}

/**
 * Checks that fewer than `limit` resources of a kind are being made.
 *
 * @throws AwsFault LimitExceededException with AWS's text
 */
export function checkInFlight(
  plane: Plane,
  collection: Pick<Collection<unknown, unknown>, 'list'>,
  limit: number,
): void {
  const busy = collection.list().filter((resource) => isInFlight(plane, resource));
  if (busy.length < limit) return;
  throw new AwsFault('LimitExceededException', `More than ${limit} resources with PENDING or IN_PROGRESS status.`);
}

/** Makes the life of a resource that needs no work, and is ACTIVE at once where nothing takes time. */
export function quickLife(
  plane: Plane,
  arn: string,
): Pick<Resource<unknown, Record<string, never>>, 'createdMs' | 'readyMs' | 'outcome'> {
  const now = plane.now();
  const readyMs = now + plane.durations.ofMaking(arn);
  return { createdMs: now, readyMs, outcome: { ok: true, atMs: now, result: {} } };
}

/** Makes the life of a resource whose work is about to start, with the fault that is to befall it. */
export function jobLife(
  plane: Plane,
  create: { readonly operation: string; readonly arn: string },
): Pick<Resource<unknown, unknown>, 'createdMs' | 'readyMs' | 'fault'> {
  const now = plane.now();
  const fault = plane.faults.takeJobFault(create.operation, create.arn);
  const readyMs = now + plane.durations.ofMaking(create.arn);
  return { createdMs: now, readyMs, ...(fault === undefined ? {} : { fault }) };
}
