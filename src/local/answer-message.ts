/** Answers each request by the service that it is for. */
import type { IncomingMessage } from 'node:http';
import { ADMIN_PREFIX, type AdminService, answerAdmin } from './faults/admin';
import { refuseService, signedService } from './http/other-services';
import { answerQuery, type QueryService } from './http/query-protocol';
import { type AwsRequest, readRequest } from './http/request';
import type { PersonalizeService } from './personalize/wire/authentication';
import { answerPersonalize } from './personalize/wire/service';
import { answerSibling, findSiblingOperation } from './personalize/wire/sibling-service';
import type { S3Answer } from './s3/call';
import { answerS3, type S3Service } from './s3/service';
import { bucketOfHost } from './s3/target';
import { refuseUnread } from './unread-request';

/** Holds all services of the local AWS. */
export interface Services {
  readonly s3: S3Service;
  readonly personalize: PersonalizeService;
  readonly admin: AdminService;
  readonly sts: QueryService;
  readonly iam: QueryService;
}

/** Answers one request; one that can't be read is refused. */
export async function answerMessage(services: Services, message: IncomingMessage): Promise<S3Answer> {
  let request: AwsRequest;
  try {
    request = readRequest(message);
  } catch (error) {
    return refuseUnread(message, error);
  }
  return answerByService(services, request);
}

async function answerByService(services: Services, request: AwsRequest): Promise<S3Answer> {
  const isOfBucket = bucketOfHost(request.headers.get('host') ?? '') !== undefined;
  if (request.path.startsWith(ADMIN_PREFIX) && !isOfBucket) return answerAdmin(services.admin, request);
  if (request.headers.has('x-amz-target')) return answerPersonalize(services.personalize, request);
  const sibling = findSiblingOperation(request);
  const service = signedService(request) ?? (sibling === undefined ? 's3' : 'personalize');
  if (sibling !== undefined && service === 'personalize') return answerSibling(services.personalize, request, sibling);
  if (service === 'sts' || service === 'iam') return answerQuery(services[service], request);
  return service === 's3' ? answerS3(services.s3, request) : refuseService(service, request);
}
