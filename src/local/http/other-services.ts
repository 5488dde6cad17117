/** Refuses, by name, requests that are signed for other AWS services. */
import { AwsFault } from './fault';
import type { AwsRequest } from './request';

/** Holds an answer in the protocol of the service that was meant. */
export interface Refusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Finds the service that a request is signed for, such as `s3`, `personalize` or `sts`; undefined where it is unsigned.
 * The runtime and events of Personalize are signed for `personalize` as well, and have no target header.
 */
export function signedService(request: AwsRequest): string | undefined {
  return /Credential=[^/]+\/\d{8}\/[^/]+\/([^/]+)\/aws4_request/.exec(request.headers.get('authorization') ?? '')?.[1];
}

/** Makes the refusal for a service; those that are asked by a form, as STS and IAM are, answer XML, all others JSON. */
export function refuseService(service: string, { path, headers: asked }: AwsRequest): Refusal {
  const what =
    service === 'personalize' ? `The operation ${path} of Personalize's runtime or events` : `The service ${service}`;
  const fault = new AwsFault(
    'NotImplementedException',
    `${what} is not complete in nightjar's local AWS; docs/local-aws.md lists what is.`,
  );
  const isForm = asked.get('content-type')?.startsWith('application/x-www-form-urlencoded') === true;
  if (service === 'sts' || isForm) {
    const error = `<Error><Type>Sender</Type><Code>${fault.code}</Code><Message>${fault.message}</Message></Error>`;
    const body = `<ErrorResponse>${error}</ErrorResponse>`;
    return { status: fault.status, headers: { 'content-type': 'text/xml' }, body };
  }
  const headers = { 'content-type': 'application/json', 'x-amzn-errortype': fault.code };
  return { status: fault.status, headers, body: JSON.stringify({ __type: fault.code, message: fault.message }) };
}
