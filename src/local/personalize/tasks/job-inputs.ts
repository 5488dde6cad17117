/** Finds the input objects of a batch job, and checks them against the quotas. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  MAX_ATTRIBUTE_QUERIES_PER_FILE,
  MAX_INFERENCE_LINES_PER_FILE,
  MAX_INPUT_BYTES,
  MAX_INPUT_FILES,
  MAX_ITEM_QUERIES_PER_FILE,
  MAX_THEME_LINES_PER_FILE,
} from '../../../personalize/limits';
import type { InputFile } from '../../compute-port';
import { isAwsFault } from '../../http/fault';
import type { ObjectName } from '../../s3/object-place';
import type { Recipe } from '../recipes/recipes';
import { findObjects, type S3Path } from '../s3-path';
import type { Workshop } from './work';

/** Holds an input object, linked into the work's folder, and the file that its output is to be written to. */
export interface JobInput extends InputFile {
  readonly name: ObjectName;
}

/**
 * Links the objects of the input location into the work's folder, so that they stay as they are now; in key order.
 *
 * @returns at most one more than a job may have; none where the bucket does not exist
 */
export async function takeInputs(shop: Workshop, input: S3Path): Promise<readonly JobInput[]> {
  const inputs: JobInput[] = [];
  for (const [index, name] of (await findInputs(shop, input)).entries()) {
    const inputFile = join(shop.folder, `${index}.json`);
    const outputFile = join(shop.folder, `${index}.out`);
    if (await shop.plane.store.linkTo(name, inputFile)) inputs.push({ name, inputFile, outputFile });
  }
  return inputs;
}

async function findInputs(shop: Workshop, input: S3Path): Promise<readonly ObjectName[]> {
  try {
    return await findObjects(shop.plane, input, MAX_INPUT_FILES + 1);
  } catch (error) {
    if (isAwsFault(error) && error.code === 'NoSuchBucket') return [];
    throw error;
  }
}

/** Says which kind of job takes the inputs. */
export interface JobKind {
  readonly recipe: Recipe;
  readonly hasThemes: boolean;
}

/** Explains which quota the inputs exceed; undefined where they keep to all. */
export async function explainExcess(
  shop: Workshop,
  inputs: readonly JobInput[],
  kind: JobKind,
): Promise<string | undefined> {
  if (inputs.length > MAX_INPUT_FILES) return `Input has more than ${MAX_INPUT_FILES} files.`;
  let sizeBytes = 0;
  for (const { inputFile } of inputs) sizeBytes += (await stat(inputFile)).size;
  if (sizeBytes > MAX_INPUT_BYTES) return `Input has more than ${MAX_INPUT_BYTES} bytes.`;
  const most = maxLines(kind);
  for (const { inputFile } of inputs) {
    const lines = await shop.waitFor(countLines(inputFile));
    if (lines > most) return `Input file has ${lines} records; recipe ${kind.recipe.name} takes at most ${most}.`;
  }
  return undefined;
}

function maxLines({ recipe, hasThemes }: JobKind): number {
  if (hasThemes) return MAX_THEME_LINES_PER_FILE;
  if (recipe.family === 'inference') return MAX_INFERENCE_LINES_PER_FILE;
  return recipe.name === 'aws-item-affinity' ? MAX_ITEM_QUERIES_PER_FILE : MAX_ATTRIBUTE_QUERIES_PER_FILE;
}

const NEWLINE = 10;

async function countLines(file: string): Promise<number> {
  let count = 0;
  let last = NEWLINE;
  for await (const chunk of createReadStream(file, { highWaterMark: 1024 ** 2 })) {
    const bytes: Buffer = chunk;
    for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) count += 1;
    last = bytes.at(-1) ?? last;
  }
  return last === NEWLINE ? count : count + 1;
}
