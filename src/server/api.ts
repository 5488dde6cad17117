/** The API: its routes as one list, each behind a token, and the document that describes them. */
import type { FastifyInstance } from 'fastify';
import { type ApiToken, authorize } from './access';
import { callerOf, noteCaller } from './call-log';
import { describeApi } from './openapi';
import type { Route } from './route';
import { jobRoutes } from './routes/jobs';
import { openApiRoute } from './routes/openapi';
import { runRoutes } from './routes/runs';
import { startRoute } from './routes/start';
import type { ApiWorld } from './world';

/** Lists all routes. */
export function listRoutes(world: ApiWorld): readonly Route[] {
  const routes = [...jobRoutes(world), startRoute(world), ...runRoutes(world)];
  return [...routes, openApiRoute((own) => describeApi([...routes, own]))];
}

/** Adds all routes to a server. */
export function addApi(app: FastifyInstance, world: ApiWorld, tokens: readonly ApiToken[]): void {
  for (const route of listRoutes(world)) addRoute(app, route, tokens);
}

function addRoute(app: FastifyInstance, route: Route, tokens: readonly ApiToken[]): void {
  app.route({
    method: route.method,
    url: route.path,
    // Before the body is read: nobody without a token makes the server do so.
    onRequest: async (request) => noteCaller(request, authorize(tokens, request.headers.authorization, route.role)),
    handler: async (request, reply) => {
      const key = request.headers['idempotency-key'];
      const { params, query, body } = request;
      const caller = callerOf(request) ?? authorize(tokens, request.headers.authorization, route.role);
      const call = { params, query, body, caller, idempotencyKey: Array.isArray(key) ? key.join(',') : key };
      const answer = await route.call(call);
      return reply
        .code(answer.status)
        .headers(answer.headers ?? {})
        .send(route.isForeign === true ? answer.document : { version: 1, ...answer.document });
    },
  });
}
