// biome-ignore-all lint/suspicious/noTemplateCurlyInString: job files write params so.
import fc from 'fast-check';
import { formatError, isNightjarError } from '../../src/errors';
import { jobSchema } from '../../src/job/editor-schema';
import type { GivenParams, ParamValues } from '../../src/job/params';
import { parseJob } from '../../src/job/parse';
import { parseAttributeQuery } from '../../src/personalize/attribute-query';

const EMAIL = ['about: Picks', 'kind: email', 'recommend: { solution: picks }', 'content: { template: picks }'];
const HEAD = ['about: Fans of ${params.category}', 'kind: audience'];
const CATEGORY = ['params:', '  category: { type: string, oneOf: [coffee, tea], default: coffee }'];

type Values = { readonly given?: GivenParams; readonly of?: ParamValues };

function parse(lines: readonly string[], { given, of }: Values = {}) {
  const params =
    given !== undefined
      ? ({ by: 'given', given } as const)
      : of === undefined
        ? undefined
        : ({ by: 'run', values: of } as const);
  return parseJob({ file: 'jobs/winback.yaml', text: `${lines.join('\n')}\n`, params });
}

function problemsOf(lines: readonly string[], values: Values = {}): string {
  try {
    parse(lines, values);
  } catch (error) {
    if (isNightjarError(error)) return formatError(error);
    throw error;
  }
  return 'no problem';
}

const TYPED = [
  'about: ${params.text}, ${params.list}',
  'kind: email',
  'params:',
  '  text: { type: string, default: a }',
  '  results: { type: integer, default: 30, min: 10 }',
  '  inStock: { type: boolean, default: false }',
  '  since: { type: date, default: 2026-01-05 }',
  '  score: { type: number, default: 0.5 }',
  '  list: { type: list, default: [en, ja] }',
  'recommend:',
  '  solution: picks',
  '  results: ${params.results}',
  '  filter: unseen',
  '  filterValues: { TEXT: "${params.text}", SCORE: "${params.score}", BOTH: "${params.text}-${params.score}" }',
  'recipients:',
  '  where: { since: { after: "${params.since}" }, locale: "${params.list}", score: { min: "${params.score}" } }',
  'content:',
  '  template: picks',
  '  subject: "{{params.text}} from ${{items.0.price}}"',
  '  show: { inStock: "${params.inStock}" }',
];

describe('values', () => {
  it('keep their type as a whole scalar, and are written out inside a text', () => {
    expect(parse(TYPED, { given: {} })).toMatchObject({
      about: 'a, en, ja',
      params: { text: 'a', results: 30, inStock: false, since: '2026-01-05', score: 0.5, list: ['en', 'ja'] },
      recommend: {
        results: 30,
        filter: {
          values: {
            TEXT: { constants: ['a'] },
            SCORE: { constants: [0.5] },
            BOTH: { constants: ['a-0.5'] },
          },
        },
      },
      recipients: { where: { since: { after: '2026-01-05' }, locale: ['en', 'ja'], score: { min: 0.5 } } },
      content: { subject: '{{params.text}} from ${{items.0.price}}', show: { inStock: false } },
    });
  });

  it('are read from text by their type', () => {
    const given = { text: '12', results: '12', inStock: 'true', since: '2028-02-29', score: '1e1', list: 'de, fr' };

    expect(parse(TYPED, { given }).params).toEqual({
      text: '12',
      results: 12,
      inStock: true,
      since: '2028-02-29',
      score: 10,
      list: ['de', 'fr'],
    });
  });

  it('of a run count as they are', () => {
    expect(parse(TYPED, { of: { results: 44, list: ['fr'] } }).params).toMatchObject({
      results: 44,
      list: ['fr'],
      score: 0.5,
    });
  });

  it('may be left out where a job is only checked, and then fit', () => {
    const required = [
      ...EMAIL,
      'params:',
      '  launch: { type: date, min: 2027-01-01 }',
      '  count: { type: integer, min: 5 }',
      '  code: { type: string, pattern: "[A-Z]{2}", example: AB }',
      '  kind: { type: list, oneOf: [gold, red] }',
    ];

    expect(parse(required).params).toEqual({ launch: '2027-01-01', count: 5, code: 'AB', kind: ['gold'] });
    expect(problemsOf(required, { given: { count: '7', code: 'XY', kind: 'gold,red' } })).toBe(
      [
        'error[E_JOB_PARAM] jobs/winback.yaml:6:3',
        '  params.launch has no value, and no default',
        '  fix: nightjar run winback --param launch=2027-01-01 --param count=7 --param code=XY --param kind=gold,red',
      ].join('\n'),
    );
  });
});

describe('a wrong value', () => {
  it.each([
    [{ category: 'cocoa' }, 'params.category is "cocoa"; expected coffee or tea', '--param category=coffee'],
    [{ category: 'Tea' }, 'params.category is "Tea"; expected coffee or tea', '--param category=coffee'],
    [
      { least: '7', category: 'tea' },
      'params.least is 7; expected a whole number, 10 to 20',
      '--param category=tea --param least=12',
    ],
    [{ least: '12.5' }, 'params.least is 12.5; expected a whole number, 10 to 20', '--param least=12'],
    [{ least: 'many' }, 'params.least is "many"; expected a whole number, 10 to 20', '--param least=12'],
    [
      { from: '2026-02-30' },
      'params.from is "2026-02-30"; expected a date, 2026-01-01 or later',
      '--param from=2026-03-01',
    ],
    [
      { from: '2025-12-31' },
      'params.from is "2025-12-31"; expected a date, 2026-01-01 or later',
      '--param from=2026-03-01',
    ],
    [{ text: 'a\nb' }, 'params.text is "a b"; expected a text on one line', "--param 'text=it'\\''s'"],
    [{ flag: 'yes' }, 'params.flag is "yes"; expected true or false', '--param flag=true'],
    [{ code: 'AB-1' }, 'params.code is "AB-1"; expected a text of the form [A-Z]{2}', '--param code=AB'],
    [{ langs: 'en,,ja' }, 'params.langs is "en,,ja"; expected a list such as a,b', '--param langs=en'],
    [
      { categroy: 'tea' },
      '"categroy" is not a param; the params of winback are category, least',
      '--param category=tea',
    ],
    [{ constructor: 'x' }, '"constructor" is not a param', 'nightjar run winback\n'],
  ])('%j names the param, what was expected, and a command', (given, message, fix) => {
    const lines = [
      ...EMAIL,
      ...CATEGORY,
      '  least: { type: integer, min: 10, max: 20, default: 12 }',
      '  from: { type: date, min: 2026-01-01, default: 2026-03-01 }',
      '  text: { type: string, default: "it\'s" }',
      '  flag: { type: boolean, default: true }',
      '  code: { type: string, pattern: "[A-Z]{2}", default: AB }',
      '  langs: { type: list, default: [en] }',
    ];
    const text = `${problemsOf(lines, { given })}\n`;

    expect(text).toContain(`error[E_JOB_PARAM] jobs/winback.yaml:`);
    expect(text).toContain(message);
    expect(text).toContain(fix);
  });

  it('is told of every param at once, each at its declaration', () => {
    const text = problemsOf([...EMAIL, ...CATEGORY, '  least: { type: integer, default: 1 }'], {
      given: { category: 'x', least: 'y', other: 'z' },
    });

    expect(text.match(/^error.*$/gm)).toEqual([
      'error[E_JOB_PARAM] jobs/winback.yaml:5:1',
      'error[E_JOB_PARAM] jobs/winback.yaml:6:3',
      'error[E_JOB_PARAM] jobs/winback.yaml:7:3',
    ]);
  });

  it('that only its place can refuse is told there, with the param', () => {
    const lines = [
      'about: Picks',
      'kind: email',
      'params:',
      '  count: { type: integer, default: 20 }',
      'recommend: { solution: picks, results: "${params.count}" }',
      'content: { template: picks }',
    ];

    expect(problemsOf(lines, { given: { count: '501' } })).toBe(
      [
        'error[E_JOB_FIELD] jobs/winback.yaml:5:40',
        '  recommend.results is 501; expected a whole number, 1 to 500; the value comes from params.count',
        '  fix: give another value: --param count=…, or change what params.count may be',
      ].join('\n'),
    );
  });

  it('for a job without params is refused', () => {
    expect(problemsOf(EMAIL, { given: { a: 'b' } })).toContain('"a" is not a param; the job winback has no params');
  });
});

describe('what is declared', () => {
  it.each([
    ['a: { type: text }', '6:14', 'params.a.type is "text"; expected string, number, integer, boolean, date, list'],
    ['a: { type: string, dfault: x }', '6:22', 'params.a.dfault is not a key that nightjar knows'],
    ['A-b: { type: string }', '6:3', 'params has the name "A-b"; expected a lower-case letter'],
    ['constructor: { type: string }', '6:3', 'params has the name "constructor"'],
    ['a: { type: integer, default: 1.5 }', '6:32', 'params.a.default is 1.5; expected a whole number'],
    ['a: { type: string, default: 15 }', '6:31', 'params.a.default is 15; expected a text on one line'],
    ['a: { type: number, min: 5, default: 1 }', '6:39', 'params.a.default is 1; expected a number, 5 or more'],
    ['a: { type: number, min: 5, max: 1 }', '6:27', 'params.a.min is 5; expected at most its max, which is 1'],
    ['a: { type: date, min: soon }', '6:25', 'params.a.min is "soon"; expected a date such as 2026-03-01'],
    ['a: { type: string, min: 1 }', '6:22', 'params.a.min is there for the type string'],
    ['a: { type: number, pattern: x }', '6:22', 'params.a.pattern is there for the type number'],
    ['a: { type: string, pattern: "[", example: x }', '6:31', 'params.a.pattern is "["; expected a regular expression'],
    ['a: { type: string, pattern: x }', '6:3', 'params.a.example is missing'],
    ['a: { type: integer, oneOf: [1, two] }', '6:34', 'params.a.oneOf[1] is "two"; expected a whole number'],
    ['a: { type: string, oneOf: [x], default: y }', '6:43', 'params.a.default is "y"; expected x'],
    ['a: { type: list, default: [] }', '6:29', 'params.a.default is ""; expected a list such as a,b'],
  ])('%s is refused at %s', (line, place, message) => {
    const text = problemsOf([...EMAIL, 'params:', `  ${line}`], { given: { a: '1' } });

    expect(text).toContain(`error[E_JOB_FIELD] jobs/winback.yaml:${place}\n`);
    expect(text).toContain(message);
    expect(text.match(/^error/gm)).toHaveLength(1);
  });

  it.each([
    ['a: { default: 7 }', 'add "type: integer"'],
    ['a: { default: 0.5, max: 1 }', 'add "type: number"'],
    ['a: { oneOf: [2, 1] }', 'add "type: integer"'],
    ['a: { default: 2026-03-01 }', 'add "type: date"'],
    ['a: { example: true }', 'add "type: boolean"'],
    ['a: { default: [x], oneOf: [x, y] }', 'add "type: list"'],
    ['a: { default: x }', 'add "type: string"'],
    ['a: { about: How many }', 'add "type: integer"'],
    ['a: 7', 'write "a: { type: integer, default: 7 }", or remove the line'],
    ['a: { type: integer, default: "7" }', 'write "default: 7"'],
    ['a: { type: string, default: 7 }', `write 'default: "7"'`],
    ['a: { type: integer, default: seven }', 'write "type: string", or another default'],
    ['a: { type: integer, max: 5, default: 7 }', 'write another default'],
  ])('%s is mended by what it tells', (line, fix) => {
    const [about = '', kind = '', , ...more] = EMAIL;
    const use = 'recommend: { solution: picks, results: "${params.a}" }';
    expect(problemsOf([about, kind, use, ...more, 'params:', `  ${line}`])).toContain(`\n  fix: ${fix}`);
  });

  it.each([
    ['recipients: { where: { age: { min: "${params.x}" } } }', 'integer', 'recipients.where.age.min'],
    ['recipients: { where: { since: { before: "${params.x}" } } }', 'date', 'recipients.where.since.before'],
    ['recipients: { where: { plan: { exists: "${params.x}" } } }', 'boolean', 'recipients.where.plan.exists'],
    ['recipients: { where: { plan: "${params.x}" } }', 'string', 'recipients.where.plan'],
    ['send: { rate: "${params.x}" }', 'string', 'send.rate'],
    ['send: { rate: "${params.x}/s" }', 'string', 'send.rate'],
  ])('%s is told alone, with the type that fits there', (line, type, field) => {
    expect(problemsOf([...EMAIL, line])).toMatch(
      new RegExp(
        `^error\\[E_JOB_FIELD\\] jobs/winback.yaml:5:\\d+\\n  ${field} has .*\\n  fix: add "params: { x: { type: ${type} } }"$`,
      ),
    );
  });

  it.each([
    ['schedule: { cron: "0 2 * * *", timezone: Asia/Tokyo }', 'schedule'],
    ['after: other', 'after'],
  ])('must have a default beside %s', (line, what) => {
    const params = ['params:', '  launch: { type: date }'];

    expect(problemsOf([...EMAIL, ...params])).toBe('no problem');
    expect(problemsOf([...EMAIL, ...params, line])).toBe(
      [
        'error[E_JOB_FIELD] jobs/winback.yaml:6:3',
        `  params.launch.default is missing; expected one, as workers start the job (${what}) and give no values`,
        '  fix: add "default: 2026-01-01" below "launch:"',
      ].join('\n'),
    );
    expect(problemsOf([...EMAIL, ...CATEGORY, line])).toBe('no problem');
  });

  it('is what a reference must name', () => {
    const lines = [
      'about: On ${params.categry} and ${category} and ${foo}',
      'kind: email',
      ...CATEGORY,
      'recommend: { solution: picks }',
      'content: { template: picks }',
    ];
    const text = problemsOf(lines);

    expect(text).toContain('jobs/winback.yaml:1:8');
    expect(text).toContain('about has ${params.categry}, which is not a param; the params are category');
    expect(text).toContain('fix: write "${params.category}"');
    expect(text.match(/which is not a param/g)).toHaveLength(3);
  });

  it('wrongly is told once, and not of every place that uses it', () => {
    const text = problemsOf([
      'about: Picks',
      'kind: email',
      'params: { count: { type: integer, default: many } }',
      'recommend: { solution: picks, results: "${params.count}" }',
      'content: { template: picks }',
    ]);

    expect(text.match(/^error.*$/gm)).toEqual(['error[E_JOB_FIELD] jobs/winback.yaml:3:44']);
  });
});

describe('places that take no params', () => {
  it.each([
    ['kind: "${params.category}"', 'kind'],
    ['schedule: { cron: "${params.category}", timezone: Asia/Tokyo }', 'schedule.cron'],
    ['after: "${params.category}"', 'after'],
    ['keep: "${params.category}"', 'keep'],
    ['guard: { cost: "${params.category}" }', 'guard.cost'],
    ['send: { from: "${params.category}@shop.example" }', 'send.from'],
    ['content: { template: "${params.category}" }', 'content.template'],
    ['content: { template: picks, subject: "On ${params.category}" }', 'content.subject'],
  ])('%s', (line, field) => {
    const key = line.split(':')[0] ?? '';
    const rest = EMAIL.filter((one) => !one.startsWith(`${key}:`));
    const text = problemsOf([...rest, ...CATEGORY, line]);

    expect(text).toContain('error[E_JOB_FIELD] jobs/winback.yaml:');
    expect(text).toContain(`${field} has \${params.category}; expected `);
    expect(text.match(/^error/gm)).toHaveLength(1);
  });

  it('are keys', () => {
    const where = 'recipients: { where: { "${params.category}": x } }';

    expect(problemsOf([...EMAIL, ...CATEGORY, where])).toContain(
      'the key "${params.category}" has a param; expected params in values alone',
    );
  });
});

const withQuery = (query: string, type = 'string') => [
  ...HEAD,
  'params:',
  `  category: { type: ${type} }`,
  'segment:',
  '  solution: attribute-fans',
  '  users: 100',
  `  queries: { fans: '${query}' }`,
];

function queryOf(query: string, given: string, type?: string) {
  const job = parse(withQuery(query, type), { given: { category: given } });
  const [first] = job.kind === 'audience' ? job.segment.queries : [];
  return first?.by === 'attributes' ? parseAttributeQuery(first.query) : undefined;
}

describe('a value in a query', () => {
  const BOTH = [
    'ITEMS.CATEGORY = "${params.category}" AND ITEMS.A = "b"',
    'ITEMS.CATEGORY = ${params.category} AND ITEMS.A = "b"',
  ];

  it('stays one value, whatever is in it', () => {
    const oneLine = fc
      .string({ unit: 'grapheme', maxLength: 30 })
      .filter((text) => /^[^\p{Cc}\u2028\u2029]*$/u.test(text));
    const nasty = fc.constantFrom(
      '" AND ITEMS.B = "c',
      '\\',
      '\\"',
      '"',
      'a\\" AND ITEMS.B = "c',
      '${params.category}',
      "'",
      '$&',
      '1',
    );
    fc.assert(
      fc.property(fc.constantFrom(...BOTH), fc.oneof(oneLine, nasty), (query, value) => {
        expect(queryOf(query, value)).toEqual({
          ok: true,
          conditions: [
            { column: 'CATEGORY', value },
            { column: 'A', value: 'b' },
          ],
        });
      }),
    );
  });

  it('is a number where the param is one', () => {
    expect(queryOf('ITEMS.PRICE = ${params.category}', '-2.5', 'number')).toEqual({
      ok: true,
      conditions: [{ column: 'PRICE', value: '-2.5' }],
    });
  });

  it('can be neither a column nor a query', () => {
    expect(queryOf('ITEMS.${params.category} = "x"', 'CATEGORY')?.ok).toBe(false);
    expect(queryOf('${params.category}', 'ITEMS.CATEGORY = "x"')?.ok).toBe(false);
  });

  it('is not a list', () => {
    expect(problemsOf(withQuery(BOTH[0] ?? '', 'list'))).toContain('which is a list; expected one value in a query');
  });

  it('can be the items of a segment', () => {
    const lines = [...withQuery('', 'list').slice(0, -1), '  items: ${params.category}'];
    const job = parse(lines, { given: { category: 'coffee-017,tea-004' } });

    expect(job.kind === 'audience' ? job.segment.queries : []).toMatchObject([
      { itemId: 'coffee-017' },
      { itemId: 'tea-004' },
    ]);
  });
});

describe('the JSON Schema for editors', () => {
  const [email] = jobSchemas();
  const PARAM = { type: 'string', pattern: '^\\$\\{params\\.[a-z][A-Za-z0-9]*\\}$' };

  it('lets a param stand for a number, and for no guard', () => {
    expect(email).toMatchObject({
      properties: {
        recommend: { properties: { results: { default: 25, anyOf: [{ type: 'integer', maximum: 500 }, PARAM] } } },
        guard: { properties: { recipients: { properties: { min: { type: 'integer' } } } } },
        schedule: { properties: { cron: { type: 'string' } } },
        about: { anyOf: [{ type: 'string' }, PARAM] },
      },
    });
  });
});

function jobSchemas(): readonly unknown[] {
  const { oneOf } = jobSchema();
  return Array.isArray(oneOf) ? oneOf : [];
}
