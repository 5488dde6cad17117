/** Cuts lists into pages. */
import { AwsFault } from '../http/fault';

const MAX_RESULTS = 100;

/** Holds the paging members of a List request. */
export interface PageRequest {
  readonly nextToken?: string | undefined;
  readonly maxResults?: number | undefined;
}

/** Holds one page, and the token of the next where there is one. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextToken?: string;
}

/**
 * Takes the page that a request asks for out of items ordered by `sequence`.
 *
 * @throws AwsFault InvalidNextTokenException
 */
export function takePage<Item extends { readonly sequence: number }>(
  items: readonly Item[],
  request: PageRequest,
): Page<Item> {
  const after = request.nextToken === undefined ? 0 : readToken(request.nextToken);
  const rest = items.filter((item) => item.sequence > after);
  const page = rest.slice(0, request.maxResults ?? MAX_RESULTS);
  const last = page.at(-1);
  if (last === undefined || page.length === rest.length) return { items: page };
  return { items: page, nextToken: writeToken(last.sequence) };
}

function writeToken(sequence: number): string {
  return Buffer.from(`after:${sequence}`).toString('base64url');
}

function readToken(token: string): number {
  const match = /^after:(\d+)$/.exec(Buffer.from(token, 'base64url').toString());
  if (match?.[1] !== undefined && writeToken(Number(match[1])) === token) return Number(match[1]);
  throw new AwsFault('InvalidNextTokenException', 'The token is not valid.');
}
