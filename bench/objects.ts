/** Measures what the bytes of an object cost the client and the local AWS, written and read. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { z } from 'zod';
import { createS3Client, ensureBucket } from '../src/storage/client';
import { readObject, writeObject } from '../src/storage/objects';
import type { BenchLine } from './parse';

const BLOCK_BYTES = 64 * 1024;
const BLOCKS = 2121;
const MEGABYTES = (BLOCKS * BLOCK_BYTES) / 1e6;
const ROUNDS = 8;
const OBJECT = { bucket: 'bench', key: 'object.csv' };

/** Writes and reads 139 MB in turns, the local AWS in a process of its own; of each the round with the least CPU counts. */
export async function run(): Promise<readonly BenchLine[]> {
  const folder = await mkdtemp(join(tmpdir(), 'nightjar-bench-objects-'));
  const server = fork(join(__dirname, 'objects', `serve${extname(__filename)}`), [folder]);
  try {
    const { endpoint } = TOLD.parse((await once(server, 'message'))[0]);
    const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' };
    const s3 = createS3Client({ region: 'us-east-1', endpoint, credentials });
    await ensureBucket(s3, OBJECT.bucket, { create: true });
    const [written, read]: [Cost[], Cost[]] = [[], []];
    for (let round = 0; round < ROUNDS; round += 1) {
      written.push(await measure(server, () => writeObject(s3, OBJECT, makeBlocks(), { contentType: 'text/csv' })));
      read.push(await measure(server, () => drain(readObject(s3, OBJECT))));
    }
    s3.destroy();
    return [describe('an object written', written), describe('an object read', read)];
  } finally {
    server.disconnect();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Gives views of 16 MB in turn, so that not all comes out of the processor's cache. */
function* makeBlocks(): Generator<Buffer> {
  const text = Buffer.alloc(256 * BLOCK_BYTES, 'one@mail.example,Robin,2026-01-01\n');
  for (let n = 0; n < BLOCKS; n += 1) yield text.subarray((n % 256) * BLOCK_BYTES, ((n % 256) + 1) * BLOCK_BYTES);
}

async function drain(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  let bytes = 0;
  for await (const chunk of chunks) bytes += chunk.length;
  if (bytes !== BLOCKS * BLOCK_BYTES) throw new Error(`${bytes} bytes were read`);
}

const TOLD = z.object({ endpoint: z.string(), cpuSeconds: z.number(), peakMb: z.number() });

/** CPU seconds of all threads; the peaks are those since the start. */
interface Cost {
  readonly client: number;
  readonly endpoint: number;
  readonly clientPeakMb: number;
  readonly endpointPeakMb: number;
}

async function look(server: ChildProcess): Promise<Cost> {
  server.send('tell');
  const { cpuSeconds, peakMb } = TOLD.parse((await once(server, 'message'))[0]);
  const { user, system } = process.cpuUsage();
  const clientPeakMb = process.resourceUsage().maxRSS / 1024;
  return { client: (user + system) / 1e6, endpoint: cpuSeconds, clientPeakMb, endpointPeakMb: peakMb };
}

async function measure(server: ChildProcess, action: () => Promise<unknown>): Promise<Cost> {
  const before = await look(server);
  await action();
  const after = await look(server);
  return { ...after, client: after.client - before.client, endpoint: after.endpoint - before.endpoint };
}

function describe(subject: string, rounds: readonly Cost[]): BenchLine {
  const client = Math.min(...rounds.map((round) => round.client));
  const endpoint = Math.min(...rounds.map((round) => round.endpoint));
  return {
    subject: `${subject}, ${Math.round(MEGABYTES)} MB`,
    figures: {
      'client CPU s': client.toFixed(2),
      'client MB per CPU s': Math.round(MEGABYTES / client),
      'endpoint CPU s': endpoint.toFixed(2),
      'endpoint MB per CPU s': Math.round(MEGABYTES / endpoint),
      'client peak MB': Math.round(rounds.at(-1)?.clientPeakMb ?? 0),
      'endpoint peak MB': Math.round(rounds.at(-1)?.endpointPeakMb ?? 0),
    },
  };
}
