/** `/metrics` for Prometheus: figures of the database, of this process, and of the calls that it has answered. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { sql } from 'kysely';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { NightjarError } from '../../errors';
import { bounded } from '../../queue/bounded';
import type { Engines } from '../../run/engines';
import { explainFailure } from '../../run/explain-failure';
import { forgetOutage, tellOutage } from '../../run/outages';
import { createJobReader, type JobFiles } from '../../run/schedules/job-files';
import { type ApiToken, authorize } from '../access';
import { keep } from '../keep';
import { createFigureSource, type Figures, readFigures } from './figures';
import { createGauges } from './gauges';
import type { HttpMeter } from './http-meter';

export interface MetricsOptions {
  readonly meter: HttpMeter;
  readonly tokens: readonly ApiToken[];
  readonly jobs: JobFiles;
}

/** Adds the route; `server.metrics` of the settings says who may read it without a token. */
export function addMetrics(app: FastifyInstance, engines: Engines, { meter, tokens, jobs }: MetricsOptions): void {
  const { settings } = engines;
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  meter.register(registry);
  const setGauges = createGauges(registry);
  const readJobs = createJobReader(engines, jobs);
  const source = createFigureSource(() => readFigures(engines, readJobs));
  const ask = keep(() => ping(engines));
  const read = async (): Promise<{ readonly isUp: boolean; readonly figures?: Figures | undefined }> => {
    try {
      await ask();
      const figures = await source.read();
      forgetOutage(OUTAGE);
      return { isUp: true, figures };
    } catch (error) {
      source.forget();
      tellOutage(engines, { subject: OUTAGE, error: explainFailure(error) });
      return { isUp: false };
    }
  };
  app.get('/metrics', async (request, reply) => {
    if (!isOpenTo(request, settings.server.metrics)) authorize(tokens, request.headers.authorization, 'read');
    const { isUp, figures } = await read();
    setGauges(figures, { isUp, quota: settings.aws.jobsInFlight, now: engines.now() });
    return reply.header('content-type', registry.contentType).send(await registry.metrics());
  });
}

const OUTAGE = 'metrics without figures';
/** With the patience for figures less than the ten seconds after which Prometheus gives a scrape up. */
const PING_MS = 3000;

/** A host that is gone sends no reset, and figures of before would say that all is well. @throws where the database is away */
async function ping({ db }: Engines): Promise<void> {
  const late = () => new NightjarError('E_ENGINE_DATABASE', 'the database does not answer');
  await bounded(sql`SELECT 1`.execute(db), PING_MS, late);
}

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/;
const LOCAL_HOST = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i;
/** What a proxy adds: then it is loopback that asks for somebody else. */
const FORWARDED = /^(forwarded|via|x-forwarded-.+|x-real-ip|x-client-ip|true-client-ip|cf-connecting-ip)$/;

/**
 * Tells whether a scrape needs no token. A page in a browser of this machine whose name points here bears its own host,
 * and gets nothing.
 */
function isOpenTo(request: FastifyRequest, who: 'loopback' | 'token' | 'open'): boolean {
  if (who !== 'loopback') return who === 'open';
  // Proxies that add nothing, as nginx does by default, speak HTTP/1.0 to what is behind them.
  const isForwarded =
    request.raw.httpVersion === '1.0' || Object.keys(request.headers).some((name) => FORWARDED.test(name));
  return LOOPBACK.test(request.ip) && LOCAL_HOST.test(request.headers.host ?? '') && !isForwarded;
}
