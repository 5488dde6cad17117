/** Reads what a tokenized line echoes of its input, wherever the line has it. */
import { isMembers, readId } from './json-value';
import type { MemberName } from './output-members';
import type { MemberValue } from './output-tokenizer';

/** The members of `input` that nightjar joins on, and its JSON text with its own key order and spaces. */
export interface LineInput {
  readonly userId: string | undefined;
  readonly itemId: string | undefined;
  readonly itemAttributes: string | undefined;
  readonly inputText: string;
}

type Known = ReadonlyMap<MemberName, MemberValue>;

/**
 * Reads the input of a line whose tokenizer kept `input` and `itemAttributes`.
 * `itemAttributes` at the top of a line without input counts as one, as the documents show it.
 */
export function readLineInput(members: Known): LineInput | { readonly reason: string } {
  const inputText = findInputText(members);
  if (inputText === undefined) return { reason: 'the line has no input' };
  const input: unknown = JSON.parse(inputText);
  if (!isMembers(input)) return { reason: 'input is not an object' };
  const userId = readId(input.userId, 'userId');
  const itemId = readId(input.itemId, 'itemId');
  const itemAttributes = readId(input.itemAttributes, 'itemAttributes');
  if ('reason' in userId) return userId;
  if ('reason' in itemId) return itemId;
  if ('reason' in itemAttributes) return itemAttributes;
  return { userId: userId.id, itemId: itemId.id, itemAttributes: itemAttributes.id, inputText };
}

function findInputText(members: Known): string | undefined {
  const input = members.get('input');
  if (input !== undefined) return textOf(input);
  const itemAttributes = members.get('itemAttributes');
  return itemAttributes === undefined ? undefined : `{"itemAttributes":${textOf(itemAttributes)}}`;
}

/** Parses a kept member; undefined where the line does not have it. */
export function parseMember(member: MemberValue | undefined): unknown {
  return member === undefined ? undefined : JSON.parse(textOf(member));
}

function textOf(member: MemberValue): string {
  return Buffer.concat(member.text).toString('utf8');
}
