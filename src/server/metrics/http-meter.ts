/** Counts and times calls for Prometheus, by route and status: never by path, of which there are as many as callers like. */
import { Histogram, type Registry } from 'prom-client';

export interface MeteredCall {
  readonly method: string;
  /** The pattern of the route, `/api/runs/:run`. */
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
}

export interface HttpMeter {
  count(call: MeteredCall): void;
  register(registry: Registry): void;
}

const BUCKETS = [0.005, 0.025, 0.1, 0.5, 2.5, 10];

/** Makes a meter. */
export function createHttpMeter(): HttpMeter {
  const histogram = new Histogram({
    name: 'nightjar_http_request_duration_seconds',
    help: 'Time until a call of the HTTP server was answered',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: BUCKETS,
    registers: [],
  });
  return {
    count: ({ method, route, status, seconds }) => histogram.observe({ method, route, status }, seconds),
    register: (registry) => registry.registerMetric(histogram),
  };
}
