/** Compares the model table with AWS's service models, member by member. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { OperationModel } from '../../src/local/model/operation';
import type { Shape } from '../../src/local/model/shape';
import { PERSONALIZE, PERSONALIZE_EVENTS, PERSONALIZE_RUNTIME } from '../../src/local/model/table';

const SHAPE = z.strictObject({
  type: z.string(),
  min: z.number().optional(),
  max: z.number().optional(),
  pattern: z.string().optional(),
  enum: z.array(z.string()).optional(),
  sensitive: z.boolean().optional(),
  member: z.string().optional(),
  key: z.string().optional(),
  value: z.string().optional(),
  required: z.array(z.string()).optional(),
  members: z.record(z.string(), z.string()).optional(),
  exception: z.boolean().optional(),
  httpStatusCode: z.number().optional(),
});
const OPERATION = z.strictObject({
  http: z.string(),
  input: z.string(),
  output: z.string().nullable(),
  errors: z.array(z.string()),
  idempotent: z.boolean().optional(),
});
const MODELS = z.object({
  services: z.record(
    z.string(),
    z.object({ operations: z.record(z.string(), OPERATION), shapes: z.record(z.string(), SHAPE) }),
  ),
});

type Shapes = Readonly<Record<string, z.infer<typeof SHAPE>>>;

const data = process.env.NIGHTJAR_TEST_DATA;
const suite = data === undefined ? describe.skip : describe;
const { services } = data === undefined ? { services: {} } : readModels(data);

function readModels(folder: string): z.infer<typeof MODELS> {
  return MODELS.parse(JSON.parse(readFileSync(join(folder, 'personalize-api', 'constraints.json'), 'utf8')));
}

/** Writes a shape of AWS's model with all that it refers to. */
function expand(shapes: Shapes, name: string): unknown {
  const shape = shapes[name];
  if (shape === undefined) throw new Error(`no shape ${name}`);
  const { member, key, value, members, required, sensitive, ...rest } = shape;
  return {
    ...rest,
    ...(sensitive === true ? { sensitive } : {}),
    ...(member === undefined ? {} : { member: expand(shapes, member) }),
    ...(key === undefined ? {} : { key: expand(shapes, key) }),
    ...(value === undefined ? {} : { value: expand(shapes, value) }),
    ...(members === undefined
      ? {}
      : {
          required: [...(required ?? [])].sort(),
          members: Object.fromEntries(Object.entries(members).map(([one, of]) => [one, expand(shapes, of)])),
        }),
  };
}

/** Writes a shape of the table in the same way. */
function flatten(shape: Shape): unknown {
  if (shape.type === 'list') return { ...shape, member: flatten(shape.member) };
  if (shape.type === 'map') return { ...shape, key: flatten(shape.key), value: flatten(shape.value) };
  if (shape.type === 'structure') {
    const members = Object.fromEntries(Object.entries(shape.members).map(([name, one]) => [name, flatten(one)]));
    return { ...shape, required: [...shape.required].sort(), members };
  }
  if (shape.type !== 'string') return { ...shape };
  const { values, ...rest } = shape;
  return { ...rest, ...(values === undefined ? {} : { enum: values }) };
}

function describeModel({ input, output, errors, idempotent, path }: OperationModel): unknown {
  return {
    http: `POST ${path}`,
    input: flatten(input),
    output: output === null ? null : flatten(output),
    errors: new Set(errors.map((name) => `${name}Exception`)),
    idempotent,
  };
}

suite.each([
  ['personalize', PERSONALIZE, 71],
  ['personalize-runtime', PERSONALIZE_RUNTIME, 3],
  ['personalize-events', PERSONALIZE_EVENTS, 5],
])('the model of %s', (name, model, count) => {
  const service = services[name] ?? { operations: {}, shapes: {} };

  it('has the operations of AWS', () => {
    expect([...model.operations.keys()].sort()).toEqual(Object.keys(service.operations).sort());
    expect(model.operations.size).toBe(count);
  });

  it.each([...model.operations.keys()])('%s is the same in every member', (operation) => {
    const ours = model.operations.get(operation);
    const theirs = service.operations[operation];
    if (ours === undefined || theirs === undefined) throw new Error(`no operation ${operation}`);

    expect(describeModel(ours)).toEqual({
      http: theirs.http,
      input: expand(service.shapes, theirs.input),
      output: theirs.output === null ? null : expand(service.shapes, theirs.output),
      errors: new Set(theirs.errors),
      idempotent: theirs.idempotent ?? false,
    });
  });

  it('has the HTTP statuses of AWS', () => {
    const statuses = Object.entries(service.shapes).flatMap(([error, { httpStatusCode }]) =>
      httpStatusCode === undefined || httpStatusCode === 400 ? [] : [[error, httpStatusCode]],
    );
    expect(model.errorStatus).toEqual(Object.fromEntries(statuses));
  });
});
