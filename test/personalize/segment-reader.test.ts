import { readSegmentEvents } from '../../src/personalize/segment-reader';
import { cutChunks, readSegments, WHOLE } from './output-support';

describe('readSegmentEvents', () => {
  it.each([
    [
      'the real line of item-affinity: usersList in an otherwise spaced line',
      '{"input": {"itemId": "e1669081-8ffc-4dec-97a6-e9176d7f6651"}, "output": {"usersList": ["3184","4223"]}, "error": null}',
      {
        input: {
          itemId: 'e1669081-8ffc-4dec-97a6-e9176d7f6651',
          inputText: '{"itemId": "e1669081-8ffc-4dec-97a6-e9176d7f6651"}',
        },
        users: ['3184', '4223'],
      },
    ],
    [
      'the documented line of item-affinity: recommendedUsers, no error',
      '{"input": {"itemId": "105"}, "output": {"recommendedUsers": ["106","107"]}}',
      { input: { itemId: '105', inputText: '{"itemId": "105"}' }, users: ['106', '107'] },
    ],
    [
      'the real line of item-attribute-affinity: itemAttributes in the input',
      '{"input": {"itemAttributes": "ITEMS.CATEGORY_L1 = \\"tools\\""}, "output": {"usersList": ["2131","2504"]}, "error": null}',
      {
        input: {
          itemAttributes: 'ITEMS.CATEGORY_L1 = "tools"',
          inputText: '{"itemAttributes": "ITEMS.CATEGORY_L1 = \\"tools\\""}',
        },
        users: ['2131', '2504'],
      },
    ],
    [
      'the documented line of item-attribute-affinity: itemAttributes at the top',
      '{"itemAttributes": "ITEMS.genres = \\"Comedy\\" AND ITEMS.genres = \\"Action\\"", "output": {"recommendedUsers": ["25","78"]}}',
      {
        input: {
          itemAttributes: 'ITEMS.genres = "Comedy" AND ITEMS.genres = "Action"',
          inputText: '{"itemAttributes":"ITEMS.genres = \\"Comedy\\" AND ITEMS.genres = \\"Action\\""}',
        },
        users: ['25', '78'],
      },
    ],
    [
      'filter values beside the query',
      '{"input":{"itemAttributes": "ITEMS.genres = \\"Horror\\"","filterValues":{"COUNTRY":"\\"United States\\""}},"output":{"usersList":["1"]},"error":null}',
      {
        input: {
          itemAttributes: 'ITEMS.genres = "Horror"',
          inputText:
            '{"itemAttributes": "ITEMS.genres = \\"Horror\\"","filterValues":{"COUNTRY":"\\"United States\\""}}',
        },
        users: ['1'],
      },
    ],
    [
      'an error without output',
      '{"input":{"itemId":"x"},"error":"item not found"}',
      { input: { itemId: 'x', inputText: '{"itemId":"x"}' }, users: [], error: 'item not found' },
    ],
    [
      'null output, null lists, an error that is an object',
      '{"output":{"usersList":null},"error":{"code":[1, 2]},"input":{"itemId":"x"}}',
      { input: { itemId: 'x', inputText: '{"itemId":"x"}' }, users: [], error: '{"code":[1,2]}' },
    ],
    [
      'a null list beside one that is none',
      '{"input":{"itemId":"x"},"output":{"usersList":null,"recommendedUsers":["1"]}}',
      { input: { itemId: 'x', inputText: '{"itemId":"x"}' }, users: ['1'] },
    ],
    [
      'users before the input, unknown members, escapes and unicode, integers',
      '{"output":{"more":[["usersList"],{"usersList":["no"]}],"users\\u004cist":["\\u00fc","ü","\\ud83d\\ude00","\u{1F600}","a\\"b",7]},"x":{"usersList":["no"]},"input":{"itemId":"1"}}',
      {
        input: { itemId: '1', inputText: '{"itemId":"1"}' },
        users: ['ü', 'ü', '\u{1F600}', '\u{1F600}', 'a"b', '7'],
      },
    ],
  ])('reads %s, in whatever chunks it comes', async (_name, line, wanted) => {
    const input = { itemId: undefined, itemAttributes: undefined, ...wanted.input };
    const segment = { error: null, line: 1, byteOffset: 0, ...wanted, input };
    for (const sizes of [[100_000], [1], [7]]) {
      expect(await readSegments(`${line}\n`, { sizes })).toEqual({ found: [segment], findings: [] });
    }
  });

  it('takes CRLF, blank lines, a byte order mark and a last line without a line feed', async () => {
    const line = '{"input":{"itemId":"1"},"output":{"usersList":["u"]}}';
    const { found, findings } = await readSegments(`\uFEFF${line}\r\n \n\n${line}`, { sizes: [2] });
    expect(findings).toEqual([]);
    expect(found.map((one) => [one.line, one.byteOffset])).toEqual([
      [1, 3],
      [4, 3 + line.length + 2 + 3],
    ]);
  });

  it('reads an empty object as nothing', async () => {
    expect(await readSegments('')).toEqual({ found: [], findings: [] });
  });

  it.each([
    [
      '{"input":{"itemId":"1"},"output":{"usersList":["a","b"',
      'the line ends behind byte 54 where "," or the end of the list or object was expected',
    ],
    [
      '{"input":{"itemId":"1"},"output":{"usersList":["a",]}}',
      '"]" stands at byte 52 of the line where a value was expected',
    ],
    ['{"input":{"itemId":"1"},"output":{"usersList":["a",null]}}', 'usersList[1] is not a text'],
    ['{"input":{"itemId":"1"},"output":{"usersList":["a",["b"]]}}', 'usersList[1] is not a text'],
    ['{"input":{"itemId":"1"},"output":{"usersList":["a",1.5]}}', 'usersList[1] is not a text'],
    ['{"input":{"itemId":"1"},"output":{"usersList":"a"}}', 'usersList is not a list'],
    ['{"input":{"itemId":"1"},"output":["a"]}', 'output is not an object'],
    ['{"input":["1"],"output":{"usersList":["a"]}}', 'input is not an object'],
    ['{"input":{"itemId":[]},"output":{"usersList":["a"]}}', 'itemId is not a text'],
    ['{"output":{"usersList":["a"]}}', 'the line has no input'],
    ['{"input":{},"output":{"usersList":["a"],"recommendedUsers":["b"]}}', 'the line has two lists of users'],
    ['{"input":{},"output":{"usersList":["a"]},"output":{"usersList":["b"]}}', 'the line has two lists of users'],
    [
      '{"input":{},"output":{"usersList":["a","b]}}',
      'the line ends behind byte 44 where the rest of a text was expected',
    ],
    [`{"input":{},"x":${'['.repeat(600)}${']'.repeat(600)}}`, 'the line is nested deeper than 512 levels'],
    [`{"input":{},"output":{"usersList":["${'a'.repeat(70_000)}"]}}`, 'usersList[0] is longer than 65536 bytes'],
    [`{"input":{"x":"${'a'.repeat(1_100_000)}"}}`, 'input is longer than 1048576 bytes'],
    ['null', '"n" stands at byte 1 of the line where a JSON object was expected'],
  ])('reports broken line %# and keeps its neighbours', async (line, reason) => {
    const good = '{"input":{"itemId":"1"},"output":{"usersList":["u"]}}';
    for (const sizes of [[4_000_000], [5, 1000]]) {
      const { found, findings } = await readSegments(`${good}\n${line}\n${good}\n`, { sizes });
      expect(findings).toEqual([{ object: WHOLE.object, line: 2, byteOffset: good.length + 1, reason }]);
      expect(found.map((one) => [one.line, one.users])).toEqual([
        [1, ['u']],
        [3, ['u']],
      ]);
    }
  });

  it('reads a line of 100 MB without holding it', async () => {
    const users = 9_000_000;
    async function* chunks(): AsyncGenerator<Buffer> {
      yield Buffer.from('{"input":{"itemId":"1"},"output":{"usersList":["u"');
      const part = Buffer.from(',"12345678"'.repeat(10_000));
      for (let written = 0; written < users; written += 10_000) yield part;
      yield Buffer.from(']},"error":null}');
    }
    let seen = 0;
    let peak = 0;
    let counted: number | undefined;
    const before = process.memoryUsage().rss;
    for await (const event of readSegmentEvents(chunks(), WHOLE)) {
      if (event.type === 'users') seen += event.ids.length;
      if (event.type === 'line') counted = event.users;
      if (seen % 500_000 < 1024) peak = Math.max(peak, process.memoryUsage().rss - before);
    }
    expect(seen).toBe(users + 1);
    expect(counted).toBe(users + 1);
    expect(peak).toBeLessThan(90_000_000);
  });

  it('stops pulling when its last line ends', async () => {
    const line = '{"input":{"itemId":"1"},"output":{"usersList":["u"]}}\n';
    let pulled = 0;
    async function* chunks(): AsyncGenerator<Buffer> {
      for await (const chunk of cutChunks(Buffer.from(line.repeat(100)), 0, [line.length])) {
        pulled++;
        yield chunk;
      }
    }
    const shard = { ...WHOLE, end: line.length + 1 };
    let lines = 0;
    for await (const event of readSegmentEvents(chunks(), shard)) if (event.type === 'line') lines++;
    expect(lines).toBe(2);
    expect(pulled).toBe(2);
  });
});
