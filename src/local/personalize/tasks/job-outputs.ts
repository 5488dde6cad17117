/** Writes the output objects of a batch job. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { JobFault } from '../../faults/rule';
import { isAwsFault } from '../../http/fault';
import type { ObjectName } from '../../s3/object-place';
import { receiveBody } from '../../s3/receive';
import type { S3Path } from '../s3-path';
import type { JobInput } from './job-inputs';
import type { Workshop } from './work';

/** Writes `_CHECK`, as real jobs do, to see whether the output can be written. */
export async function probeOutput(shop: Workshop, output: S3Path): Promise<boolean> {
  const { store } = shop.plane;
  async function* empty(): AsyncGenerator<Buffer> {}
  const body = await receiveBody({ data: empty() }, store.temporaryFile());
  try {
    await store.put({ bucket: output.bucket, key: `${output.prefix}_CHECK` }, { body, headers: {} });
    return true;
  } catch (error) {
    if (isAwsFault(error) && ['NoSuchBucket', 'KeyTooLongError'].includes(error.code)) return false;
    throw error;
  }
}

/** Says where a job reads and writes. */
export interface JobPaths {
  readonly input: S3Path;
  readonly output: S3Path;
}

/** Stores an output for each input; a fault rule may spoil the last one. */
export async function storeOutputs(
  shop: Workshop,
  inputs: readonly JobInput[],
  { paths, fault }: { readonly paths: JobPaths; readonly fault: JobFault | undefined },
): Promise<void> {
  for (const [index, { name, outputFile }] of inputs.entries()) {
    const spoilt = index === inputs.length - 1 ? fault?.kind : undefined;
    if (spoilt === 'output-missing') continue;
    if (spoilt === 'output-cut') await cutFile(outputFile);
    await storeOutput(shop, outputFile, outputName(name, paths));
  }
}

/** Names an output: the input's name below its folder, so that inputs of sub-folders keep theirs, and `.out`. */
function outputName(name: ObjectName, { input, output }: JobPaths): ObjectName {
  const folderLength = input.prefix.lastIndexOf('/') + 1;
  return { bucket: output.bucket, key: `${output.prefix}${name.key.slice(folderLength)}.out` };
}

const NEWLINE = 10;

/** Cuts an output in half, inside of a line. */
async function cutFile(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    const half = (await handle.stat()).size >> 1;
    const around = Buffer.alloc(2);
    await handle.read(around, 0, 2, Math.max(0, half - 1));
    await handle.truncate(around.includes(NEWLINE) ? Math.max(0, half - 2) : half);
  } finally {
    await handle.close();
  }
}

async function storeOutput(shop: Workshop, file: string, name: ObjectName): Promise<void> {
  const { store } = shop.plane;
  const data = createReadStream(file, { highWaterMark: 1024 ** 2 });
  const body = await receiveBody({ data }, store.temporaryFile());
  await store.put(name, { body, headers: { 'content-type': 'binary/octet-stream' } });
}
