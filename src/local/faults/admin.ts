/** Answers the paths of the local AWS that are not AWS's: its fault rules and the counts of its calls. */
import { isNightjarError } from '../../errors';
import type { AwsRequest } from '../http/request';
import { type Credentials, isSame, sha256Hex } from '../http/sigv4';
import type { Faults } from './faults';
import { readFaultRules } from './read-rules';

/** Begins every path of these; no bucket can have such a name. */
export const ADMIN_PREFIX = '/_nightjar/';

/** Holds what the paths answer from. */
export interface AdminService {
  readonly faults: Faults;
  /** Without credentials everything is refused: nobody could tell who asks. */
  readonly credentials: Credentials | null;
}

/** Holds an answer whose body is JSON. */
export interface AdminAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Answers one request, which must carry `authorization: Bearer <secret access key>`. */
export async function answerAdmin({ faults, credentials }: AdminService, request: AwsRequest): Promise<AdminAnswer> {
  if (!isAllowed(credentials, request.headers.get('authorization'))) {
    return answerJson(403, { error: 'expected the header "authorization: Bearer <secret access key>"' });
  }
  const path = request.path.slice(ADMIN_PREFIX.length);
  switch (`${request.method} ${path}`) {
    case 'PUT faults':
      return replaceRules(faults, await readText(request));
    case 'DELETE faults':
      return replaceRules(faults, '{"rules":[]}');
    case 'GET faults':
      return answerJson(200, { rules: faults.rules.list() });
    case 'DELETE calls':
      faults.calls.clear();
      return answerJson(200, { calls: faults.calls.read() });
    case 'GET calls':
      return answerJson(200, { calls: faults.calls.read() });
    default:
      return answerJson(404, { error: `there is no ${request.method} ${request.path}` });
  }
}

function replaceRules(faults: Faults, text: string): AdminAnswer {
  try {
    faults.rules.replace(readFaultRules(text));
    return answerJson(200, { rules: faults.rules.list() });
  } catch (error) {
    if (!isNightjarError(error)) throw error;
    return answerJson(400, { error: error.message, fix: error.fix });
  }
}

function isAllowed(credentials: Credentials | null, header: string | undefined): boolean {
  const given = /^Bearer (.+)$/.exec(header ?? '')?.[1];
  if (credentials === null || given === undefined) return false;
  // Of the hashes, which have one length, so that the time taken tells nothing about the key's.
  return isSame(sha256Hex(given), sha256Hex(credentials.secretAccessKey));
}

function answerJson(status: number, value: unknown): AdminAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: `${JSON.stringify(value, null, 2)}\n` };
}

const MAX_BODY_BYTES = 1024 ** 2;

async function readText(request: AwsRequest): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) break;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
