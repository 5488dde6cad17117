/** Answers the runtime and the events of Amazon Personalize (REST-JSON): checked by the model, then refused by name. */
import { randomUUID } from 'node:crypto';
import { toFault } from '../../http/fault';
import type { AwsRequest } from '../../http/request';
import type { OperationModel } from '../../model/operation';
import { PERSONALIZE_EVENTS, PERSONALIZE_RUNTIME, type ServiceModel } from '../../model/table';
import { checkAuth, type PersonalizeService } from './authentication';
import { parseBody, readBody } from './body';
import { notComplete } from './not-complete';
import type { JsonAnswer } from './service';
import { checkInput } from './validate';

/** Holds an operation that is told by its path. */
export interface SiblingOperation {
  readonly name: string;
  readonly model: OperationModel;
  readonly service: ServiceModel;
}

const SIBLINGS: readonly SiblingOperation[] = [PERSONALIZE_RUNTIME, PERSONALIZE_EVENTS].flatMap((service) =>
  [...service.operations].map(([name, model]) => ({ name, model, service })),
);

/** Finds the operation of the runtime or the events that a request is for; undefined where it is for something else. */
export function findSiblingOperation(request: AwsRequest): SiblingOperation | undefined {
  const isJson = request.headers.get('content-type')?.startsWith('application/json') === true;
  if (request.method !== 'POST' || !isJson) return undefined;
  return SIBLINGS.find(({ model }) => model.path === request.path);
}

/** Answers one request; its class of error stands in a header, as REST-JSON has it. */
export async function answerSibling(
  service: PersonalizeService,
  request: AwsRequest,
  { name, model, service: { errorStatus } }: SiblingOperation,
): Promise<JsonAnswer> {
  try {
    const body = await readBody(request);
    checkAuth(service, request, body);
    checkInput(model.input, parseBody(body));
    throw notComplete(`The operation ${name}`);
  } catch (error) {
    const fault = toFault(error);
    const headers = {
      'content-type': 'application/json',
      'x-amzn-requestid': randomUUID(),
      'x-amzn-errortype': fault.code,
    };
    const status = errorStatus[fault.code] ?? fault.status;
    return { status, headers, body: JSON.stringify({ message: fault.message }) };
  }
}
