/** Reads what AWS says where it refuses a call for lack of permission, and finds the statement that would allow it. */
import { actionOf, type PolicyStatement, statementFor } from './iam';
import type { PermissionSettings } from './scope';

/** A call that AWS did not allow. */
export interface Denial {
  /** `personalize:CreateBatchInferenceJob`; also one behind the call, such as `iam:PassRole` or `kms:Decrypt`. */
  readonly action: string;
  /** As AWS names it; the call's own where AWS names none. */
  readonly resource: string;
  /** The ARN of who called, where AWS names it. */
  readonly caller: string | undefined;
  /** The kind of policy that forbids it, where one does: no permission helps against that. */
  readonly deniedBy: string | undefined;
  /** To paste into the policy of the caller. */
  readonly statement: PolicyStatement;
}

/** A call as it was made: `operation` is for example `s3:HeadBucket`, `resource` an ARN. */
export interface AwsCall {
  readonly operation: string;
  readonly resource: string;
}

/** Reads an error of the SDK; undefined where it is no refusal for lack of permission. */
export function readDenial(error: unknown, call: AwsCall, settings: PermissionSettings): Denial | undefined {
  if (!isDenied(error)) return undefined;
  const told = /^User: (\S+) is not authorized to perform: (\S+)(?: on resource: "?([^"\s]+)"?)?(.*)$/s.exec(
    error.message,
  );
  const action = told?.[2] ?? actionOf(call.operation);
  const resource = told?.[3] ?? call.resource;
  const statement = statementFor(action, settings) ?? { Effect: 'Allow', Action: action, Resource: resource };
  const deniedBy = /with an explicit deny in an? ([\w -]+?)(?: policy)?(?:[.:,]|$)/.exec(told?.[4] ?? '')?.[1];
  return { action, resource, caller: told?.[1], deniedBy, statement };
}

const NAMES: ReadonlySet<string> = new Set(['AccessDenied', 'AccessDeniedException', 'Forbidden']);

/** A refused HEAD has no body, and so no name: only its status tells. */
function isDenied(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  if (NAMES.has(error.name)) return true;
  return statusOf(error) === 403 && /^(403|Unknown|UnknownError)$/.test(error.name);
}

/** Reads the HTTP status of an error of the SDK; undefined where there was no answer. */
export function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return undefined;
  const metadata = error.$metadata;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}

/** A call that failed, with what was asked for. */
export class FailedCall extends Error {
  readonly call: AwsCall;

  constructor(call: AwsCall, cause: unknown) {
    super(`${call.operation} failed`, { cause });
    this.name = 'FailedCall';
    this.call = call;
  }
}

/** Tells a FailedCall by its name, also across realms. */
export function isFailedCall(error: unknown): error is FailedCall {
  return error instanceof Error && error.name === 'FailedCall';
}

/**
 * Makes a call of AWS.
 * @throws FailedCall
 */
export async function ask<Answer>(call: AwsCall, send: () => Promise<Answer>): Promise<Answer> {
  try {
    return await send();
  } catch (error) {
    throw new FailedCall(call, error);
  }
}

/**
 * Makes a call that AWS must refuse for what it asks, once it has found it allowed: so a permission is seen and nothing happens.
 * @returns whether it was refused so
 * @throws FailedCall for every other failure, such as a missing permission
 */
export async function askInVain(
  call: AwsCall,
  send: () => Promise<unknown>,
  refusals: readonly string[],
): Promise<boolean> {
  try {
    await send();
    return false;
  } catch (error) {
    if (error instanceof Error && refusals.includes(error.name)) return true;
    throw new FailedCall(call, error);
  }
}
