/** An HTTP server that speaks the two operations of Amazon SES that nightjar calls, and fails where it is told to. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { Socket } from 'node:net';

/** What happens instead of the usual answer. */
export type SesFault =
  /** An error as SES writes it: its name in a header, its text in the body. */
  | { readonly error: string; readonly status?: number; readonly message?: string }
  /** Any answer. */
  | { readonly status: number; readonly body: string; readonly headers?: Readonly<Record<string, string>> }
  /** Closes the connection, the whole request taken or not even read. */
  | { readonly drop: 'taken' | 'unread' }
  | { readonly silent: true };

export interface SesRequestBody {
  readonly FromEmailAddress?: string;
  readonly FeedbackForwardingEmailAddress?: string;
  readonly Destination?: { readonly ToAddresses?: readonly string[] };
  readonly Content?: { readonly Raw?: { readonly Data: string } };
  readonly EmailTags?: readonly { readonly Name: string; readonly Value: string }[];
  readonly ConfigurationSetName?: string;
}

export interface SesServerOptions {
  /** By the count of messages, from 1. */
  readonly faults?: (nth: number) => SesFault | undefined;
  /** What GetAccount answers. */
  readonly account?: Readonly<Record<string, unknown>> | SesFault;
  readonly tls?: { readonly key: Buffer; readonly cert: Buffer };
  /** Awaited before an answer. */
  readonly hold?: () => Promise<void>;
}

export interface SesServer {
  readonly url: string;
  /** Messages that came whole, whatever was answered. */
  readonly received: readonly SesRequestBody[];
  /** Ids given to messages that were accepted. */
  readonly ids: readonly string[];
  /** Requests of any kind, read or not. */
  requestCount(): number;
  connectionCount(): number;
  /** Resolves once the client has closed its connections; the server closes none by itself. */
  allClosed(): Promise<void>;
  close(): Promise<void>;
}

interface State {
  readonly options: SesServerOptions;
  readonly received: SesRequestBody[];
  readonly ids: string[];
  requests: number;
  connections: number;
  readonly open: Set<Promise<unknown>>;
}

/** Starts a server on a free port of 127.0.0.1. */
export async function startSesServer(options: SesServerOptions = {}): Promise<SesServer> {
  const state: State = { options, received: [], ids: [], requests: 0, connections: 0, open: new Set() };
  const handle = (request: IncomingMessage, response: ServerResponse) => void answer(state, request, response);
  const server = options.tls === undefined ? createServer(handle) : createSecureServer(options.tls, handle);
  // no hint to the client, and no end by the server
  server.keepAliveTimeout = 0;
  server.on('connection', (socket: Socket) => {
    state.connections += 1;
    state.open.add(once(socket, 'close'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${readPort(server)}`,
    received: state.received,
    ids: state.ids,
    requestCount: () => state.requests,
    connectionCount: () => state.connections,
    allClosed: async () => void (await Promise.all(state.open)),
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function readPort(server: Pick<Server, 'address'>): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server does not listen on a port');
  return address.port;
}

async function answer(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  state.requests += 1;
  if (request.method === 'GET' && request.url === '/v2/email/account') {
    const { account = {} } = state.options;
    if (isFault(account)) fail(account, response);
    else reply(response, { status: 200, body: JSON.stringify(account) });
    return;
  }
  if (request.method !== 'POST' || request.url !== '/v2/email/outbound-emails') {
    fail({ error: 'UnknownOperationException', status: 404 }, response);
    return;
  }
  const fault = state.options.faults?.(state.requests);
  if (fault !== undefined && 'drop' in fault && fault.drop === 'unread') {
    response.destroy();
    return;
  }
  state.received.push(JSON.parse(await readWhole(request)));
  await state.options.hold?.();
  if (fault !== undefined) fail(fault, response);
  else accept(state, response);
}

function accept(state: State, response: ServerResponse): void {
  const id = `0106018f2c77a1b2-0000-4000-8000-${String(state.ids.length + 1).padStart(12, '0')}-000000`;
  state.ids.push(id);
  reply(response, { status: 200, body: JSON.stringify({ MessageId: id }) });
}

function isFault(value: Readonly<Record<string, unknown>> | SesFault): value is SesFault {
  return 'error' in value || 'status' in value || 'drop' in value || 'silent' in value;
}

function fail(fault: SesFault, response: ServerResponse): void {
  if ('silent' in fault) return;
  if ('drop' in fault) response.destroy();
  else if ('error' in fault) {
    reply(response, {
      status: fault.status ?? 400,
      body: JSON.stringify({ message: fault.message ?? 'told so by a test' }),
      headers: { 'x-amzn-errortype': fault.error },
    });
  } else reply(response, fault);
}

function reply(
  response: ServerResponse,
  { status, body, headers = {} }: { status: number; body: string; headers?: Readonly<Record<string, string>> },
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
}

async function readWhole(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
