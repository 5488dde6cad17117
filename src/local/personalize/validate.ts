/** Checks a request against its shape and words the problems as AWS does. */
import type { z } from 'zod';
import { AwsFault } from '../http/fault';

/**
 * Reads a request of the given shape. Members that are null count as absent.
 *
 * @throws AwsFault InvalidInputException with every constraint that fails, or SerializationException for a wrong type
 */
export function validateInput<Input>(shape: z.ZodType<Input>, json: unknown): Input {
  const value = withoutNulls(json);
  const result = shape.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => describeIssue(issue, value));
  const wrongType = problems.find((problem) => problem.kind === 'type');
  if (wrongType !== undefined) throw new AwsFault('SerializationException', wrongType.text);
  const count = `${problems.length} validation error${problems.length === 1 ? '' : 's'} detected`;
  throw invalidInput(`${count}: ${problems.map((problem) => problem.text).join('; ')}`);
}

/** Makes the fault for a request that can't be fulfilled as it is. */
export function invalidInput(message: string): AwsFault {
  return new AwsFault('InvalidInputException', message);
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(entries.map(([name, member]) => [name, withoutNulls(member)]));
}

interface Problem {
  readonly kind: 'type' | 'constraint';
  readonly text: string;
}

function describeIssue(issue: z.core.$ZodIssue, root: unknown): Problem {
  const value = issue.path.reduce<unknown>((at, key) => memberOf(at, key), root);
  const place = issue.path.map((key) => (typeof key === 'number' ? `${key + 1}.member` : String(key))).join('.');
  if (issue.code === 'invalid_type' && value !== undefined) {
    return { kind: 'type', text: `${typeName(value)} at '${place}' can not be converted to ${issue.expected}` };
  }
  const constraint = value === undefined ? 'Member must not be null' : wordConstraint(issue);
  return {
    kind: 'constraint',
    text: `Value${quoteValue(value, place)} at '${place}' failed to satisfy constraint: ${constraint}`,
  };
}

function memberOf(value: unknown, key: PropertyKey): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).find(([name]) => name === String(key))?.[1];
}

function quoteValue(value: unknown, place: string): string {
  if (value === undefined) return ' null';
  // Tags are marked sensitive in the model, and so never echoed.
  if (typeof value === 'object' || place.startsWith('tags')) return '';
  return ` '${String(value)}'`;
}

function typeName(value: unknown): string {
  return Array.isArray(value) ? 'LIST_VALUE' : `${typeof value}`.toUpperCase().concat('_VALUE');
}

function wordConstraint(issue: z.core.$ZodIssue): string {
  if (issue.code === 'too_big' || issue.code === 'too_small') {
    const what = issue.origin === 'string' || issue.origin === 'array' ? 'length' : 'value';
    return issue.code === 'too_big'
      ? `Member must have ${what} less than or equal to ${issue.maximum}`
      : `Member must have ${what} greater than or equal to ${issue.minimum}`;
  }
  if (issue.code === 'invalid_format') {
    const pattern = 'pattern' in issue ? String(issue.pattern).replace(/^\/\^\(\?:|\)\$\/u?$/g, '') : issue.format;
    return `Member must satisfy regular expression pattern: ${pattern.replaceAll('\\/', '/')}`;
  }
  if (issue.code === 'invalid_value')
    return `Member must satisfy enum value set: [${issue.values.map(String).join(', ')}]`;
  if (issue.code === 'invalid_key') {
    const [inner] = issue.issues;
    return `Map keys must satisfy constraint: [${inner === undefined ? issue.message : wordConstraint(inner)}]`;
  }
  return issue.message;
}
