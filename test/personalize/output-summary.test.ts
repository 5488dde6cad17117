import { OutputSummariser } from '../../src/personalize/output-summary';
import { cutChunks, WHOLE } from './output-support';

async function summarise(...objects: readonly string[]) {
  const summariser = new OutputSummariser();
  for (const text of objects) await summariser.read(cutChunks(Buffer.from(text), 0, [5]), WHOLE);
  return summariser.summarise();
}

describe('OutputSummariser', () => {
  it('counts lines, users, items and errors of inference output over several objects', async () => {
    const first = [
      '{"input":{"userId":"a"},"output":{"recommendedItems":["x","y"],"scores":[2,1]},"error":null}',
      '{"input":{"userId":"b"},"output":{"recommendedItems":["x"]},"error":null}',
      '{"input":{"userId":"c"},"error":"no such user"}',
    ];
    const second = ['{"input":{"userId":"d"},"output":{"recommendedItems":["z","x"]}}', '', '{"input":{"userId":"e"'];
    expect(await summarise(first.join('\n'), second.join('\n'))).toEqual({
      objects: 2,
      lines: 4,
      brokenLines: 1,
      findings: [
        {
          object: WHOLE.object,
          line: 3,
          byteOffset: 66,
          reason: 'the line ends behind byte 22 where "," or the end of the list or object was expected',
        },
      ],
      errorLines: 1,
      errors: [{ name: 'no such user', count: 1 }],
      users: 4,
      items: {
        listed: 5,
        distinct: 3,
        top: [
          { name: 'x', count: 3 },
          { name: 'y', count: 1 },
          { name: 'z', count: 1 },
        ],
      },
      segments: { lines: 0, users: 0, sizes: [] },
    });
  });

  it('counts queries and users of segment output, in both spellings', async () => {
    const { lines, users, segments } = await summarise(
      [
        '{"input": {"itemId": "1"}, "output": {"usersList": ["a","b"]}, "error": null}',
        '{"itemAttributes":"ITEMS.A = \\"b\\"","output":{"recommendedUsers":["a"]}}',
      ].join('\n'),
    );
    expect({ lines, users }).toEqual({ lines: 2, users: 0 });
    expect(segments).toEqual({
      lines: 2,
      users: 3,
      sizes: [
        { name: '{"itemId": "1"}', count: 2 },
        { name: '{"itemAttributes":"ITEMS.A = \\"b\\""}', count: 1 },
      ],
    });
  });

  it('counts nothing of a line that breaks after its items', async () => {
    const { items, brokenLines, lines } = await summarise(
      '{"input":{"userId":"a"},"output":{"recommendedItems":["x"]},\n{"output":{"recommendedItems":["y"]}}\n{"input":{"userId":"a"},"output":{"recommendedItems":["z"]}}',
    );
    expect({ brokenLines, lines }).toEqual({ brokenLines: 2, lines: 1 });
    expect(items).toEqual({ listed: 1, distinct: 1, top: [{ name: 'z', count: 1 }] });
  });
});
