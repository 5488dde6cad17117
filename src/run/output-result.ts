/** What was found while an output was read: lines, errors, broken lines. Kept on the shard, added up in the report. */
import { z } from 'zod';
import type { OutputFinding } from '../report/summary';

/** Findings kept with their place; all are counted. */
const KEPT_FINDINGS = 20;

const findingSchema = z.object({ object: z.string(), line: z.number(), byteOffset: z.number(), reason: z.string() });

export const outputResultSchema = z.object({
  objects: z.number(),
  lines: z.number(),
  /** Error text → lines that carry it. */
  errors: z.record(z.string(), z.number()),
  brokenLines: z.number(),
  findings: z.array(findingSchema),
  unknownItems: z.number(),
  /** Users of the output who are not recipients of the run. */
  unknownUsers: z.number(),
});

/** Mutable while a shard is read. */
export type OutputResult = z.infer<typeof outputResultSchema>;

/** Starts a count. */
export function emptyOutput(): OutputResult {
  return { objects: 0, lines: 0, errors: {}, brokenLines: 0, findings: [], unknownItems: 0, unknownUsers: 0 };
}

/** Counts a broken line and keeps the first ones. */
export function addFinding(result: OutputResult, finding: OutputFinding): void {
  result.brokenLines += 1;
  if (result.findings.length < KEPT_FINDINGS) result.findings.push({ ...finding });
}

/** Counts a line's error text; a text that differs on every line can't grow the count without bound. */
export function addError(result: OutputResult, text: string): void {
  const known = text in result.errors || Object.keys(result.errors).length < 100;
  const name = known ? text : 'other errors';
  result.errors[name] = (result.errors[name] ?? 0) + 1;
}

/** Adds up the results of shards. */
export function addOutputs(results: readonly OutputResult[]): OutputResult {
  const sum = emptyOutput();
  for (const result of results) {
    sum.objects += result.objects;
    sum.lines += result.lines;
    sum.brokenLines += result.brokenLines;
    sum.unknownItems += result.unknownItems;
    sum.unknownUsers += result.unknownUsers;
    for (const [text, count] of Object.entries(result.errors)) sum.errors[text] = (sum.errors[text] ?? 0) + count;
    sum.findings.push(...result.findings.slice(0, KEPT_FINDINGS - sum.findings.length));
  }
  return sum;
}
