/** Cuts lists into pages, and makes and reads the tokens of the next page. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { AwsFault } from '../../http/fault';

const MAX_RESULTS = 100;

/** Holds the paging members of a List request; the token is an opened one. */
export interface PageRequest {
  readonly nextToken?: string | undefined;
  readonly maxResults?: number | undefined;
}

/** Holds one page, and the place of the next where there is one. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextToken?: string;
}

/**
 * Takes the page that a request asks for out of items ordered by `sequence`. What is added or removed between two
 * pages moves no other item from one page to another.
 *
 * @throws AwsFault InvalidNextTokenException
 */
export function takePage<Item extends { readonly sequence: number }>(
  items: readonly Item[],
  request: PageRequest,
): Page<Item> {
  const after = request.nextToken === undefined ? 0 : readPlace(request.nextToken);
  const rest = items.filter((item) => item.sequence > after);
  const page = rest.slice(0, request.maxResults ?? MAX_RESULTS);
  const last = page.at(-1);
  if (last === undefined || page.length === rest.length) return { items: page };
  return { items: page, nextToken: String(last.sequence) };
}

function readPlace(text: string): number {
  if (!/^\d+$/.test(text)) throw wrongToken();
  return Number(text);
}

const WITH_TOKEN = z.looseObject({ nextToken: z.string().optional() });

/**
 * Opens the token of a checked request: it must be one that `sealToken` made for the same operation and filter.
 *
 * @throws AwsFault InvalidNextTokenException
 */
export function openToken(operation: string, input: unknown): unknown {
  const request = WITH_TOKEN.safeParse(input);
  if (!request.success || request.data.nextToken === undefined) return input;
  const bytes = Buffer.from(request.data.nextToken, 'base64url');
  const place = bytes.subarray(DIGEST_BYTES).toString('utf8');
  if (makeToken(operation, request.data, place) !== request.data.nextToken) throw wrongToken();
  return { ...request.data, nextToken: place };
}

type Answer = Readonly<Record<string, unknown>>;

/** Seals the place of the next page in an answer, so that only the same operation with the same filter goes on from it. */
export function sealToken(operation: string, input: unknown, answer: Answer): Answer {
  const request = WITH_TOKEN.safeParse(input);
  if (!request.success || typeof answer.nextToken !== 'string') return answer;
  return { ...answer, nextToken: makeToken(operation, request.data, answer.nextToken) };
}

const DIGEST_BYTES = 12;

function makeToken(operation: string, request: Readonly<Record<string, unknown>>, place: string): string {
  const { nextToken: _, maxResults: __, ...filter } = request;
  const text = JSON.stringify([operation, Object.entries(filter).sort(), place]);
  const digest = createHash('sha256').update(text).digest().subarray(0, DIGEST_BYTES);
  return Buffer.concat([digest, Buffer.from(place)]).toString('base64url');
}

function wrongToken(): AwsFault {
  return new AwsFault('InvalidNextTokenException', 'The token is not valid.');
}
