/** Walks every member of every input of the three services through the check, and through HTTP where one suffices. */
import { checkShape } from '../../../src/local/model/check';
import { PERSONALIZE, PERSONALIZE_EVENTS, PERSONALIZE_RUNTIME } from '../../../src/local/model/table';
import { checkInput } from '../../../src/local/personalize/wire/validate';
import { startTestAws, type TestAws } from '../support/local-aws';
import { type Misfit, misfitsOf, sampleOf } from '../support/sample-values';

const CONTROL = [...PERSONALIZE.operations];
const SIBLINGS = [...PERSONALIZE_RUNTIME.operations, ...PERSONALIZE_EVENTS.operations];
const ALL = [...CONTROL, ...SIBLINGS];

function refusalOf(check: () => unknown): { readonly code: unknown; readonly message: string } {
  try {
    check();
    return { code: 'accepted', message: '' };
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    return { code: error.code, message: error.message };
  }
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

const CODES = { type: 'SerializationException', constraint: 'InvalidInputException' } as const;

function expectRefused(
  refusal: { readonly code: unknown; readonly message: string },
  { what, place, kind }: Misfit,
): void {
  const told = { what, place, ...refusal };
  expect(told).toEqual({ what, place, code: CODES[kind], message: expect.stringContaining(`at '${place}'`) });
}

describe('checking requests by the model', () => {
  it('covers all operations', () => {
    expect(ALL).toHaveLength(79);
  });

  it.each(ALL)('%s refuses every member that is missing or does not fit, by class and name', (_, { input }) => {
    for (const misfit of misfitsOf(input)) {
      expectRefused(
        refusalOf(() => checkInput(input, misfit.value)),
        misfit,
      );
    }
  });

  it.each(ALL)('%s takes the smallest and the largest request', (_, { input }) => {
    for (const size of ['smallest', 'largest'] as const) {
      const value = sampleOf(input, size);
      expect(checkShape(input, value)).toEqual({ value, problems: [] });
    }
  });

  it.each(ALL)('%s drops members that it does not know, and nulls', (_, { input }) => {
    const value = sampleOf(input, 'smallest');
    const optional = Object.keys(input.members).filter((name) => !input.required.includes(name));
    const nulls = Object.fromEntries(optional.map((name) => [name, null]));

    expect(checkInput(input, { ...Object(value), ...nulls, memberOfTomorrow: { a: [1] } })).toEqual(value);
  });

  it('echoes no value that the model marks as sensitive', () => {
    const isSecret = ({ place, kind }: Misfit): boolean =>
      kind === 'constraint' && /tags|eventList|properties|filterExpression|filterValues|context/i.test(place);
    const told = ALL.flatMap(([, { input }]) =>
      misfitsOf(input)
        .filter(isSecret)
        .map(({ place, value }) => ({ place, message: refusalOf(() => checkInput(input, value)).message })),
    );
    for (const { place, message } of told)
      expect(message).toMatch(new RegExp(`Value(?: null)? at '${literally(place)}'`));
    expect(told.length).toBeGreaterThan(50);
  });
});

describe('checking requests over HTTP', () => {
  let aws: TestAws;
  beforeAll(async () => {
    aws = await startTestAws({ credentials: null });
  });
  afterAll(() => aws.close());

  async function call(name: string, path: string, body: unknown) {
    const headers =
      path === '/'
        ? { 'x-amz-target': `AmazonPersonalize.${name}`, 'content-type': 'application/x-amz-json-1.1' }
        : { 'content-type': 'application/json' };
    const answer = await fetch(`${aws.endpoint}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    const text = await answer.text();
    const json: unknown = text === '' ? {} : JSON.parse(text);
    const { __type = '', message = '' } = Object(json);
    return {
      status: answer.status,
      code: answer.headers.get('x-amzn-errortype') ?? String(__type),
      message: String(message),
    };
  }

  it.each(ALL)('%s is checked first, whether it is built or not', async (name, { input, path }) => {
    const misfits = misfitsOf(input);
    const one = misfits.find(({ kind, place }) => kind === 'constraint' && !place.includes('.'));
    const other = misfits.find(({ kind, place }) => kind === 'type' && place !== '');
    for (const misfit of [one, other]) {
      if (misfit === undefined) continue;
      const { status, ...refusal } = await call(name, path, misfit.value);
      expectRefused(refusal, misfit);
      expect(status).toBe(400);
    }
  });

  it.each(ALL)('%s answers a request that fits with what it is, or why not', async (name, { input, path, errors }) => {
    const { status, code } = await call(name, path, sampleOf(input, 'smallest'));
    const expected = [...errors.map((error) => `${error}Exception`), 'NotImplementedException'];

    if (status === 200) expect(code).toBe('');
    else expect(expected).toContain(code);
  });

  it.each(SIBLINGS)('%s is refused by name in the form of REST-JSON', async (name, { input, path }) => {
    expect(await call(name, path, sampleOf(input, 'largest'))).toEqual({
      status: 400,
      code: 'NotImplementedException',
      message: expect.stringContaining(`The operation ${name} is not complete`),
    });
  });
});
