/** Reads the one line of a segment output and sorts its users into a member file: `node -r register.js sort-line.ts OUTPUT FOLDER`. */
import { createReadStream, createWriteStream } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
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
  await pipeline(Readable.from(countLines(sorted.blocks, kept)), createWriteStream(path.join(folder, 'members.tsv')));
  await sorted.release();
  const peakMb = process.resourceUsage().maxRSS / 1024;
  console.log(JSON.stringify({ came: sorted.count, kept: kept.count, peakMb }));
}

const [, , output = '', folder = ''] = process.argv;
void main(output, folder);
