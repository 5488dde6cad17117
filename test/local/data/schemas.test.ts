import { isAwsFault } from '../../../src/local/http/fault';
import { checkSchemaUpdate, readSchema } from '../../../src/local/personalize/data/schema-check';

const USER = { name: 'USER_ID', type: 'string' };
const ITEM = { name: 'ITEM_ID', type: 'string' };
const TIME = { name: 'TIMESTAMP', type: 'long' };
const TYPE = { name: 'EVENT_TYPE', type: 'string' };
const GENRES = { name: 'GENRES', type: ['null', 'string'], categorical: true };
const CREATED = { name: 'CREATION_TIMESTAMP', type: 'long' };

function write(name: string, fields: readonly unknown[], more: object = {}): string {
  return JSON.stringify({
    type: 'record',
    name,
    namespace: 'com.amazonaws.personalize.schema',
    fields,
    version: '1.0',
    ...more,
  });
}

function refusal(action: () => unknown): string {
  try {
    action();
    return 'accepted';
  } catch (error) {
    return isAwsFault(error) ? `${error.code}: ${error.message}` : String(error);
  }
}

const check = (text: string, domain?: string): string => refusal(() => readSchema(text, domain));

describe('what all schemas have in common', () => {
  it.each([
    ['[]', 'expected a JSON object'],
    [write('Interactions', [USER], { type: 'enum' }), 'type: expected "record"'],
    [write('Interactions', [USER], { namespace: 'x' }), 'namespace: expected "com.amazonaws.personalize.schema"'],
    [write('Interactions', [USER], { version: '2.0' }), 'version: expected "1.0"'],
    [write('Interactions', []), 'fields: expected at least one field'],
    [write('Movies', [USER]), 'name: expected the dataset type, one of [Interactions, Items, Users]'],
    [write('Users', [{ name: 'MY AGE', type: 'int' }]), 'field MY AGE: name: expected at most 150 letters'],
    [write('Users', ['USER_ID']), 'field number 1: expected a JSON object'],
    [write('Users', [{ name: 'A', type: { type: 'array' } }]), 'field A: type: expected one of [float, double'],
    [write('Users', [{ name: 'A', type: ['int', 'string'] }]), 'field A: type: expected one of [float, double'],
    [write('Users', [{ name: 'A', type: 'null' }]), 'field A: type: expected one of [float, double'],
    [write('Users', [{ name: 'A', type: 'string', categorical: 'yes' }]), 'field A: categorical: expected true'],
    [write('Users', [USER, { name: 'USERID', type: 'int' }]), 'field USERID: expected a name that is unique'],
  ])('refuses %j', (text, message) => {
    expect(check(text)).toContain('InvalidInputException: Schema is not valid');
    expect(check(text)).toContain(message);
  });

  it('refuses actions by name', () => {
    expect(check(write('Actions', [{ name: 'ACTION_ID', type: 'string' }]))).toMatch(
      /^NotImplementedException: .*Actions/,
    );
  });
});

describe('the rules of each kind', () => {
  it.each<[string, string | undefined, readonly object[]]>([
    ['Interactions', undefined, [USER, ITEM, TIME]],
    ['INTERACTIONS', undefined, [TYPE, USER, { name: 'EVENT_VALUE', type: ['float', 'null'] }, ITEM, TIME]],
    ['Interactions', 'ECOMMERCE', [USER, ITEM, TIME, TYPE, { name: 'DEVICE', type: 'string', categorical: true }]],
    ['Items', undefined, [ITEM, GENRES, CREATED]],
    ['Items', undefined, [ITEM, { ...CREATED, type: ['null', 'long'] }, { name: 'PRICE', type: 'double' }]],
    [
      'Items',
      undefined,
      [ITEM, { name: 'TITLE', type: 'string', itemName: true }, { name: 'ABOUT', type: 'string', textual: true }],
    ],
    ['Items', 'VIDEO_ON_DEMAND', [ITEM, { ...GENRES, type: ['string'] }, CREATED]],
    [
      'Items',
      'ECOMMERCE',
      [ITEM, { name: 'PRICE', type: 'float' }, { name: 'CATEGORY_L1', type: 'string', categorical: true }],
    ],
    ['Users', undefined, [USER, { name: 'AGE', type: 'int' }]],
    ['Users', 'VIDEO_ON_DEMAND', [USER, { name: 'SUBSCRIPTION_MODEL', type: 'string', categorical: true }]],
  ])('accepts %s of the domain %s', (name, domain, fields) => {
    expect(check(write(name, fields), domain)).toBe('accepted');
  });

  it.each<[string, string | undefined, readonly object[], string]>([
    ['Interactions', undefined, [USER, ITEM], 'missing the required field TIMESTAMP, which must be of type long'],
    ['Interactions', undefined, [USER, ITEM, { ...TIME, type: 'int' }], 'Field TIMESTAMP .* type long, not int'],
    [
      'Interactions',
      undefined,
      [USER, { ...ITEM, type: ['null', 'string'] }, TIME],
      'ITEM_ID .* not \\[null, string\\]',
    ],
    ['Interactions', undefined, [USER, ITEM, TIME, { ...TYPE, categorical: true }], 'EVENT_TYPE .* not categorical'],
    [
      'Interactions',
      undefined,
      [USER, ITEM, TIME, { name: 'EVENT_VALUE', type: 'double' }],
      'EVENT_VALUE .* float \\(null is allowed\\), not double',
    ],
    ['Interactions', undefined, [USER, ITEM, TIME, { name: 'IMPRESSION', type: 'long' }], 'IMPRESSION .* not long'],
    ['Interactions', undefined, [USER, ITEM, TIME, ...metadata(6)], 'at most 5 metadata fields, not 6; M5'],
    ['Interactions', 'ECOMMERCE', [USER, ITEM, TIME], 'missing the required field EVENT_TYPE'],
    [
      'Interactions',
      undefined,
      [USER, ITEM, TIME, { name: 'NOTE', type: 'string', textual: true }],
      'NOTE .* only fields of Items',
    ],
    ['Items', undefined, [ITEM], 'at least one metadata field'],
    [
      'Items',
      undefined,
      [ITEM, CREATED, { name: 'TITLE', type: 'string' }],
      'at least one metadata field that is a categorical or',
    ],
    ['Items', undefined, [ITEM, ...metadata(101)], 'at most 100 metadata fields'],
    ['Items', undefined, [ITEM, { name: 'A', type: 'int', textual: true }], 'Field A is textual, .* not int'],
    [
      'Items',
      undefined,
      [ITEM, { name: 'A', type: 'string', textual: true, categorical: true }],
      'Field A must not be both',
    ],
    [
      'Items',
      undefined,
      [ITEM, { name: 'A', type: 'string', textual: true }, { name: 'B', type: 'string', textual: true }],
      'at most one textual field; B is another',
    ],
    ['Items', 'VIDEO_ON_DEMAND', [ITEM, GENRES, CREATED], 'GENRES .* categorical string, not \\[null, categorical'],
    [
      'Items',
      'VIDEO_ON_DEMAND',
      [ITEM, { ...GENRES, type: 'string' }],
      'missing the required field CREATION_TIMESTAMP',
    ],
    ['Items', 'ECOMMERCE', [ITEM, { name: 'PRICE', type: 'float' }], 'missing the required field CATEGORY_L1'],
    ['Users', undefined, [USER, { name: 'NICK', type: 'string' }], 'a categorical string or a number'],
    ['Users', undefined, [USER, ...metadata(26)], 'at most 25 metadata fields'],
    ['Users', 'VIDEO_ON_DEMAND', [USER, { name: 'SUBSCRIPTION_MODEL', type: 'int' }], 'SUBSCRIPTION_MODEL .* not int'],
  ])('refuses %s of the domain %s with %j', (name, domain, fields, message) => {
    expect(check(write(name, fields), domain)).toMatch(new RegExp(`^InvalidInputException: .*${message}`));
  });
});

function metadata(count: number): readonly object[] {
  return Array.from({ length: count }, (_, place) => ({ name: `M${place}`, type: 'int' }));
}

describe('the schema that takes the place of another', () => {
  const before = readSchema(write('Items', [ITEM, GENRES, CREATED]), undefined);
  const replace = (fields: readonly object[]): string =>
    refusal(() => checkSchemaUpdate('Items', before, readSchema(write('Items', fields), undefined)));

  it('may add fields that allow null, in any order', () => {
    expect(replace([CREATED, { name: 'PRICE', type: ['null', 'float'] }, ITEM, GENRES])).toBe('accepted');
  });

  it.each<[readonly object[], string]>([
    [[ITEM, GENRES], 'must keep the field CREATION_TIMESTAMP.'],
    [
      [ITEM, { ...GENRES, type: 'string' }, CREATED],
      'must keep the field GENRES as it is: [null, categorical string].',
    ],
    [[ITEM, { ...GENRES, categorical: false }, CREATED, ...metadata(1)], 'must keep the field GENRES as it is'],
    [[ITEM, GENRES, CREATED, { name: 'PRICE', type: 'float' }], 'The new field PRICE must allow null: [null, float].'],
  ])('is refused: %j', (fields, message) => {
    expect(replace(fields)).toContain(message);
  });

  it('is refused for interactions', () => {
    const schema = readSchema(write('Interactions', [USER, ITEM, TIME]), undefined);
    expect(refusal(() => checkSchemaUpdate('Interactions', schema, schema))).toMatch(/cannot be replaced/);
  });
});
