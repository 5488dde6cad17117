/** Writes an answer as JSON by its shape, numbers as AWS writes them. */
import type { Shape } from './shape';

/**
 * Writes a value. Doubles keep their point when they are whole, as in `0.0`: clients without shapes of their own, such
 * as boto3, tell floats from integers by it. Undefined members are left out; what the shape does not know is written
 * as it is.
 */
export function writeJson(shape: Shape | undefined, value: unknown): string {
  if (Array.isArray(value)) {
    const member = shape?.type === 'list' ? shape.member : undefined;
    return `[${value.map((one: unknown) => writeJson(member, one)).join(',')}]`;
  }
  if (typeof value === 'object' && value !== null) return writeObject(shape, value);
  const isDouble = shape?.type === 'double' || shape?.type === 'float';
  return isDouble && Number.isInteger(value) ? writeWhole(Number(value)) : (JSON.stringify(value) ?? 'null');
}

/** Numbers from 1e21 on have an exponent instead of a point. */
function writeWhole(value: number): string {
  const text = String(value);
  return text.includes('e') ? text : `${text}.0`;
}

function writeObject(shape: Shape | undefined, value: object): string {
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([name, member]) => `${JSON.stringify(name)}:${writeJson(shapeOf(shape, name), member)}`);
  return `{${members.join(',')}}`;
}

function shapeOf(shape: Shape | undefined, name: string): Shape | undefined {
  if (shape?.type === 'map') return shape.value;
  return shape?.type === 'structure' && Object.hasOwn(shape.members, name) ? shape.members[name] : undefined;
}
