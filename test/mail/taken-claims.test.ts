import { mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isTaken, markTaken, removeMarks } from '../../src/mail/taken-claims';

describe('marks of taken claims', () => {
  const dir = mkdtempSync(join(tmpdir(), 'nightjar-marks-'));
  afterAll(() => rmSync(dir, { recursive: true }));

  it('are seen by everyone who shares the folder, claim by claim', () => {
    markTaken(dir, ['abc.1', 'abc.12', 'abc.1']);
    expect(['abc.1', 'abc.2', 'abc.12', 'abd.1'].map((claim) => isTaken(dir, claim))).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });

  it('are never files of another name', () => {
    markTaken(dir, ['../abc.3', 'abc', '', 'a/b.4']);
    expect(readdirSync(dir).sort()).toEqual(['taken-abc.1', 'taken-abc.12']);
  });

  it('go when their workers are long over', async () => {
    utimesSync(join(dir, 'taken-abc.1'), 1000, 1000);
    await removeMarks(dir, ({ worker, markedAt }) => worker === 'abc' && markedAt < 2_000_000);
    expect(readdirSync(dir)).toEqual(['taken-abc.12']);
  });
});
