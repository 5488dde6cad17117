/** The route that describes the API. */
import { z } from 'zod';
import { nothing } from '../documents';
import { type Route, route } from '../route';

/** Makes the route; `describe` is given it, as it stands in the document too. */
export function openApiRoute(describe: (own: Route) => object): Route {
  const own: Route = route({
    method: 'GET',
    path: '/api/openapi.json',
    role: 'read',
    operation: 'describeApi',
    about: 'Describes the API as OpenAPI 3.1.',
    isForeign: true,
    params: nothing,
    query: nothing,
    body: nothing,
    answers: { 200: { about: 'An OpenAPI document', document: z.looseObject({ openapi: z.string() }) } },
    handle: async () => ({ status: 200, document: describe(own) }),
  });
  return own;
}
