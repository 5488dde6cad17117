/** The OpenAPI document: it is whole, its schemas are ones, and it says of errors what the server answers. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { ERROR_CODES, NightjarError } from '../../src/errors';
import { statusOfError } from '../../src/server/error-answer';
import { describeApi } from '../../src/server/openapi';
import { route } from '../../src/server/route';

const nothing = z.strictObject({});

it('writes a route as OpenAPI has it', () => {
  const one = route({
    method: 'POST',
    path: '/api/things/:thing/ends',
    role: 'trigger',
    operation: 'endThing',
    about: 'Ends a thing.',
    takesKey: true,
    params: z.strictObject({ thing: z.string().describe('Its name') }),
    query: z.strictObject({ soon: z.boolean().default(false) }),
    body: z.strictObject({ why: z.string().default('') }),
    answers: { 202: { about: 'It ends', document: z.looseObject({ thing: z.string() }) } },
    handle: async () => ({ status: 202, document: {} }),
  });
  const { paths } = z.looseObject({ paths: z.record(z.string(), z.any()) }).parse(describeApi([one]));
  expect(paths).toMatchObject({
    '/api/things/{thing}/ends': {
      post: {
        operationId: 'endThing',
        parameters: [
          { name: 'thing', in: 'path', required: true, description: 'Its name', schema: { type: 'string' } },
          { name: 'soon', in: 'query', required: false, schema: { type: 'boolean', default: false } },
          { name: 'Idempotency-Key', in: 'header', required: false },
        ],
        requestBody: {
          content: {
            'application/json': { schema: { additionalProperties: false, properties: { why: { type: 'string' } } } },
          },
        },
        responses: {
          202: {
            content: {
              'application/json': { schema: { required: ['version', 'thing'], properties: { version: { const: 1 } } } },
            },
          },
          401: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } } },
        },
      },
    },
  });
  expect(JSON.stringify(paths)).not.toContain('"required":["why"');
});

it('names every status that an error may be answered with', () => {
  const { paths } = z
    .looseObject({
      paths: z.record(
        z.string(),
        z.record(z.string(), z.looseObject({ responses: z.record(z.string(), z.unknown()) })),
      ),
    })
    .parse(
      describeApi([
        route({
          method: 'GET',
          path: '/api',
          role: 'read',
          operation: 'a',
          about: 'A.',
          params: nothing,
          query: nothing,
          body: nothing,
          answers: {},
          handle: async () => ({ status: 200, document: {} }),
        }),
      ]),
    );
  const named = Object.keys(paths['/api']?.get?.responses ?? {});
  for (const code of Object.keys(ERROR_CODES).filter(isCode)) {
    const status = statusOfError(new NightjarError(code, 'x'));
    expect({ code, status, isNamed: named.includes(String(status)) }).toMatchObject({ isNamed: true });
    expect(status).toBeGreaterThanOrEqual(400);
  }
});

it('answers the errors of docs/api.md with the statuses that stand there', () => {
  const docs = readFileSync(path.join(__dirname, '../../docs/api.md'), 'utf8');
  const rows = [...docs.matchAll(/^\| (\d{3}) \|[^|]*\| ([^|]*)\|$/gm)].flatMap(([, status = '', codes = '']) =>
    [...codes.matchAll(/E_[A-Z_]+/g)].map(([code]) => ({ code, status: Number(status) })),
  );
  expect(rows.length).toBeGreaterThan(8);
  for (const { code, status } of rows) {
    if (!isCode(code)) throw new Error(`docs/api.md names ${code}, which there is not`);
    expect({ code, status: statusOfError(new NightjarError(code, 'x')) }).toEqual({ code, status });
  }
});

function isCode(code: string): code is keyof typeof ERROR_CODES {
  return code in ERROR_CODES;
}
