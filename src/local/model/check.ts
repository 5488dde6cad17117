/** Checks a JSON value against a shape, and words the problems as AWS does. */
import type { Bounds, MapShape, Shape, StructureShape, TextShape } from './shape';

/** Says what is wrong: with a value's type, with a value, or with a member that the shape does not have. */
export interface Problem {
  readonly kind: 'type' | 'constraint' | 'unknown';
  readonly text: string;
}

/** Holds a checked value without its unknown members and nulls; it fits the shape where there is no problem. */
export interface Checked {
  readonly value: unknown;
  readonly problems: readonly Problem[];
}

/** Checks a value that was read from JSON. Members that are null count as absent, and unknown ones are dropped and reported. */
export function checkShape(shape: Shape, value: unknown): Checked {
  const problems: Problem[] = [];
  return { value: walk(shape, value, { path: [], isSecret: false, problems }), problems };
}

interface Place {
  /** Names of members; the index of a list's member from 1. */
  readonly path: readonly string[];
  readonly isSecret: boolean;
  readonly problems: Problem[];
}

function walk(shape: Shape, value: unknown, place: Place): unknown {
  const isSecret = place.isSecret || ('sensitive' in shape && shape.sensitive === true);
  const here = { ...place, isSecret };
  if (!isOfType(shape.type, value)) {
    const text = `${typeName(value)} at '${name(here)}' can not be converted to ${shape.type}`;
    here.problems.push({ kind: 'type', text });
    return value;
  }
  for (const constraint of brokenConstraints(shape, value)) addProblem(here, value, constraint);
  if (shape.type === 'structure') return walkStructure(shape, value, here);
  if (shape.type === 'list') return walkList(shape.member, value, here);
  return shape.type === 'map' ? walkMap(shape, value, here) : value;
}

function walkStructure(shape: StructureShape, value: unknown, place: Place): unknown {
  const given = entriesOf(value);
  for (const [member] of given) {
    if (Object.hasOwn(shape.members, member)) continue;
    place.problems.push({ kind: 'unknown', text: `The member '${name(below(place, member))}' is unknown` });
  }
  const members: [string, unknown][] = [];
  for (const [member, inner] of Object.entries(shape.members)) {
    const held = given.find(([key]) => key === member)?.[1];
    const there = below(place, member);
    if (held !== undefined) members.push([member, walk(inner, held, there)]);
    else if (shape.required.includes(member)) addProblem(there, undefined, 'Member must not be null');
  }
  return Object.fromEntries(members);
}

function walkList(member: Shape, value: unknown, place: Place): unknown {
  if (!Array.isArray(value)) return value;
  return value.map((one: unknown, index) => {
    const there = below(place, `${index + 1}.member`);
    if (one !== null) return walk(member, one, there);
    addProblem(there, undefined, 'Member must not be null');
    return one;
  });
}

function walkMap(shape: MapShape, value: unknown, place: Place): unknown {
  const entries = entriesOf(value).map(([key, held]) => {
    const there = below(place, key);
    const broken = brokenConstraints(shape.key, key);
    // The value is not at fault, so it is not shown.
    const constraint = `Map keys must satisfy constraint: [${broken.join(', ')}]`;
    if (broken.length > 0) addProblem({ ...there, isSecret: true }, held, constraint);
    return [key, walk(shape.value, held, there)] as const;
  });
  return Object.fromEntries(entries);
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).filter(([, member]) => member !== null && member !== undefined)
    : [];
}

function below(place: Place, member: string): Place {
  return { ...place, path: [...place.path, member] };
}

function name({ path }: Place): string {
  return path.join('.');
}

function addProblem(place: Place, value: unknown, constraint: string): void {
  const shown =
    value === undefined ? ' null' : place.isSecret || typeof value === 'object' ? '' : ` '${String(value)}'`;
  const text = `Value${shown} at '${name(place)}' failed to satisfy constraint: ${constraint}`;
  place.problems.push({ kind: 'constraint', text });
}

const MAX_INTEGER = 2 ** 31 - 1;

function isOfType(type: Shape['type'], value: unknown): boolean {
  if (type === 'structure' || type === 'map')
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  if (type === 'list') return Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value) && Math.abs(Number(value)) <= MAX_INTEGER;
  if (type === 'string' || type === 'boolean') return typeof value === type;
  return typeof value === 'number';
}

function typeName(value: unknown): string {
  return Array.isArray(value) ? 'LIST_VALUE' : `${typeof value}`.toUpperCase().concat('_VALUE');
}

function brokenConstraints(shape: Shape, value: unknown): readonly string[] {
  switch (shape.type) {
    case 'string':
      return typeof value === 'string' ? brokenByText(shape, value) : [];
    case 'list':
      return brokenBounds(shape, Array.isArray(value) ? value.length : 0, 'length');
    case 'map':
      return brokenBounds(shape, entriesOf(value).length, 'length');
    case 'integer':
    case 'double':
    case 'float':
      return brokenBounds(shape, Number(value), 'value');
    default:
      return [];
  }
}

function brokenByText(shape: TextShape, value: string): readonly string[] {
  const broken = [...brokenBounds(shape, value.length, 'length')];
  if (shape.pattern !== undefined && !wholeOf(shape.pattern).test(value)) {
    broken.push(`Member must satisfy regular expression pattern: ${shape.pattern}`);
  }
  if (shape.values !== undefined && !shape.values.includes(value)) {
    broken.push(`Member must satisfy enum value set: [${shape.values.join(', ')}]`);
  }
  return broken;
}

function brokenBounds({ min, max }: Bounds, size: number, what: 'length' | 'value'): readonly string[] {
  const broken: string[] = [];
  if (max !== undefined && size > max) broken.push(`Member must have ${what} less than or equal to ${max}`);
  if (min !== undefined && size < min) broken.push(`Member must have ${what} greater than or equal to ${min}`);
  return broken;
}

const patterns = new Map<string, RegExp>();

function wholeOf(pattern: string): RegExp {
  const known = patterns.get(pattern) ?? new RegExp(`^(?:${pattern})$`, 'u');
  patterns.set(pattern, known);
  return known;
}
