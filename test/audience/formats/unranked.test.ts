/** People who are in sets without ranks alone have no rank in the files. */
import { parquetReadObjects } from 'hyparquet';
import { UNRANKED } from '../../../src/audience/algebra/rank';
import { csv } from '../../../src/audience/formats/csv';
import type { AudienceFormat } from '../../../src/audience/formats/format';
import { jsonl } from '../../../src/audience/formats/jsonl';
import { parquet } from '../../../src/audience/formats/parquet';

const CONTEXT = {
  runId: 'fans.2026-03-02',
  at: '2026-03-02T02:00:00Z',
  audience: 'fans',
  path: ['nightly', 'fans'],
  attributes: [],
};
const PEOPLE = [
  { userId: 'u1', rank: 7, contact: { userId: 'u1', attributes: {} } },
  { userId: 'u2', rank: UNRANKED, contact: { userId: 'u2', attributes: {} } },
];

async function write(format: AudienceFormat): Promise<Buffer> {
  const cells = PEOPLE.map((person) => format.makeCells(person, CONTEXT, () => undefined) ?? []);
  const rows = async function* () {
    yield cells;
  };
  const chunks: Uint8Array[] = [];
  for await (const chunk of format.write(rows(), CONTEXT, 'full')) chunks.push(chunk);
  return Buffer.concat(chunks);
}

it('is an empty cell of CSV', async () => {
  const lines = (await write(csv)).toString('utf8').split('\r\n');
  expect(lines.slice(1, 3)).toEqual(['u1,7,,,,,,', 'u2,,,,,,,']);
});

it('is null in JSON Lines and Parquet', async () => {
  const lines = (await write(jsonl)).toString('utf8').trimEnd().split('\n');
  expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([{ rank: 7 }, { rank: null }]);
  const bytes = await write(parquet);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  const read = await parquetReadObjects({ file: file as ArrayBuffer, columns: ['user_id', 'rank'] });
  expect(read).toEqual([
    { user_id: 'u1', rank: 7 },
    { user_id: 'u2', rank: null },
  ]);
});
