/** A line of five million users, the most that Personalize returns: its size is nobody's memory. */
import { execFile } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { z } from 'zod';
import { ROOT } from '../support/nightjar';

const MOST_USERS = 5_000_000;
const FEWER_USERS = 1_000_000;
const MOST_MB = 400;
const MINUTES = 60_000;
const REGISTER = path.join(ROOT, 'test', 'support', 'register.js');
const SCRIPT = path.join(ROOT, 'test', 'faults', 'harness', 'sort-line.ts');

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'nightjar-long-line-'));
});
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }));

/** Ids as UUIDs are, in no order, each once: 2,654,435,761 has no factor in common with 2^32. */
const idOf = (n: number) =>
  `${Math.imul(n, 2_654_435_761).toString(16).padStart(9, '0')}-8c5e-4b1f-9d6a-${n.toString(16)}`;

function* lineOf(users: number): Generator<string> {
  yield '{"input":{"itemId":"1"},"output":{"usersList":[';
  for (let from = 0; from < users; from += 1000) {
    const ids = Array.from({ length: Math.min(1000, users - from) }, (_, index) => `"${idOf(from + index)}"`);
    yield `${from === 0 ? '' : ','}${ids}`;
  }
  yield ']},"error":null}\n';
}

const resultSchema = z.object({ came: z.number(), kept: z.number(), peakMb: z.number() });

/** Sorts a line in a process of its own, whose memory is looked at. */
async function sortLine(users: number) {
  const output = path.join(folder, 'line.json.out');
  await pipeline(Readable.from(lineOf(users)), createWriteStream(output));
  const { stdout } = await promisify(execFile)(process.execPath, ['-r', REGISTER, SCRIPT, output, folder]);
  await rm(output);
  return resultSchema.parse(JSON.parse(stdout));
}

/** Tells how many lines of the member file are not behind the one before. */
async function countDisorder(): Promise<number> {
  let last = Buffer.alloc(0);
  let disorder = 0;
  for await (const line of createInterface({ input: createReadStream(path.join(folder, 'members.tsv')) })) {
    const id = Buffer.from(line.slice(0, line.indexOf('\t')));
    if (last.length > 0 && Buffer.compare(last, id) >= 0) disorder += 1;
    last = id;
  }
  return disorder;
}

it(
  'is read and sorted whole, in hardly more memory than a line of a fifth',
  async () => {
    const fewer = await sortLine(FEWER_USERS);
    const most = await sortLine(MOST_USERS);

    expect(most).toMatchObject({ came: MOST_USERS, kept: MOST_USERS });
    expect(await countDisorder()).toBe(0);
    expect(await readdir(folder)).toEqual(['members.tsv']);
    expect(most.peakMb).toBeLessThan(MOST_MB);
    expect(most.peakMb).toBeLessThan(fewer.peakMb * 1.4);
  },
  30 * MINUTES,
);
