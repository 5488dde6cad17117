/** Writes the OpenAPI document of the API from its routes. https://spec.openapis.org/oas/v3.1.1 */
import { z } from 'zod';
import { errorDocument } from './documents';
import type { Route } from './route';

/** Statuses that any route may answer beside its own. */
const ERRORS: Readonly<Record<number, string>> = {
  400: 'The request is wrong',
  401: 'There is no token, or it is not known',
  403: 'The role of the token is less than the route wants',
  404: 'There is no such job, run or route',
  409: 'The run is in a state that this does not go with',
  422: 'The job file or a param is wrong, or the idempotency key was used for another request',
  500: 'A defect of nightjar',
  503: 'An engine is away: ask again, with the same idempotency key',
  507: 'A disk is full',
};

/** Describes the API. */
export function describeApi(routes: readonly Route[]): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: describeOperation(route) };
  }
  return {
    openapi: '3.1.1',
    info: { title: 'nightjar', version: '1', description: 'docs/api.md of nightjar says more.' },
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: { Error: toSchema(errorDocument, 'output') },
    },
  };
}

function describeOperation(route: Route): object {
  const version = route.isForeign === true ? (schema: object) => schema : withVersion;
  const own = Object.entries(route.answers).map(([status, { about, document }]) => [
    status,
    { description: about, content: json(version(toSchema(document, 'output'))) },
  ]);
  const errors = Object.entries(ERRORS).map(([status, about]) => [
    status,
    { description: about, content: json({ $ref: '#/components/schemas/Error' }) },
  ]);
  return {
    operationId: route.operation,
    summary: route.about,
    description: `Wants a token of the role ${route.role}.`,
    parameters: [
      ...listParameters(route.params, 'path'),
      ...listParameters(route.query, 'query'),
      ...(route.takesKey === true ? [KEY] : []),
    ],
    ...(route.method === 'POST'
      ? { requestBody: { required: false, content: json(toSchema(route.body, 'input')) } }
      : {}),
    responses: Object.fromEntries([...own, ...errors]),
  };
}

const KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'Calls with the same key and the same request start one run; it is kept for 30 days.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
};

const objectSchema = z.looseObject({
  properties: z.record(z.string(), z.looseObject({ description: z.string().optional() })).default({}),
  required: z.array(z.string()).default([]),
});

function listParameters(schema: z.ZodType, place: 'path' | 'query'): readonly object[] {
  const { properties, required } = objectSchema.parse(toSchema(schema, 'input'));
  return Object.entries(properties).map(([name, { description, ...own }]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: own,
  }));
}

/** Each answer carries the version of its form. */
function withVersion(schema: object): object {
  const { properties, required, ...rest } = objectSchema.parse(schema);
  return { ...rest, properties: { version: { const: 1 }, ...properties }, required: ['version', ...required] };
}

function toSchema(schema: z.ZodType, io: 'input' | 'output'): object {
  const { $schema: _dialect, ...own } = z.toJSONSchema(schema, { io, target: 'draft-2020-12' });
  return own;
}

function json(schema: object): object {
  return { 'application/json': { schema } };
}
