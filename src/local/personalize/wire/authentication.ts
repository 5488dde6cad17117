/** Decides who may call Amazon Personalize, in its words for what is wrong with a signature. */
import { AwsFault } from '../../http/fault';
import type { AwsRequest } from '../../http/request';
import { type AuthProblem, type Credentials, sha256Hex, verifySignature } from '../../http/sigv4';
import type { Plane } from '../plane';

/** Holds what the service answers from; without credentials no signature is checked. */
export interface PersonalizeService {
  readonly plane: Plane;
  readonly credentials: Credentials | null;
}

const AUTH_FAULTS: Readonly<Record<AuthProblem, readonly [code: string, message: string]>> = {
  missing: ['MissingAuthenticationTokenException', 'Missing Authentication Token'],
  presigned: ['NotImplementedException', 'A presigned URL is not complete in the local AWS.'],
  malformed: ['IncompleteSignatureException', 'Authorization header is not complete.'],
  unknownKey: ['UnrecognizedClientException', 'The security token included in the request is invalid.'],
  wrongScope: [
    'InvalidSignatureException',
    'Credential should be scoped to a valid region and to the service personalize.',
  ],
  skewed: ['InvalidSignatureException', 'Signature expired: the clocks differ by more than 15 minutes.'],
  mismatch: [
    'InvalidSignatureException',
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
  ],
};

/**
 * Checks the signature of a request to the control plane, the runtime or the events: all are signed for `personalize`.
 *
 * @throws AwsFault by AWS's names
 */
export function checkAuth(service: PersonalizeService, request: AwsRequest, body: Buffer): void {
  const { credentials, plane } = service;
  if (credentials === null) return;
  const context = { credentials, region: plane.region, service: 'personalize', nowMs: plane.now() };
  const result = verifySignature(request, sha256Hex(body), context);
  if (result.ok) return;
  const [code, message] = AUTH_FAULTS[result.problem];
  throw new AwsFault(code, message);
}
