/** Serves the API of a test's engines on a free port, and calls it as a stranger would: over HTTP. */
import { Kysely, PostgresDialect } from 'kysely';
import { createPool, type Database } from '../../../src/database/connecting/connection';
import type { Tables } from '../../../src/database/schema';
import type { Engines, Log } from '../../../src/run/engines';
import type { JobFiles } from '../../../src/run/schedules/job-files';
import { type ApiToken, makeToken } from '../../../src/server/access';
import { createServer, type NightjarServer } from '../../../src/server/server';
import type { audienceSource, emailSource } from '../../run/support/world';

export const TOKENS = {
  reader: 'reader-token-of-the-tests-1',
  marketing: 'marketing-token-of-the-tests',
  ops: 'ops-token-of-the-tests-12345',
} as const;

const KNOWN: readonly ApiToken[] = [
  makeToken('reader', 'read', TOKENS.reader),
  makeToken('marketing', 'trigger', TOKENS.marketing),
  makeToken('ops', 'operate', TOKENS.ops),
];

type Source = ReturnType<typeof emailSource> | ReturnType<typeof audienceSource>;

/** Makes job files of sources; `add` puts another one there. */
export function makeJobs(...sources: readonly Source[]): JobFiles & { add(source: Source): void } {
  const known = new Map<string, Source>();
  const add = (source: Source) => void known.set(source.file.replace(/^jobs\/|\.yaml$/g, ''), source);
  for (const source of sources) add(source);
  const read = (name: string) => {
    const source = known.get(name);
    if (source === undefined) throw new Error(`the test has no job ${name}`);
    return source;
  };
  return { add, names: () => [...known.keys()].sort(), readText: read, read };
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Of JSON; undefined of other texts. */
  readonly json: Readonly<Record<string, unknown>> | undefined;
}

export interface CallOptions {
  readonly token?: string | null;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Served {
  readonly url: string;
  readonly server: NightjarServer;
  readonly logged: readonly { readonly level: string; readonly event: string; readonly fields: object }[];
  /** A token of null sends none; that of `ops` where left out. */
  call(method: 'GET' | 'POST', path: string, options?: CallOptions): Promise<Reply>;
}

/** Serves; the test closes it. */
export async function serve(
  engines: Engines,
  jobs: JobFiles,
  options: {
    readonly metrics?: 'loopback' | 'token' | 'open';
    readonly serves?: 'all' | 'health';
    readonly requestMs?: number;
  } = {},
): Promise<Served> {
  const logged: { level: string; event: string; fields: object }[] = [];
  const log: Log = (level, event, fields = {}) => void logged.push({ level, event, fields });
  const settings = {
    ...engines.settings,
    server: { host: '127.0.0.1', port: 0, metrics: options.metrics ?? ('loopback' as const) },
  };
  const { serves = 'all', requestMs } = options;
  const own = { serves, jobs, tokens: KNOWN, ...(requestMs === undefined ? {} : { requestMs }) };
  const server = createServer({ ...engines, settings, log }, own);
  const url = await server.listen();
  return { url, server, logged, call: (method, path, call) => callAt(url + path, method, call) };
}

async function callAt(url: string, method: string, { token = TOKENS.ops, body, headers }: CallOptions = {}) {
  const response = await fetch(url, {
    method,
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  return { status: response.status, headers: response.headers, text, json: isJson ? toObject(text) : undefined };
}

function toObject(text: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) throw new Error(`no object: ${text.slice(0, 200)}`);
  return { ...value };
}

/** A database at a port where nobody listens, unless another is named. */
export function makeUnreachable(port = 1): Database {
  const pool = createPool({ host: '127.0.0.1', port, user: 'nightjar', password: 'hidden' }, 'nightjar');
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
}
