/** Evaluates an expression over member files, keeps the best and splits them: `node evaluate.js FOLDER SETS` prints members and seconds. */
import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { compileExpression } from '../../src/audience/algebra/compile';
import { evaluate } from '../../src/audience/algebra/evaluate';
import { createSplit } from '../../src/audience/choose/split';
import { createTop } from '../../src/audience/choose/top';
import { type Member, readMembers, writeMembers } from '../../src/audience/members';
import { parseExpression } from '../../src/job/combine/parse-expression';
import { parseShare, type Share } from '../../src/units';
import { printMeasured } from '../parse/readers';

const CHUNK_BYTES = 256 * 1024;

/** Each set stands without `!` once, every third one with it beside. */
function textOf(sets: number): string {
  const names = Array.from({ length: sets }, (_, n) => `s${n}`);
  return names.map((name, n) => (n % 3 === 2 ? `${name} & !s${n - 1}` : name)).join(' | ');
}

async function work(folder: string, sets: number): Promise<number> {
  const parsed = parseExpression(textOf(sets), (name) => ({ op: 'leaf', leaf: { kind: 'query', name } }));
  if (!parsed.ok) throw new Error(parsed.problems[0]?.message);
  const compiled = compileExpression(parsed.expression);
  const sources = compiled.leaves.map((leaf) => {
    if (leaf.kind !== 'query') throw new Error('the expression has other sets');
    return readMembers(createReadStream(join(folder, `${leaf.name}.tsv`), { highWaterMark: CHUNK_BYTES }));
  });
  const top = createTop({ job: 'bench', audience: 'all', rule: { count: 1_000_000 } });
  const partOf = createSplit({ job: 'bench', parts: [part('a', '50%'), part('b', '50%')] });
  const copy = join(folder, 'chosen.tsv');
  const counted = async function* (): AsyncGenerator<readonly Member[]> {
    for await (const batch of evaluate(compiled, sources)) {
      top.add(batch);
      yield batch;
    }
  };
  await pipeline(Readable.from(writeMembers(counted())), createWriteStream(copy));
  const isKept = top.finish();
  const parts = { a: 0, b: 0 };
  for await (const batch of readMembers(createReadStream(copy, { highWaterMark: CHUNK_BYTES }))) {
    for (const member of batch) if (isKept(member)) parts[partOf(member.userId) === 'a' ? 'a' : 'b'] += 1;
  }
  return parts.a + parts.b;
}

function part(name: string, text: string): { readonly name: string; readonly share: Share } {
  const share = parseShare(text);
  if (share === undefined) throw new Error(`${text} is no share`);
  return { name, share };
}

const [, , folder = '', sets = ''] = process.argv;
if (require.main === module) void printMeasured(() => work(folder, Number(sets)));
