/** Tells the log and the metrics of calls: what changes something at level info, the rest at debug. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Engines } from '../run/engines';
import type { ApiToken } from './access';
import type { HttpMeter } from './metrics/http-meter';

const callers = new WeakMap<FastifyRequest, ApiToken>();

/** Notes whose call it is. */
export function noteCaller(request: FastifyRequest, token: ApiToken): void {
  callers.set(request, token);
}

/** Finds whose call it is; undefined where none was needed, or none was known. */
export function callerOf(request: FastifyRequest): ApiToken | undefined {
  return callers.get(request);
}

/** Watches all calls of a server. */
export function watchCalls(app: FastifyInstance, { log, now }: Pick<Engines, 'log' | 'now'>, meter: HttpMeter): void {
  const tellRefused = createRefusalTeller({ log, now });
  app.addHook('onResponse', async (request, reply) => {
    const { method } = request;
    const route = request.routeOptions.url ?? 'unknown';
    const status = reply.statusCode;
    meter.count({ method, route, status, seconds: reply.elapsedTime / 1000 });
    const by = callerOf(request)?.name;
    const fields = { method, route, status, ms: Math.round(reply.elapsedTime), by, request: request.id };
    if (status === 401 || status === 403) tellRefused({ ...fields, from: request.ip });
    else log(method === 'POST' && by !== undefined ? 'info' : 'debug', 'call', fields);
  });
}

const TELL_MS = 10_000;

/** Tells of one refused call in ten seconds, and how many there were: who guesses tokens shall not fill the log as well. */
function createRefusalTeller({ log, now }: Pick<Engines, 'log' | 'now'>): (fields: object) => void {
  let toldAt = Number.NEGATIVE_INFINITY;
  let untold = 0;
  return (fields) => {
    untold += 1;
    if (now() - toldAt < TELL_MS) return;
    // The address is the proxy's where there is one.
    log('warn', 'call refused', { ...fields, since: untold });
    toldAt = now();
    untold = 0;
  };
}
