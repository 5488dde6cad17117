/** Brings resources of Personalize into being: describe, else create, then wait. */
import { type ErrorCode, NightjarError } from '../../errors';
import { readStatus } from '../../personalize/status';

/** What a describe call tells of a resource. */
export interface Described {
  readonly status?: string | undefined;
  readonly failureReason?: string | undefined;
}

/** Something that Personalize makes, and that takes its time. */
export interface Resource {
  /** The kind and the name, as progress and errors say it. */
  readonly name: string;
  /** The error where it fails; E_RECO_SOLUTION unless given. */
  readonly code?: ErrorCode;
  readonly status: () => Promise<Described | undefined>;
  readonly create: () => Promise<unknown>;
}

/** How often to look, and whom to tell what was created. */
export interface Waiting {
  readonly pollMs: number;
  readonly onCreated: (name: string) => void;
}

/** Creates what isn't there, and waits until it is ACTIVE. */
export async function ensureResource(resource: Resource, waiting: Waiting): Promise<void> {
  const known = await ignoreMissing(resource.status());
  if (known === undefined) {
    await ignoreExisting(resource.create());
    waiting.onCreated(resource.name);
  }
  await waitForActive(resource, waiting);
}

/** Waits until a resource is ACTIVE. @throws NightjarError where it failed or is missing */
export async function waitForActive(
  resource: Pick<Resource, 'name' | 'code' | 'status'>,
  { pollMs }: Pick<Waiting, 'pollMs'>,
): Promise<void> {
  while (true) {
    const described = await ignoreMissing(resource.status());
    const status = readStatus(described?.status ?? '');
    if (status === 'active') return;
    if (status === 'failed' || status === 'other') throw failedResource(resource, described);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
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

function failedResource(
  { name, code }: Pick<Resource, 'name' | 'code'>,
  described: Described | undefined,
): NightjarError {
  const reason = described?.failureReason ?? 'no reason given';
  return new NightjarError(code ?? 'E_RECO_SOLUTION', `the ${name} is ${described?.status ?? 'missing'}: ${reason}`, {
    fix: 'mend what the reason names, then run it again',
  });
}
