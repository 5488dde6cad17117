/** Brings one resource of Personalize into being: describe, else create, then wait until it is ACTIVE. */
import { setTimeout as wait } from 'node:timers/promises';
import { type ErrorCode, NightjarError } from '../errors';
import { readStatus } from '../personalize/status';

/** What a Describe call tells of a resource. */
export interface Described {
  readonly status?: string | undefined;
  readonly failureReason?: string | undefined;
}

/** A resource, and the calls that describe and create it. */
export interface AwsResource {
  /** The kind and the name, as progress and errors say it. */
  readonly name: string;
  /** The error where it fails; E_RECO_SOLUTION unless given. */
  readonly code?: ErrorCode;
  readonly status: () => Promise<Described | undefined>;
  readonly create: () => Promise<unknown>;
  /** Called once it has been created, before it is waited for. */
  readonly onCreated: () => void;
}

/**
 * Creates what isn't there, and waits until it is ACTIVE; asks anew every `pollMs`.
 *
 * @throws NightjarError where it fails, or is gone
 */
export async function ensureActive(resource: AwsResource, pollMs: number): Promise<void> {
  if ((await ignoreMissing(resource.status())) === undefined) {
    await ignoreExisting(resource.create());
    resource.onCreated();
  }
  while (true) {
    const described = await ignoreMissing(resource.status());
    const status = readStatus(described?.status ?? '');
    if (status === 'active') return;
    if (status === 'failed' || status === 'other') throw failedResource(resource, described);
    await wait(pollMs);
  }
}

async function ignoreMissing(describing: Promise<Described | undefined>): Promise<Described | undefined> {
  try {
    return await describing;
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

/** Another process may have created it between our look and our call. */
async function ignoreExisting(creating: Promise<unknown>): Promise<void> {
  try {
    await creating;
  } catch (error) {
    if (!(error instanceof Error && error.name === 'ResourceAlreadyExistsException')) throw error;
  }
}

function failedResource({ name, code }: AwsResource, described: Described | undefined): NightjarError {
  const reason = described?.failureReason ?? 'no reason given';
  return new NightjarError(code ?? 'E_RECO_SOLUTION', `the ${name} is ${described?.status ?? 'missing'}: ${reason}`, {
    fix: 'mend what the reason names, then run it again',
  });
}
