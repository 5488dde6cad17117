/** Refuses requests that can't be read, in the protocol of the service that they seem to be for. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { ADMIN_PREFIX } from './faults/admin';
import { toFault } from './http/fault';
import type { S3Answer } from './s3/call';
import { writeErrorXml } from './s3/xml';

/** Makes the answer to a request whose reading threw: JSON for Personalize and the admin paths, else S3's XML. */
export function refuseUnread({ url = '/', method, headers: sent }: IncomingMessage, error: unknown): S3Answer {
  const { status, code, message } = toFault(error);
  const requestId = randomUUID();
  if (url.startsWith(ADMIN_PREFIX)) {
    const headers = { 'content-type': 'application/json' };
    return { status, headers, body: `${JSON.stringify({ error: `${code}: ${message}` }, null, 2)}\n` };
  }
  if (sent['x-amz-target'] !== undefined) {
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': requestId };
    return { status, headers, body: JSON.stringify({ __type: code, message }) };
  }
  const headers = { 'content-type': 'application/xml', 'x-amz-request-id': requestId };
  if (method === 'HEAD') return { status, headers };
  const body = writeErrorXml({ Code: code, Message: message, RequestId: requestId, HostId: 'nightjar' });
  return { status, headers, body };
}
