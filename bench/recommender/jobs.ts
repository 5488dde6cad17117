/** Trains and infers as jobs do, from files to files, in a process of its own, whose memory counts for nothing else. */
import { fork } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCompute } from '../../src/local/compute/compute';
import type { TrainTask } from '../../src/local/compute-port';

/** What is measured: the interactions of a CSV file with USER_ID, ITEM_ID and TIMESTAMP. */
export interface JobsRequest {
  readonly csvFile: string;
  readonly recipe: string;
  /** Input lines of the inference, ids in turns. */
  readonly userIds: readonly string[];
  readonly lines: number;
}

export interface JobsFigures {
  readonly trainingSeconds: number;
  /** What the processor worked for the training: on a busy machine this is what counts. */
  readonly trainingCpuSeconds: number;
  /** Of the whole process, over both jobs. */
  readonly peakMb: number;
  readonly usersPerSecond: number;
  readonly metrics: Readonly<Record<string, number>>;
}

const SCHEMA = JSON.stringify({
  type: 'record',
  name: 'Interactions',
  namespace: 'com.amazonaws.personalize.schema',
  fields: [
    { name: 'USER_ID', type: 'string' },
    { name: 'ITEM_ID', type: 'string' },
    { name: 'TIMESTAMP', type: 'long' },
  ],
  version: '1.0',
});

/** Measures in another process. */
export function measureJobs(request: JobsRequest): Promise<JobsFigures> {
  return new Promise((resolve, reject) => {
    const child = fork(__filename);
    child.once('message', (figures: JobsFigures) => resolve(figures));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the measuring process ended with ${code}`)));
    child.send(request);
  });
}

/** Trains once, infers once to have the code compiled, and once more with the clock running. */
async function runJobs(request: JobsRequest): Promise<JobsFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'nightjar-bench-'));
  const compute = createCompute();
  try {
    const interactions = { schema: SCHEMA, csvFiles: [request.csvFile] };
    const modelFile = join(folder, 'model');
    const task: TrainTask = { interactions, recipe: request.recipe, hyperParameters: {}, seed: 1, modelFile };
    const start = performance.now();
    const cpuStart = process.cpuUsage();
    const trained = await compute.train(task);
    const trainingSeconds = (performance.now() - start) / 1000;
    const cpu = process.cpuUsage(cpuStart);
    const trainingCpuSeconds = (cpu.user + cpu.system) / 1e6;
    if (!trained.ok) throw new Error(trained.failureReason);
    const infer = async (lines: number): Promise<number> => {
      const inputFile = join(folder, 'input.json');
      const ids = Array.from({ length: lines }, (_, at) => request.userIds[at % request.userIds.length] ?? '');
      await writeFile(inputFile, ids.map((userId) => `${JSON.stringify({ userId })}\n`).join(''));
      const from = performance.now();
      const result = await compute.infer({
        modelFile,
        recipe: request.recipe,
        numResults: 25,
        files: [{ inputFile, outputFile: join(folder, 'output.json') }],
        datasets: { interactions },
        seed: 1,
        addsNewItems: false,
      });
      if (!result.ok) throw new Error(result.failureReason);
      return (performance.now() - from) / 1000;
    };
    const opening = await infer(1);
    const usersPerSecond = request.lines / Math.max(1e-3, (await infer(request.lines)) - opening);
    const peakMb = process.resourceUsage().maxRSS / 1024;
    return { trainingSeconds, trainingCpuSeconds, peakMb, usersPerSecond, metrics: trained.metrics };
  } finally {
    await compute.close();
    await rm(folder, { recursive: true, force: true });
  }
}

if (process.send !== undefined && require.main === module) {
  process.once('message', (request: JobsRequest) => {
    void runJobs(request).then((figures) => process.send?.(figures, () => process.exit(0)));
  });
}
