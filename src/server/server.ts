/** The HTTP server of nightjar: the API, monitoring, and one form of answer for whatever goes wrong. */
import type { AddressInfo } from 'node:net';
import fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import { NightjarError, systemErrorCode } from '../errors';
import { settledWithin } from '../queue/bounded';
import type { Engines } from '../run/engines';
import type { JobFiles } from '../run/schedules/job-files';
import type { ApiToken } from './access';
import { addApi } from './api';
import { watchCalls } from './call-log';
import { addClicks } from './clicks';
import { answerError } from './error-answer';
import { addHealth } from './health';
import { createHttpMeter } from './metrics/http-meter';
import { addMetrics } from './metrics/metrics-route';
import { protect } from './protect';
import { keepDraining } from './unsubscribe/keep-draining';
import { addUnsubscribe } from './unsubscribe/routes';

export interface ServerOptions {
  /** `health` serves health and metrics alone, as beside a worker. */
  readonly serves: 'all' | 'health';
  /** The jobs that can be asked for, and that the metrics tell of. */
  readonly jobs: JobFiles;
  readonly tokens: readonly ApiToken[];
  /** For a whole request to come in, in ms; 15,000 where left out. */
  readonly requestMs?: number;
}

export interface NightjarServer {
  /** Listens at `server.host` and `server.port` of the settings, and answers where. @throws E_ENGINE_PORT */
  listen(): Promise<string>;
  /** Takes no new calls, and waits a while for the answers of those that are under way. */
  close(): Promise<void>;
}

/** Of a request; only `params` and `onlyTo` of a trigger can be long. */
const BODY_BYTES = 256 * 1024;
const REQUEST_MS = 15_000;
/** For a connection on which nothing moves: a plan for millions of contacts takes minutes. */
const SILENT_MS = 900_000;
/** Longer than the idle time of usual proxies (60 s), so that it is they who close. */
const KEEP_ALIVE_MS = 65_000;
const CLOSE_MS = 20_000;
const CLOSE_IDLE_MS = 100;

/** Makes a server; it listens when it is told to. */
export function createServer(engines: Engines, options: ServerOptions): NightjarServer {
  const { serves, jobs, tokens, requestMs = REQUEST_MS } = options;
  const app = fastify({
    logger: false,
    bodyLimit: BODY_BYTES,
    requestTimeout: requestMs,
    // Node exchanges both limits where that of the head is the longer one, and looks every 30 seconds by itself.
    http: { headersTimeout: requestMs, connectionsCheckingInterval: requestMs / 3 },
    connectionTimeout: SILENT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: 'idle',
    // Ended alone, it would stay half open for a caller who leaves his side so.
    clientErrorHandler: (_error, socket) => void socket.end(BAD_REQUEST, () => socket.destroy()),
    frameworkErrors: (_error, _request, reply) => {
      reply.hijack();
      reply.raw.writeHead(400, { 'content-type': JSON_TYPE }).end(BAD_DOCUMENT);
    },
  });
  const meter = createHttpMeter();
  watchCalls(app, engines, meter);
  protect(app);
  answerErrors(app, engines);
  addHealth(app, engines);
  addMetrics(app, engines, { meter, jobs, tokens });
  if (serves === 'all') addApi(app, { engines, jobs }, tokens);
  const draining = serves === 'all' ? addLinks(app, engines) : undefined;
  let closing: Promise<void> | undefined;
  return {
    listen: () => listen(app, engines),
    close: () => {
      closing ??= Promise.all([close(app), draining?.close()]).then(() => undefined);
      return closing;
    },
  };
}

/** What readers of e-mails follow: no sign-in, the links are sealed. */
function addLinks(app: FastifyInstance, engines: Engines): { close(): Promise<void> } {
  addUnsubscribe(app, engines);
  addClicks(app, engines);
  return keepDraining(engines);
}

async function listen(app: FastifyInstance, { settings }: Engines): Promise<string> {
  const { host, port } = settings.server;
  try {
    await app.listen({ host, port });
  } catch (cause) {
    throw explainListen(cause, { host, port });
  }
  const address: AddressInfo | string | null = app.server.address();
  const bound = address === null || typeof address === 'string' ? port : address.port;
  return `http://${host.includes(':') ? `[${host}]` : host}:${bound}`;
}

function explainListen(cause: unknown, { host, port }: { readonly host: string; readonly port: number }): unknown {
  const code = systemErrorCode(cause);
  if (code === 'EADDRINUSE' || code === 'EACCES') {
    const why = code === 'EACCES' ? 'this user may not use it' : 'it is in use already';
    return new NightjarError('E_ENGINE_PORT', `can't listen on port ${port} of ${host}: ${why}`, {
      fix: 'name another port: --port 8471, or NIGHTJAR_SERVER__PORT',
      cause,
    });
  }
  if (code !== 'EADDRNOTAVAIL' && code !== 'ENOTFOUND') return cause;
  return new NightjarError('E_CONFIG_FIELD', `server.host is "${host}", which is no address of this machine`, {
    where: { step: 'server.host' },
    fix: 'set it to 127.0.0.1, or to 0.0.0.0 for all addresses',
    cause,
  });
}

async function close(app: FastifyInstance): Promise<void> {
  // Connections whose answer comes only now would be kept for a next call.
  const closeIdle = setInterval(() => app.server.closeIdleConnections(), CLOSE_IDLE_MS);
  const isClosed = await settledWithin(app.close(), CLOSE_MS);
  clearInterval(closeIdle);
  if (!isClosed) app.server.closeAllConnections();
}

function answerErrors(app: FastifyInstance, { log }: Pick<Engines, 'log'>): void {
  app.setErrorHandler((thrown, request, reply) => {
    const { status, headers, document, error } = answerError(asRequestError(thrown), request.id);
    if (error.code === 'E_BUG')
      log('error', 'call failed', { request: request.id, route: request.routeOptions.url, reason: stackOf(thrown) });
    void reply.code(status).headers(headers).send(document);
  });
  app.setNotFoundHandler((request, reply) => {
    const error = new NightjarError(
      'E_API_ROUTE',
      `there is no ${request.method} ${request.url.split('?')[0]?.slice(0, 200)}`,
      {
        fix: 'GET /api/openapi.json lists the routes',
      },
    );
    const { status, document } = answerError(error, request.id);
    void reply.code(status).send(document);
  });
}

/** What fastify itself refuses (no JSON, too long, another type) the caller must mend. */
function asRequestError(thrown: unknown): unknown {
  if (!isFastifyError(thrown)) return thrown;
  const fix =
    thrown.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE' ? 'send the header "content-type: application/json"' : undefined;
  const details = { where: { step: 'body' }, ...(fix === undefined ? {} : { fix }), cause: thrown };
  const message = thrown.message.slice(0, 1).toLowerCase() + thrown.message.slice(1);
  return new NightjarError('E_API_REQUEST', message.replace(/\.$/, ''), details);
}

function isFastifyError(thrown: unknown): thrown is FastifyError {
  const code = systemErrorCode(thrown);
  const isClients = thrown instanceof Error && 'statusCode' in thrown && Number(thrown.statusCode) < 500;
  return isClients && code?.startsWith('FST_ERR_') === true;
}

function stackOf(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
}

const JSON_TYPE = 'application/json; charset=utf-8';
const BAD_DOCUMENT = JSON.stringify({
  version: 1,
  error: { code: 'E_API_REQUEST', message: 'this is no HTTP request, or it came too slowly', others: [] },
});
const BAD_REQUEST = [
  'HTTP/1.1 400 Bad Request',
  `content-type: ${JSON_TYPE}`,
  `content-length: ${Buffer.byteLength(BAD_DOCUMENT)}`,
  'connection: close',
  '',
  BAD_DOCUMENT,
].join('\r\n');
