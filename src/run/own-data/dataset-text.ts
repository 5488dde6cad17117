/** Holds what is imported into a dataset, as text or as a stream, and hashes it. */
import { createHash } from 'node:crypto';

/** A dataset: Avro schema as JSON text, and a CSV whose header has the fields' order. */
export interface Dataset {
  readonly type: 'Interactions' | 'Items' | 'Users';
  readonly schema: string;
  /** The text, or what streams it; it is read twice and must be the same both times. */
  readonly csv: string | (() => AsyncIterable<string>);
}

/** Hashes to 12 hex digits. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/** Hashes what a dataset holds, as it streams. */
export async function shortHashOf(csv: Dataset['csv']): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of streamOf(csv)) hash.update(chunk);
  return hash.digest('hex').slice(0, 12);
}

/** Gives the text in pieces. */
export function streamOf(csv: Dataset['csv']): AsyncIterable<string> | readonly string[] {
  return typeof csv === 'string' ? [csv] : csv();
}
