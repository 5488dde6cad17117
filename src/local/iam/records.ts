/** Keeps what IAM was told of roles and policies in one file. Nothing is decided by it. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { createTurns, replaceFile } from '../files';
import { systemCode } from '../http/fault';

const recordSchema = z.object({
  id: z.string(),
  /** Epoch ms. */
  createdMs: z.number().int(),
  document: z.string(),
  /** Of a role: ARN of an attached policy, with an empty text, or name of an inline one, with its document. */
  policies: z.record(z.string(), z.string()),
});
const recordsSchema = z.record(z.string(), recordSchema);

/** Holds roles and policies by ARN. */
export type Records = z.infer<typeof recordsSchema>;

/** Gives the records to one action after the other, and keeps what the action changes unless it throws. */
export type UseRecords = <Result>(action: (records: Records) => Result) => Promise<Result>;

/** Opens the records; the file is made by the first change. */
export function openRecords(file: string, temporaryFolder: string): UseRecords {
  const takeTurns = createTurns();
  return (action) =>
    takeTurns(file, async () => {
      const before = await readFile(file, 'utf8').catch((error: unknown) => {
        if (systemCode(error) === 'ENOENT') return '{}';
        throw error;
      });
      const records = recordsSchema.parse(JSON.parse(before));
      const result = action(records);
      const after = JSON.stringify(records);
      if (after !== before) await replaceFile(file, after, temporaryFolder);
      return result;
    });
}
