import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createCompute } from '../../../src/local/compute/compute';
import { runInference } from '../../../src/local/compute/run-inference';
import { runTraining } from '../../../src/local/compute/run-training';
import { findThreadFile } from '../../../src/local/compute/thread-file';
import { createFolder, createTraining, type Folder } from './fixtures';

let folder: Folder;
beforeEach(() => {
  folder = createFolder();
});
afterEach(() => folder.remove());

describe('createCompute', () => {
  it('trains and scores in threads, with the model that this thread would train', async () => {
    const compute = createCompute({ threads: 1 });
    const task = createTraining(folder, 'aws-popularity-count');
    const files = [{ inputFile: folder.write('in', '{"userId":"u1"}\n'), outputFile: folder.path('in.out') }];
    expect(await compute.train(task)).toMatchObject({ ok: true });
    const { modelFile, recipe, interactions } = task;
    const job = { modelFile, recipe, datasets: { interactions }, addsNewItems: false, numResults: 2, files, seed: 1 };
    expect(await compute.infer(job)).toEqual({ ok: true, lines: 1, errorLines: 0 });
    await compute.close();
    await runTraining({ ...task, modelFile: folder.path('here') });
    expect(readFileSync(folder.path('here')).equals(readFileSync(task.modelFile))).toBe(true);
  });

  it('leaves this thread free while it trains', async () => {
    const compute = createCompute({ threads: 1 });
    let ticks = 0;
    const timer = setInterval(() => ticks++, 5);
    await compute.train(createTraining(folder, 'aws-user-personalization'));
    clearInterval(timer);
    await compute.close();
    expect(ticks).toBeGreaterThan(3);
  });

  it('runs more tasks than it has threads, and passes failure reasons on', async () => {
    const compute = createCompute({ threads: 2 });
    const task = createTraining(folder, 'aws-next-best-action');
    const results = await Promise.all(Array.from({ length: 5 }, () => compute.train(task)));
    await compute.close();
    expect(results.map((result) => result.ok)).toEqual([false, false, false, false, false]);
  });

  it('rejects tasks that run or wait when it is closed, and later ones', async () => {
    const compute = createCompute({ threads: 1 });
    const task = createTraining(folder, 'aws-user-personalization');
    const outcomes = Promise.allSettled([compute.train(task), compute.train(task)]);
    await compute.close();
    const codes = (await outcomes).map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : 'done'));
    expect(codes).toEqual(['E_ENGINE_AWS', 'E_ENGINE_AWS']);
    await expect(compute.train(task)).rejects.toMatchObject({ code: 'E_ENGINE_AWS' });
  });

  it('ends a task that is aborted, running or waiting, and goes on with the next', async () => {
    const compute = createCompute({ threads: 1 });
    const aborts = [new AbortController(), new AbortController()];
    const task = createTraining(folder, 'aws-user-personalization');
    const aborted = Promise.allSettled(
      aborts.map(({ signal }, at) => compute.train({ ...task, modelFile: folder.path(`none${at}`) }, signal)),
    );
    const next = compute.train(createTraining(folder, 'aws-popularity-count'));
    for (const abort of aborts) abort.abort();
    const codes = (await aborted).map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : 'done'));
    expect(codes).toEqual(['E_ENGINE_AWS', 'E_ENGINE_AWS']);
    expect(await next).toMatchObject({ ok: true });
    const late = AbortSignal.abort();
    await expect(compute.train(task, late)).rejects.toMatchObject({ code: 'E_ENGINE_AWS' });
    await compute.close();
    expect([0, 1].map((at) => existsSync(folder.path(`none${at}`)))).toEqual([false, false]);
  });

  it('shares a large inference among its threads, whose answers are those of one', async () => {
    const compute = createCompute({ threads: 2 });
    const task = createTraining(folder, 'aws-popularity-count');
    await compute.train(task);
    const { modelFile, recipe, interactions } = task;
    const inputFile = folder.write('in', Array.from({ length: 9000 }, (_, n) => `{"userId":"u${n}"}\n`).join(''));
    const files = [{ inputFile, outputFile: folder.path('in.out') }];
    const job = { modelFile, recipe, datasets: { interactions }, addsNewItems: false, numResults: 2, files, seed: 1 };
    expect(await compute.infer(job)).toEqual({ ok: true, lines: 9000, errorLines: 0 });
    await compute.close();
    await runInference({ ...job, files: [{ inputFile, outputFile: folder.path('here.out') }] });
    expect(folder.read('in.out')).toBe(folder.read('here.out'));
  });

  it('does not keep a process alive when its task is done', () => {
    const task = createTraining(folder, 'aws-popularity-count');
    const built = join(findThreadFile(), '..', 'compute.js');
    const script = `require(${JSON.stringify(built)}).createCompute().train(${JSON.stringify(task)}).then((r) => console.log(r.ok))`;
    expect(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8', timeout: 4500 })).toBe('true\n');
  });
});

describe('findThreadFile', () => {
  it('says how to build the file that is missing', () => {
    expect(() => findThreadFile(folder.path('a/b/c/thread-file.ts'))).toThrow(
      expect.objectContaining({ code: 'E_BUG', fix: 'npx tsc -p tsconfig.build.json' }),
    );
  });
});
