/** Reads the JSON bodies of requests to Amazon Personalize. */
import { AwsFault } from '../../http/fault';
import type { AwsRequest } from '../../http/request';

/** The largest request: a schema of 20,000 characters and its neighbours fit in many times over. */
const MAX_BODY_BYTES = 1024 ** 2;

/**
 * Reads a body.
 *
 * @throws AwsFault RequestEntityTooLargeException
 */
export async function readBody(request: AwsRequest): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES)
      throw new AwsFault('RequestEntityTooLargeException', 'Request is too large.', { status: 413 });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * Parses a body; none is an empty object.
 *
 * @throws AwsFault SerializationException
 */
export function parseBody(body: Buffer): unknown {
  try {
    return body.length === 0 ? {} : JSON.parse(body.toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) throw new AwsFault('SerializationException', 'The request is not valid JSON.');
    throw error;
  }
}
