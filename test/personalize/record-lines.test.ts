import fc from 'fast-check';
import type { OutputFinding } from '../../src/personalize/output-types';
import { recordLines } from '../../src/personalize/record-lines';
import { chunkSizes, cutChunks, WHOLE } from './output-support';

async function print(text: string, sizes: readonly number[] = []): Promise<{ out: string; findings: OutputFinding[] }> {
  const findings: OutputFinding[] = [];
  const pieces: Buffer[] = [];
  const wish = { onFinding: (finding: OutputFinding) => findings.push(finding) };
  for await (const piece of recordLines(cutChunks(Buffer.from(text), 0, sizes), WHOLE, wish)) pieces.push(piece);
  return { out: Buffer.concat(pieces).toString('utf8'), findings };
}

describe('recordLines', () => {
  it.each([
    [
      '{"input":{"userId":"a"},"output":{"recommendedItems":["i1","i2","i3"],"scores":[0.4061,0.0372557,7.17E-5]},"error":null}',
      '{"input":{"userId":"a"},"items":["i1","i2","i3"],"scores":[0.4061,0.0372557,7.17E-5],"error":null}',
    ],
    [
      '{"input": {"userId": "12"}, "output": {"recommendedItems": ["105","106","441"]}}',
      '{"input":{"userId": "12"},"items":["105","106","441"]}',
    ],
    [
      '{"input":{"userId":"891","itemList":["27","886","101"]},"output":{"recommendedItems":["27","101","886"],"scores":[0.48421,0.28133,0.23446]}}',
      '{"input":{"userId":"891","itemList":["27","886","101"]},"items":["27","101","886"],"scores":[0.48421,0.28133,0.23446]}',
    ],
    [
      '{"input": {"itemId": "105"}, "output": {"recommendedItems": ["106","107","49"]}}',
      '{"input":{"itemId": "105"},"items":["106","107","49"]}',
    ],
    [
      '{"input":{"itemId":"40"},"output":{"recommendedItems":["36","50","44"],"theme":"Movies with a strong female lead","itemsThemeRelevanceScores":[0.1999,0.1830,0.1747]}}',
      '{"input":{"itemId":"40"},"items":["36","50","44"],"scores":[0.1999,0.1830,0.1747],"theme":"Movies with a strong female lead"}',
    ],
    [
      '{"input": {"itemId": "105"}, "output": {"recommendedUsers": ["106","107"]}}',
      '{"input":{"itemId": "105"},"users":["106","107"]}',
    ],
    [
      '{"input": {"itemId": "e1669081"}, "output": {"usersList": ["3184","4223"]}, "error": null}',
      '{"input":{"itemId": "e1669081"},"users":["3184","4223"],"error":null}',
    ],
    [
      '{"itemAttributes": "ITEMS.A = \\"b\\"", "output": {"recommendedUsers": ["1"]}}',
      '{"input":{"itemAttributes":"ITEMS.A = \\"b\\""},"users":["1"]}',
    ],
    [
      '{"input": {"itemAttributes": "ITEMS.CATEGORY_L1 = \\"tools\\""}, "output": {"usersList": ["2131","2504"]}, "error": null}',
      '{"input":{"itemAttributes": "ITEMS.CATEGORY_L1 = \\"tools\\""},"users":["2131","2504"],"error":null}',
    ],
    ['{"input":{"userId":"9"},"output":null,"error":"no"}', '{"input":{"userId":"9"},"error":"no"}'],
    [
      '{"error":null,"output":{"scores":[],"x":1,"recommendedItems":[]},"input":{"z":1,"userId":"u"}}',
      '{"input":{"z":1,"userId":"u"},"items":[],"scores":[],"error":null}',
    ],
  ])('prints %s as a record of what the line has', async (line, record) => {
    for (const sizes of [[10_000], [1], [9]]) {
      expect(await print(`${line}\n`, sizes)).toEqual({ out: `${record}\n`, findings: [] });
    }
  });

  it('prints nothing of a line that breaks late', async () => {
    const users = Array.from({ length: 50_000 }, (_, index) => `"user-${index}"`).join(',');
    const good = '{"input":{"itemId":"1"},"output":{"usersList":["u"]}}';
    const { out, findings } = await print(
      `${good}\n{"input":{"itemId":"2"},"output":{"usersList":[${users}\n${good}`,
      [65_536],
    );
    expect(out).toBe('{"input":{"itemId":"1"},"users":["u"]}\n'.repeat(2));
    expect(findings.map((finding) => finding.line)).toEqual([2]);
  });

  it('gives back a long list byte for byte', async () => {
    const users = Array.from({ length: 50_000 }, (_, index) => `"user-${index}"`).join(',');
    const { out } = await print(`{"input":{"itemId":"2"},"output":{"usersList":[${users}]}}`, [10_000]);
    expect(out).toBe(`{"input":{"itemId":"2"},"users":[${users}]}\n`);
  });

  it('reports lines without an input and with two lists of users', async () => {
    const { out, findings } = await print(
      '{"output":{"usersList":[]}}\n{"input":{},"output":{"usersList":[],"recommendedUsers":[]}}',
    );
    expect(out).toBe('');
    expect(findings.map((finding) => finding.reason)).toEqual([
      'the line has no input',
      'the line has two lists of users',
    ]);
  });

  it('keeps ids and scores exactly, in whatever chunks they come', async () => {
    const record = fc.record({
      input: fc.dictionary(fc.string(), fc.string()),
      items: fc.array(fc.string({ unit: 'binary' })),
      scores: fc.array(fc.double({ noNaN: true, noDefaultInfinity: true })),
    });
    await fc.assert(
      fc.asyncProperty(record, chunkSizes, async ({ input, items, scores }, sizes) => {
        const output = { recommendedItems: items, scores };
        const { out } = await print(JSON.stringify({ input, output, error: null }), sizes);
        expect(out).toBe(`${JSON.stringify({ input, items, scores, error: null })}\n`);
      }),
      { numRuns: 300 },
    );
  });
});
