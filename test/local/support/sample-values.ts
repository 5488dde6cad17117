/** Makes values that fit the shapes of the service model: the smallest and the largest, and those that just don't fit. */
import type { MapShape, Shape, StructureShape, TextShape } from '../../../src/local/model/shape';

/** Holds a value that breaks one constraint. */
export interface Misfit {
  readonly what: string;
  /** The member at fault, as messages write it. */
  readonly place: string;
  readonly kind: 'type' | 'constraint';
  readonly value: unknown;
}

export type Size = 'smallest' | 'largest';

/** Texts that fit the patterns of the models. `stem` may be followed by any number of `filler`. */
const STEMS: Readonly<Record<string, readonly [stem: string, filler: string]>> = {
  'arn:([a-z\\d-]+):personalize:.*:.*:.+': ['arn:aws:personalize:us-east-1:123456789012:x/y', 'z'],
  '^[a-zA-Z0-9][a-zA-Z0-9\\-_]*': ['a', '-'],
  '[A-Za-z_][A-Za-z\\d_]*': ['_', '9'],
  '^[A-Za-z_]+$': ['I', '_'],
  'arn:aws.*:kms:.*:[0-9]{12}:key/.*': ['arn:aws:kms:us-east-1:123456789012:key/', 'k'],
  '\\p{ASCII}{0,1500}': ['', 't'],
  'arn:([a-z\\d-]+):iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+': ['arn:aws:iam::123456789012:role/r', '/'],
  '(s3|http|https)://.+': ['s3://b', '/'],
  '^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)$': ['', 'é'],
  'rate\\(\\d+ days?\\)': ['rate(30 days)', ''],
  '^[\\x20-\\x7E]*[\\x21-\\x7E]+[\\x20-\\x7E]*$': ['~', ' '],
  '[A-Za-z\\d_]+': ['a', '1'],
  '[A-Za-z0-9_]+': ['a', '1'],
};

/** Texts that no pattern but that of a token allows. */
const OUTSIDE = '\u{1F980} \u0007';
const NOT_ASCII = 'é';

function textOf(shape: TextShape, length: number): string {
  const [first] = shape.values ?? [];
  if (first !== undefined) return first;
  const [stem, filler] = stemOf(shape);
  return filler === '' ? stem : stem.padEnd(length, filler);
}

function stemOf({ pattern }: TextShape): readonly [string, string] {
  if (pattern === undefined) return ['', 'ü'];
  const stem = STEMS[pattern];
  if (stem === undefined) throw new Error(`no text is known for the pattern ${pattern}`);
  return stem;
}

/** Makes a value that fits: with required members alone and nothing over the minimum, or with all at their most. */
export function sampleOf(shape: Shape, size: Size): unknown {
  const most = size === 'largest';
  switch (shape.type) {
    case 'string':
      return textOf(shape, (most ? shape.max : shape.min) ?? (most ? 300 : 0));
    case 'integer':
      return (most ? shape.max : shape.min) ?? (most ? 2 ** 31 - 1 : -(2 ** 31) + 1);
    case 'double':
    case 'float':
      return (most ? shape.max : shape.min) ?? (most ? 1e12 : -0.5);
    case 'boolean':
      return most;
    case 'timestamp':
      return most ? 4_102_444_800.999 : 0;
    case 'list':
      return Array.from({ length: (most ? shape.max : shape.min) ?? (most ? 3 : 0) }, () =>
        sampleOf(shape.member, size),
      );
    case 'map':
      return mapOf(shape, most ? Math.min(shape.max ?? 3, shape.key.values?.length ?? 9999) : 0, size);
    case 'structure':
      return structureOf(shape, size);
  }
}

function mapOf(shape: MapShape, count: number, size: Size): unknown {
  const keys = Array.from({ length: count }, (_, n) => shape.key.values?.[n] ?? keyOf(shape.key, n));
  return Object.fromEntries(keys.map((key) => [key, sampleOf(shape.value, size)]));
}

/** Patterns of keys allow letters; a dataset type allows no digits. */
function keyOf(shape: TextShape, n: number): string {
  const letters = `k${String(n).replace(/\d/g, (digit) => 'abcdefghij'.charAt(Number(digit)))}`;
  return letters.padEnd(Math.min(shape.max ?? 0, 20), '_');
}

function structureOf(shape: StructureShape, size: Size): unknown {
  const names = size === 'largest' ? Object.keys(shape.members) : shape.required;
  return Object.fromEntries(
    names.map((name) => {
      const member = shape.members[name];
      if (member === undefined) throw new Error(`no member ${name}`);
      return [name, sampleOf(member, size)];
    }),
  );
}

/** Lists values of which each breaks one constraint of one member, at any depth. */
export function misfitsOf(shape: Shape, place = ''): readonly Misfit[] {
  const at = (value: unknown, what: string, kind: Misfit['kind'] = 'constraint'): Misfit => ({
    what,
    place,
    kind,
    value,
  });
  const wrongType = at(shape.type === 'string' ? 5 : 'text', 'of the wrong type', 'type');
  switch (shape.type) {
    case 'string':
      return [wrongType, ...textMisfits(shape).map(({ value, what }) => at(value, what))];
    case 'integer':
      return [wrongType, at(1.5, 'not whole', 'type'), ...outOfRange(shape).map((value) => at(value, 'out of range'))];
    case 'double':
    case 'float':
      return [wrongType, ...outOfRange(shape).map((value) => at(value, 'out of range'))];
    case 'boolean':
    case 'timestamp':
      return [wrongType];
    case 'list':
      return [
        wrongType,
        ...sizes(shape).map((length) =>
          at(
            Array.from({ length }, () => sampleOf(shape.member, 'smallest')),
            `of ${length}`,
          ),
        ),
        ...misfitsOf(shape.member, below(place, '1.member')).map((one) => ({ ...one, value: [one.value] })),
      ];
    case 'map':
      return [
        wrongType,
        ...sizes(shape).map((count) => at(mapOf(shape, count, 'smallest'), `of ${count}`)),
        ...mapMisfits(shape, place),
      ];
    case 'structure':
      return [wrongType, ...structureMisfits(shape, place)];
  }
}

function below(place: string, name: string): string {
  return place === '' ? name : `${place}.${name}`;
}

function textMisfits(shape: TextShape): readonly { readonly value: string; readonly what: string }[] {
  const { min = 0, max, pattern, values } = shape;
  return [
    ...(max === undefined ? [] : [{ value: textOf(shape, max + 1).padEnd(max + 1, 'x'), what: 'too long' }]),
    ...(min === 0 ? [] : [{ value: ''.padEnd(min - 1), what: 'too short' }]),
    ...(pattern === undefined
      ? []
      : [{ value: pattern.includes('ASCII') ? NOT_ASCII : OUTSIDE, what: 'outside of the pattern' }]),
    ...(values === undefined ? [] : [{ value: 'NONE_OF_THEM', what: 'not in the enum' }]),
  ];
}

function outOfRange({ min, max }: { readonly min?: number; readonly max?: number }): readonly number[] {
  return [...(min === undefined ? [] : [min - 1]), ...(max === undefined ? [] : [max + 1])];
}

function sizes({ min, max }: { readonly min?: number; readonly max?: number }): readonly number[] {
  return outOfRange({ ...(max === undefined ? {} : { max }), ...(min === undefined || min === 0 ? {} : { min }) });
}

function mapMisfits(shape: MapShape, place: string): readonly Misfit[] {
  const goodKey = shape.key.values?.[0] ?? keyOf(shape.key, 0);
  const good = sampleOf(shape.value, 'smallest');
  return [
    ...textMisfits(shape.key)
      .filter(({ value }) => value !== '')
      .map(({ value, what }): Misfit => {
        return { what: `with a key ${what}`, place: below(place, value), kind: 'constraint', value: { [value]: good } };
      }),
    ...misfitsOf(shape.value, below(place, goodKey)).map((one) => ({ ...one, value: { [goodKey]: one.value } })),
  ];
}

function structureMisfits(shape: StructureShape, place: string): readonly Misfit[] {
  const good: Readonly<Record<string, unknown>> = Object.fromEntries(
    Object.entries(structureOf(shape, 'smallest') ?? {}),
  );
  return Object.entries(shape.members).flatMap(([name, member]) => {
    const inner = misfitsOf(member, below(place, name)).map((one) => ({
      ...one,
      value: { ...good, [name]: one.value },
    }));
    if (!shape.required.includes(name)) return inner;
    const { [name]: _, ...without } = good;
    const absent = { place: below(place, name), kind: 'constraint' } as const;
    return [
      { ...absent, what: 'missing', value: without },
      { ...absent, what: 'null', value: { ...good, [name]: null } },
      ...inner,
    ];
  });
}
