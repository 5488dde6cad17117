/** Reads a batch inference line by a full parse: the judge of every line that the quick scan does not take. */
import type { InferenceRecord, LinePlace } from './inference-record';
import { findMember } from './json-member';
import { isMembers, type Members, readError, readId } from './json-value';

/** A record, or the reason why the line is none. */
export type ParsedLine = { readonly record: InferenceRecord } | { readonly reason: string };

/** The answer for a line that is not JSON; the tokenizer can say where. */
export const NOT_JSON = { reason: '' } as const;

/**
 * Parses a line of any JSON spelling; of a repeated member the last counts.
 *
 * @param bytes  the whole line; its UTF-8 must have been checked
 * @param wanted  how many items the record holds; Infinity for all
 * @returns the record, NOT_JSON, or the reason
 */
export function parseInferenceLine(bytes: Buffer, wanted: number, place: LinePlace): ParsedLine {
  const text = bytes.toString('utf8');
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch {
    return NOT_JSON;
  }
  if (!isMembers(line)) return { reason: 'the line is not a JSON object' };
  const input = line.input;
  if (!isMembers(input)) return { reason: input === undefined ? 'the line has no input' : 'input is not an object' };
  const output = line.output ?? {};
  if (!isMembers(output)) return { reason: 'output is not an object' };
  return collectRecord({ line, input, output, inputText: findMember(text, 'input') }, wanted, place);
}

interface LineParts {
  readonly line: Members;
  readonly input: Members;
  readonly output: Members;
  readonly inputText: string;
}

function collectRecord(parts: LineParts, wanted: number, place: LinePlace): ParsedLine {
  const { line, input, output, inputText } = parts;
  const userId = readId(input.userId, 'userId');
  const itemId = readId(input.itemId, 'itemId');
  const items = readItems(output.recommendedItems ?? []);
  const scores = readScores(output.scores ?? output.itemsThemeRelevanceScores ?? []);
  const theme = output.theme ?? undefined;
  if ('reason' in userId) return userId;
  if ('reason' in itemId) return itemId;
  if ('reason' in items) return items;
  if ('reason' in scores) return scores;
  if (theme !== undefined && typeof theme !== 'string') return { reason: 'theme is not a text' };
  return {
    record: {
      ...place,
      input: { userId: userId.id, itemId: itemId.id, inputText },
      items: items.ids.length > wanted ? items.ids.slice(0, wanted) : items.ids,
      error: readError(line.error),
      theme,
      scores: () => scores.values,
    },
  };
}

function readItems(value: unknown): { readonly ids: readonly string[] } | { readonly reason: string } {
  if (!Array.isArray(value)) return { reason: 'recommendedItems is not a list' };
  const ids: string[] = [];
  for (const [index, item] of value.entries()) {
    const read = readId(item, `recommendedItems[${index}]`);
    if ('reason' in read) return read;
    if (read.id === undefined) return { reason: `recommendedItems[${index}] is not a text` };
    ids.push(read.id);
  }
  return { ids };
}

function readScores(value: unknown): { readonly values: readonly (number | null)[] } | { readonly reason: string } {
  if (!Array.isArray(value)) return { reason: 'scores is not a list' };
  const values: (number | null)[] = [];
  for (const [index, score] of value.entries()) {
    if (score !== null && typeof score !== 'number') return { reason: `scores[${index}] is not a number` };
    values.push(score);
  }
  return { values };
}
