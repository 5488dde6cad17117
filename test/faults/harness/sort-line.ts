/** Reads the one line of a segment output and sorts its users into a member file: `node -r register.js sort-line.ts OUTPUT FOLDER`. */
import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { countLines } from '../../../src/audience/block-buffer';
import type { Member } from '../../../src/audience/members';
import { readSegmentEvents } from '../../../src/personalize/segment-reader';
import { sortMembers } from '../../../src/run/audiences/sort-members';

async function* readUsers(output: string): AsyncGenerator<readonly Member[]> {
  const range = { object: output, start: 0, end: Number.POSITIVE_INFINITY };
  let rank = 0;
  for await (const event of readSegmentEvents(createReadStream(output), range)) {
    if (event.type === 'users') yield event.ids.map((userId) => ({ userId, rank: ++rank }));
  }
}

async function main(output: string, folder: string): Promise<void> {
  const sorted = await sortMembers(readUsers(output), folder);
  const kept = { count: 0 };
  await writeFile(path.join(folder, 'members.tsv'), countLines(sorted.blocks, kept));
  await sorted.release();
  const peakMb = process.resourceUsage().maxRSS / 1024;
  console.log(JSON.stringify({ came: sorted.count, kept: kept.count, peakMb }));
}

const [, , output = '', folder = ''] = process.argv;
void main(output, folder);
