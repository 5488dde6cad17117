/** Words the refusals of fault rules as AWS does. */
import { MAX_JOBS_IN_FLIGHT } from '../../personalize/limits';
import { AwsFault } from '../http/fault';
import type { FaultRule } from './rule';

/** Holds a call as rules see it; `resource` is an ARN, for S3 of the form `arn:aws:s3:::bucket/key`. */
export interface FaultCall {
  readonly service: FaultRule['service'];
  readonly operation: string;
  readonly resource: string;
  readonly accountId: string;
}

/** S3 operations whose IAM action has another name. */
const S3_ACTIONS: Readonly<Record<string, string>> = {
  HeadBucket: 'ListBucket',
  HeadObject: 'GetObject',
  ListBuckets: 'ListAllMyBuckets',
  ListObjects: 'ListBucket',
  ListObjectsV2: 'ListBucket',
  CreateMultipartUpload: 'PutObject',
  UploadPart: 'PutObject',
  CompleteMultipartUpload: 'PutObject',
};

type Refusal = Extract<FaultRule, { readonly kind: 'throttle' | 'error' | 'access-denied' | 'quota' }>;

/** Makes the refusal that a rule asks for. */
export function refusalOf(rule: Refusal, call: FaultCall): AwsFault {
  const { code, text, status } = wordRefusal(rule.kind, call);
  return new AwsFault(code, rule.message ?? text, { status });
}

interface Wording {
  readonly code: string;
  readonly text: string;
  readonly status: number;
}

function wordRefusal(kind: Refusal['kind'], call: FaultCall): Wording {
  const isS3 = call.service === 's3';
  switch (kind) {
    case 'quota':
      return {
        code: 'LimitExceededException',
        text: `More than ${MAX_JOBS_IN_FLIGHT} resources with PENDING or IN_PROGRESS status.`,
        status: 400,
      };
    case 'throttle':
      return isS3
        ? { code: 'SlowDown', text: 'Please reduce your request rate.', status: 503 }
        : { code: 'ThrottlingException', text: 'Rate exceeded', status: 400 };
    case 'error':
      return isS3
        ? { code: 'InternalError', text: 'We encountered an internal error. Please try again.', status: 500 }
        : { code: 'InternalFailure', text: 'The request processing has failed.', status: 500 };
    case 'access-denied':
      return isS3
        ? { code: 'AccessDenied', text: denyS3(call), status: 403 }
        : { code: 'AccessDeniedException', text: denyPersonalize(call), status: 400 };
  }
}

function denyPersonalize(call: FaultCall): string {
  return `User: ${userOf(call)} is not authorized to perform: personalize:${call.operation} on resource: ${call.resource}`;
}

function denyS3(call: FaultCall): string {
  const action = `s3:${S3_ACTIONS[call.operation] ?? call.operation}`;
  return `User: ${userOf(call)} is not authorized to perform: ${action} on resource: "${call.resource}" because no identity-based policy allows the ${action} action`;
}

function userOf(call: FaultCall): string {
  return `arn:aws:sts::${call.accountId}:assumed-role/nightjar/session`;
}
