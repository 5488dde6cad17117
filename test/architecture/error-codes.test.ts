import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERROR_CODES, type Retry } from '../../src/errors';

const ROOT = join(__dirname, '../..');
const AGAIN: Readonly<Record<Retry, string>> = { never: 'no', later: 'yes, by itself', afterFix: 'after the fix' };

const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && file !== 'errors.ts')
  .map((file) => readFileSync(join(ROOT, 'src', file), 'utf8'))
  .join('\n');
const docs = readFileSync(join(ROOT, 'docs/exit-codes.md'), 'utf8');

describe('the error codes', () => {
  it('stand in docs/exit-codes.md as in the table of src/errors.ts, in its order', () => {
    const documented = docs.split('\n').filter((line) => line.startsWith('| E_'));
    const listed = Object.entries(ERROR_CODES).map(
      ([code, { exit, retry, about }]) => `| ${code} | ${exit} | ${AGAIN[retry]} | ${about} |`,
    );
    expect(documented).toEqual(listed);
  });

  it('are each used by a source file', () => {
    const used = new Set(sources.match(/'E_[A-Z_]+'/g));
    expect(Object.keys(ERROR_CODES).filter((code) => !used.has(`'${code}'`))).toEqual([]);
  });

  it('are each in the table where a source file names one', () => {
    const named = new Set(
      (sources.match(/\bE_[A-Z]+(?:_[A-Z]+)*\b(?!_)/g) ?? []).filter((code) => !(code in ERROR_CODES)),
    );
    expect([...named]).toEqual([]);
  });

  it('have an exit code that docs/exit-codes.md explains', () => {
    const explained = new Set(docs.match(/^\| \d+(, \d+)? \|/gm)?.flatMap((cell) => cell.match(/\d+/g) ?? []));
    expect(Object.values(ERROR_CODES).filter(({ exit }) => !explained.has(String(exit)))).toEqual([]);
  });
});
