/** Runs batch inference and batch segment jobs: input objects in, one `.out` object for each. */

import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  DEFAULT_RESULTS,
  MAX_ATTRIBUTE_QUERIES_PER_FILE,
  MAX_INFERENCE_LINES_PER_FILE,
  MAX_INPUT_BYTES,
  MAX_INPUT_FILES,
  MAX_ITEM_QUERIES_PER_FILE,
} from '../../../personalize/limits';
import type { BatchResult, GroupFiles, InputFile } from '../../compute-port';
import type { JobFault } from '../../faults/rule';
import { isAwsFault } from '../../http/fault';
import type { ObjectName } from '../../s3/object-place';
import { receiveBody } from '../../s3/receive';
import { seedOf } from '../arns';
import { type BatchRequest, readExploration } from '../batch-request';
import { findRecipe, type Recipe } from '../recipes';
import { findObjects, parseS3Path, type S3Path } from '../s3-path';
import { findGroupFiles } from './group-files';
import { failWork, type WorkEnd, type Workshop } from './work';

type BatchEnd = WorkEnd<{ readonly lines: number; readonly errorLines: number }>;

/** Scores the users of a batch inference job's inputs. Done again after a kill, it writes the same objects again. */
export async function runInference(shop: Workshop, arn: string): Promise<BatchEnd> {
  const { detail, fault } = shop.plane.resources.batchInferenceJobs.get(arn);
  return runBatch(shop, { request: detail, fault }, (model, files) => {
    const config = detail.batchInferenceJobConfig?.itemExplorationConfig;
    const { weight, ageCutOffDays } = readExploration(config, model.recipe);
    return shop.compute.infer({
      modelFile: model.file,
      recipe: model.recipe.name,
      numResults: detail.numResults ?? DEFAULT_RESULTS,
      files,
      datasets: model.datasets,
      addsNewItems: false,
      ...(weight === undefined ? {} : { explorationWeight: weight }),
      ...(ageCutOffDays === undefined ? {} : { explorationItemAgeCutOff: ageCutOffDays }),
      seed: seedOf(arn),
    });
  });
}

/** Ranks the users for each query of a batch segment job's inputs. Done again after a kill, it writes the same objects again. */
export async function runSegment(shop: Workshop, arn: string): Promise<BatchEnd> {
  const { detail, fault } = shop.plane.resources.batchSegmentJobs.get(arn);
  return runBatch(shop, { request: detail, fault }, (model, files) =>
    shop.compute.segment({
      modelFile: model.file,
      recipe: model.recipe.name,
      numResults: detail.numResults ?? DEFAULT_RESULTS,
      files,
      datasets: model.datasets,
      seed: seedOf(arn),
    }),
  );
}

interface Model {
  readonly file: string;
  readonly recipe: Recipe;
  readonly datasets: GroupFiles;
}

async function runBatch(
  shop: Workshop,
  { request, fault }: { readonly request: BatchRequest; readonly fault: JobFault | undefined },
  compute: (model: Model, files: readonly InputFile[]) => Promise<BatchResult>,
): Promise<BatchEnd> {
  const input = parseS3Path(request.jobInput.s3DataSource.path);
  const output = parseS3Path(request.jobOutput.s3DataDestination.path);
  if (input === undefined) return failWork('Invalid S3 input path');
  if (output === undefined) return failWork('Invalid S3 output path');
  const model = findModel(shop, request.solutionVersionArn);
  if (model === undefined) return failWork('Interactions dataset has no imported data.');
  if (!(await probeOutput(shop, output))) return failWork('Invalid S3 output path');
  const inputs = await findInputs(shop, input);
  const [first] = inputs;
  if (first === undefined) return failWork('Invalid S3 input path');
  const files = await linkInputs(shop, inputs);
  const limit = await checkLimits(shop, files, model.recipe);
  if (limit !== undefined) return failWork(limit);
  const end = await shop.waitFor(compute(model, files));
  if (!end.ok) return end;
  for (const [index, name] of inputs.entries()) {
    const file = files[index];
    if (file === undefined) continue;
    const spoilt = index === inputs.length - 1 ? fault?.kind : undefined;
    if (spoilt === 'output-missing') continue;
    if (spoilt === 'output-cut') await cutFile(file.outputFile);
    await storeOutput(shop, file.outputFile, outputName(name, { input, output }));
  }
  return { ok: true, result: { lines: end.lines, errorLines: end.errorLines } };
}

function findModel(shop: Workshop, versionArn: string): Model | undefined {
  const { resources, folders, now } = shop.plane;
  const version = resources.solutionVersions.get(versionArn);
  const { recipeArn = '', datasetGroupArn } = resources.solutions.get(version.detail.solutionArn).detail;
  const recipe = findRecipe(recipeArn);
  const datasets = findGroupFiles(shop.plane, { datasetGroupArn, atMs: now(), family: recipe.family });
  if (datasets === undefined) return undefined;
  const model = version.outcome?.ok === true ? version.outcome.result.model : '';
  return { file: join(folders.models, model), recipe, datasets };
}

/** Writes `_CHECK`, as real jobs do, to see whether the output can be written. */
async function probeOutput(shop: Workshop, output: S3Path): Promise<boolean> {
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

async function findInputs(shop: Workshop, input: S3Path): Promise<readonly ObjectName[]> {
  try {
    return await findObjects(shop.plane, input, MAX_INPUT_FILES + 1);
  } catch (error) {
    if (isAwsFault(error) && error.code === 'NoSuchBucket') return [];
    throw error;
  }
}

async function linkInputs(shop: Workshop, inputs: readonly ObjectName[]): Promise<readonly InputFile[]> {
  const files: InputFile[] = [];
  for (const [index, name] of inputs.entries()) {
    const inputFile = join(shop.folder, `${index}.json`);
    if (await shop.plane.store.linkTo(name, inputFile)) {
      files.push({ inputFile, outputFile: join(shop.folder, `${index}.out`) });
    }
  }
  return files;
}

async function checkLimits(shop: Workshop, files: readonly InputFile[], recipe: Recipe): Promise<string | undefined> {
  if (files.length > MAX_INPUT_FILES) return `Input has more than ${MAX_INPUT_FILES} files.`;
  let sizeBytes = 0;
  for (const { inputFile } of files) sizeBytes += (await stat(inputFile)).size;
  if (sizeBytes > MAX_INPUT_BYTES) return `Input has more than ${MAX_INPUT_BYTES} bytes.`;
  const most = maxLines(recipe);
  for (const { inputFile } of files) {
    const lines = await shop.waitFor(countLines(inputFile));
    if (lines > most) return `Input file has ${lines} records; recipe ${recipe.name} takes at most ${most}.`;
  }
  return undefined;
}

function maxLines(recipe: Recipe): number {
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

/** Names an output: the input's name below its folder, so that inputs of sub-folders keep theirs, and `.out`. */
function outputName(name: ObjectName, paths: { readonly input: S3Path; readonly output: S3Path }): ObjectName {
  const folderLength = paths.input.prefix.lastIndexOf('/') + 1;
  return { bucket: paths.output.bucket, key: `${paths.output.prefix}${name.key.slice(folderLength)}.out` };
}

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
