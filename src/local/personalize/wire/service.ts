/** Speaks the JSON 1.1 protocol of Amazon Personalize: signature, operation, errors as JSON. */
import { randomUUID } from 'node:crypto';
import { ConnectionCut, isConnectionCut } from '../../http/connection-cut';
import { AwsFault, toFault } from '../../http/fault';
import type { AwsRequest } from '../../http/request';
import type { OperationModel } from '../../model/operation';
import { PERSONALIZE } from '../../model/table';
import { writeJson } from '../../model/write';
import { arnOf } from '../arns';
import type { JsonObject, Operation } from '../operations/operation';
import { OPERATIONS } from '../operations/table';
import type { Plane } from '../plane';
import { openToken, sealToken } from '../resources/pages';
import { spellStatuses } from '../resources/statuses';
import { checkAuth, type PersonalizeService } from './authentication';
import { parseBody, readBody } from './body';
import { notComplete } from './not-complete';
import { checkInput } from './validate';

/** Holds an answer whose body is JSON. */
export interface JsonAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const TARGET_PREFIX = 'AmazonPersonalize.';

/** Answers one request; every failure becomes a JSON error. */
export async function answerPersonalize(service: PersonalizeService, request: AwsRequest): Promise<JsonAnswer> {
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': randomUUID() };
  try {
    const body = await readBody(request);
    checkAuth(service, request, body);
    const call = findOperation(request.headers.get('x-amz-target') ?? '');
    const { plane } = service;
    const json = parseBody(body);
    const place = {
      service: 'personalize',
      operation: call.name,
      resource: resourceOf(plane, call.name, json),
      accountId: plane.accountId,
    } as const;
    const result = await plane.faults.perform(place, { act: () => perform(plane, call, json), lose: cutAnswer });
    return { status: 200, headers, body: call.model.output === null ? '' : writeJson(call.model.output, result) };
  } catch (error) {
    if (isConnectionCut(error)) throw error;
    const fault = toFault(error);
    // Refusals by IAM are made in front of the service, and spell the member with a capital.
    const member = fault.code === 'AccessDeniedException' ? 'Message' : 'message';
    const body = JSON.stringify({ __type: fault.code, [member]: fault.message });
    return { status: fault.status, headers, body };
  }
}

/** Checks the request by the model, whether the operation is built or not, and performs it. */
async function perform(plane: Plane, { name, model, operation }: Call, json: unknown): Promise<JsonObject> {
  const input = checkInput(model.input, json);
  if (operation === undefined) throw notComplete(`The operation ${name}`);
  const answer = await operation(plane, openToken(name, input));
  return spellStatuses(plane.statuses, name, sealToken(name, input, answer));
}

function cutAnswer(): never {
  throw new ConnectionCut('after');
}

/** Finds the ARN that a request is about: that of what it makes, else the first one in it, else all. */
function resourceOf(plane: Plane, operation: string, json: unknown): string {
  const members = typeof json === 'object' && json !== null ? Object.entries(json) : [];
  const texts = members.flatMap(([name, value]) => (typeof value === 'string' ? [{ name, value }] : []));
  const own = texts.find(({ name }) => name === 'jobName' || name === 'name');
  const kind = /^Create(.+)$/.exec(operation)?.[1]?.replace(/\B[A-Z]/g, (letter) => `-${letter}`);
  if (own !== undefined && kind !== undefined) return arnOf(plane, `${kind.toLowerCase()}/${own.value}`);
  return texts.find(({ name }) => name.endsWith('Arn') && name !== 'roleArn')?.value ?? arnOf(plane, '*');
}

interface Call {
  readonly name: string;
  readonly model: OperationModel;
  /** Undefined where it is not built. */
  readonly operation: Operation | undefined;
}

function findOperation(target: string): Call {
  const name = target.startsWith(TARGET_PREFIX) ? target.slice(TARGET_PREFIX.length) : '';
  const model = PERSONALIZE.operations.get(name);
  if (model !== undefined) return { name, model, operation: OPERATIONS.get(name) };
  throw new AwsFault('UnknownOperationException', `The operation ${target} is not one of Amazon Personalize.`);
}
