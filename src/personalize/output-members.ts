/** The members of output lines that the tokenizer knows, and what each may hold. */
import type { ValueKind } from './json-machine';

/** `usersList` is what real segment jobs write, `recommendedUsers` what the documents say. */
export type MemberName =
  | 'input'
  | 'itemAttributes'
  | 'error'
  | 'output'
  | 'recommendedItems'
  | 'scores'
  | 'itemsThemeRelevanceScores'
  | 'theme'
  | 'usersList'
  | 'recommendedUsers';

interface MemberRule {
  readonly in: 'line' | 'output';
  /** Null is allowed too and means absent; undefined allows anything. */
  readonly kind?: ValueKind;
  readonly elements?: 'ids' | 'scores';
}

const RULES: ReadonlyMap<string, MemberRule & { readonly name: MemberName }> = new Map(
  (
    [
      { name: 'input', in: 'line', kind: 'object' },
      { name: 'itemAttributes', in: 'line' },
      { name: 'error', in: 'line' },
      { name: 'output', in: 'line', kind: 'object' },
      { name: 'recommendedItems', in: 'output', kind: 'array', elements: 'ids' },
      { name: 'scores', in: 'output', kind: 'array', elements: 'scores' },
      { name: 'itemsThemeRelevanceScores', in: 'output', kind: 'array', elements: 'scores' },
      { name: 'theme', in: 'output', kind: 'string' },
      { name: 'usersList', in: 'output', kind: 'array', elements: 'ids' },
      { name: 'recommendedUsers', in: 'output', kind: 'array', elements: 'ids' },
    ] as const
  ).map((rule) => [rule.name, rule]),
);

export type KnownMember = MemberRule & { readonly name: MemberName };

/** Finds the member of that key at the top of a line or in its output; undefined for all others. */
export function findKnownMember(key: string, place: 'line' | 'output'): KnownMember | undefined {
  const rule = RULES.get(key);
  return rule?.in === place ? rule : undefined;
}

const NAMES_OF_KINDS: Readonly<Record<ValueKind, string>> = {
  object: 'an object',
  array: 'a list',
  string: 'a text',
  number: 'a number',
  null: 'null',
  boolean: 'true or false',
};

/** Says why a member can't be of that kind; undefined where it can. */
export function refuseKind(member: KnownMember, kind: ValueKind): string | undefined {
  if (member.kind === undefined || kind === member.kind || (kind === 'null' && member.name !== 'input'))
    return undefined;
  return `${member.name} is not ${NAMES_OF_KINDS[member.kind]}`;
}

/** Says why a list can't have an element of that kind; undefined where it can. */
export function refuseElement(member: KnownMember, kind: ValueKind, index: number): string | undefined {
  if (member.elements === 'ids') {
    return kind === 'string' || kind === 'number' ? undefined : `${member.name}[${index}] is not a text`;
  }
  return kind === 'number' || kind === 'null' ? undefined : `${member.name}[${index}] is not a number`;
}
