import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { MAX_LINE_BYTES, readLines, type TextLine } from '../../../src/local/compute/lines';
import { cutFiles, readPiece, takeShare } from '../../../src/local/compute/pieces';
import { runInference } from '../../../src/local/compute/run-inference';
import { runTraining } from '../../../src/local/compute/run-training';
import { inferInShares } from '../../../src/local/compute/share-inference';
import { createFolder, createTraining, type Folder } from './fixtures';

let folder: Folder;
beforeAll(() => {
  folder = createFolder();
});
afterAll(() => folder.remove());

const LINE = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => text.replace(/[\r\n\uFEFF]/g, '')),
  fc.constant(''),
  fc.integer({ min: 60_000, max: 150_000 }).map((length) => 'ü'.repeat(length / 2)),
);

describe('pieces', () => {
  it('hold every line of a file once, in its order, wherever they are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(LINE, { maxLength: 40 }),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        async (lines, end, ends) => {
          const text = lines.map((line) => `${line}${end}`).join('');
          const inputFile = folder.write('lines', ends ? text : text.slice(0, -end.length));
          const expected = readFileSync(inputFile, 'utf8').split(/\r?\n/);
          if (expected.at(-1) === '') expected.pop();
          const read: unknown[] = [];
          const streamed: unknown[] = [];
          for (const piece of await cutFiles([{ inputFile, outputFile: 'x' }])) read.push(...(await readPiece(piece)));
          for await (const batch of readLines(inputFile)) streamed.push(...batch);
          expect(read).toEqual(expected);
          expect(streamed).toEqual(expected);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('hold the beginning of a line that is too long, as the stream of lines does', async () => {
    const longest = `${'ü'.repeat(MAX_LINE_BYTES / 2)}`;
    const text = `\uFEFFa\n${longest}\n-${longest}\nb\n-${longest}`;
    const inputFile = folder.write('long', text);
    const expected = ['a', longest.length, `-${'ü'.repeat(99)}`, 'b', `-${'ü'.repeat(99)}`];
    const read: unknown[] = [];
    const describeLine = (line: TextLine) => (typeof line === 'string' ? line : line.beginning);
    const shorten = (text: string) => (text.length > 1000 ? text.length : text);
    for (const piece of await cutFiles([{ inputFile, outputFile: 'x' }])) {
      read.push(...(await readPiece(piece)).map(describeLine).map(shorten));
    }
    const streamed: unknown[] = [];
    for await (const batch of readLines(inputFile)) streamed.push(...batch.map(describeLine).map(shorten));
    expect(read).toEqual(expected);
    expect(streamed).toEqual(expected);
  });

  it('leave out a byte order mark', async () => {
    const inputFile = folder.write('bom', '\uFEFFa\nb');
    const [piece] = await cutFiles([{ inputFile, outputFile: 'x' }]);
    expect(piece && (await readPiece(piece))).toEqual(['a', 'b']);
  });

  it('are shared whole', async () => {
    const inputFile = folder.write('many', `${'x'.repeat(100)}\n`.repeat(4000));
    const pieces = await cutFiles([{ inputFile, outputFile: 'x' }]);
    for (const count of [1, 2, 3, 7]) {
      const shares = Array.from({ length: count }, (_, index) => takeShare(pieces, { index, of: count }));
      expect(shares.flat()).toEqual(pieces);
    }
  });
});

describe('inferInShares', () => {
  it('writes the same for any number of shares, in files of any size', async () => {
    const task = createTraining(folder, 'aws-popularity-count');
    await runTraining(task);
    const line = (user: number) => `{"userId":"u${user}","note":"${'n'.repeat(user % 50)}"}\n`;
    const text = (count: number) => Array.from({ length: count }, (_, user) => line(user)).join('');
    const inputs = [text(3000), '', text(1), text(6000), '\n\n'].map((content, at) => folder.write(`in${at}`, content));
    const run = async (limit: number): Promise<readonly string[]> => {
      const files = inputs.map((inputFile, at) => ({ inputFile, outputFile: folder.path(`out${limit}-${at}`) }));
      const { modelFile, recipe, interactions } = task;
      const job = { modelFile, recipe, datasets: { interactions }, addsNewItems: false, numResults: 2, files, seed: 5 };
      const shares: unknown[] = [];
      const result = await inferInShares(job, limit, (share) => {
        shares.push(share);
        return runInference(job, share);
      });
      expect(result).toEqual({ ok: true, lines: 9001, errorLines: 0 });
      expect(shares).toHaveLength(limit);
      return files.map(({ outputFile }) => readFileSync(outputFile, 'utf8'));
    };
    const whole = await run(1);
    expect(await run(2)).toEqual(whole);
    expect(await run(5)).toEqual(whole);
    expect(whole.map((output) => output.split('\n').length - 1)).toEqual([3000, 0, 1, 6000, 0]);
  });

  it('fails as the share that fails', async () => {
    const inputFile = folder.write('big', `${'{"userId":"u1"}'}\n`.repeat(20_000));
    const files = [{ inputFile, outputFile: folder.path('never') }];
    const { interactions } = createTraining(folder, 'aws-popularity-count');
    const job = { modelFile: folder.path('gone'), recipe: 'aws-popularity-count', numResults: 1, files, seed: 1 };
    const result = await inferInShares({ ...job, datasets: { interactions }, addsNewItems: false }, 2, (share) =>
      runInference({ ...job, datasets: { interactions }, addsNewItems: false }, share),
    );
    expect(result).toMatchObject({ ok: false, failureReason: expect.stringContaining('does not exist') });
  });
});
