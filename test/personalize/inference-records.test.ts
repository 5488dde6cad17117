import { readInference } from './output-support';

const none = { itemId: undefined, theme: undefined, error: null, scores: [] };

describe('readInferenceRecords', () => {
  it('reads the compact line of a real user-personalization job, Java notation and all', async () => {
    const { found, findings } = await readInference(
      '{"input":{"userId":"a"},"output":{"recommendedItems":["i1","i2","i3"],"scores":[0.4061,0.0372557,7.17E-5]},"error":null}\n',
    );
    expect(findings).toEqual([]);
    expect(found).toEqual([
      {
        ...none,
        userId: 'a',
        inputText: '{"userId":"a"}',
        items: ['i1', 'i2', 'i3'],
        scores: [0.4061, 0.0372557, 0.0000717],
        line: 1,
        byteOffset: 0,
      },
    ]);
  });

  it.each([
    [
      'popularity-count, spaced, without scores and error',
      '{"input": {"userId": "12"}, "output": {"recommendedItems": ["105","106","441"]}}',
      { userId: '12', inputText: '{"userId": "12"}', items: ['105', '106', '441'] },
    ],
    [
      'personalized-ranking',
      '{"input":{"userId":"891","itemList":["27","886","101"]},"output":{"recommendedItems":["27","101","886"],"scores":[0.48421,0.28133,0.23446]}}',
      {
        userId: '891',
        inputText: '{"userId":"891","itemList":["27","886","101"]}',
        items: ['27', '101', '886'],
        scores: [0.48421, 0.28133, 0.23446],
      },
    ],
    [
      'related items',
      '{"input": {"itemId": "105"}, "output": {"recommendedItems": ["106","107","49"]}}',
      { userId: undefined, itemId: '105', inputText: '{"itemId": "105"}', items: ['106', '107', '49'] },
    ],
    [
      'themes',
      '{"input":{"itemId":"40"},"output":{"recommendedItems":["36","50","44"],"theme":"Movies with a strong female lead","itemsThemeRelevanceScores":[0.1999,0.1830,-0.188913]}}',
      {
        userId: undefined,
        itemId: '40',
        inputText: '{"itemId":"40"}',
        items: ['36', '50', '44'],
        theme: 'Movies with a strong female lead',
        scores: [0.1999, 0.183, -0.188913],
      },
    ],
    [
      'filter values with quotes in quotes',
      '{"input":{"userId": "5","filterValues":{"GENRES":"\\"horror\\",\\"comedy\\",\\"drama\\""}},"output":{"recommendedItems":["1"],"scores":[1]},"error":null}',
      {
        userId: '5',
        inputText: '{"userId": "5","filterValues":{"GENRES":"\\"horror\\",\\"comedy\\",\\"drama\\""}}',
        items: ['1'],
        scores: [1],
      },
    ],
    [
      'an error without output',
      '{"input":{"userId":"9"},"error":"User error: Required fields for the provided recipe are userId"}',
      {
        userId: '9',
        inputText: '{"userId":"9"}',
        items: [],
        error: 'User error: Required fields for the provided recipe are userId',
      },
    ],
    [
      'an error with null output',
      '{"input":{"userId":"9"},"output":null,"error":"no"}',
      { userId: '9', inputText: '{"userId":"9"}', items: [], error: 'no' },
    ],
    [
      'an error with empty output',
      '{"input":{"userId":"9"},"output":{"recommendedItems":[],"scores":[]},"error":"no"}',
      { userId: '9', inputText: '{"userId":"9"}', items: [], error: 'no' },
    ],
    [
      'an error that is an object',
      '{"input":{"userId":"9"},"error":{"code": 3}}',
      { userId: '9', inputText: '{"userId":"9"}', items: [], error: '{"code":3}' },
    ],
    ['nothing but an input', '{"input":{"userId":"9"}}', { userId: '9', inputText: '{"userId":"9"}', items: [] }],
    [
      'scores that are null, and fewer than items',
      '{"input":{"userId":"u"},"output":{"recommendedItems":["a","b","c"],"scores":[0.5,null]},"error":null}',
      { userId: 'u', inputText: '{"userId":"u"}', items: ['a', 'b', 'c'], scores: [0.5, null] },
    ],
    [
      'members of output that are null',
      '{"input":{"userId":"u"},"output":{"recommendedItems":null,"scores":null,"theme":null},"error":null}',
      { userId: 'u', inputText: '{"userId":"u"}', items: [] },
    ],
    [
      'another order, unknown members, reasons beside the items',
      '{"error":null,"x":{"recommendedItems":["no"]},"output":{"scores":[3.773E-4],"reason":[["Popular item"],[]],"recommendedItems":["a"]},"input":{"z":1,"userId":"u"}}',
      { userId: 'u', inputText: '{"z":1,"userId":"u"}', items: ['a'], scores: [0.0003773] },
    ],
    [
      'unicode and escapes',
      '{"input":{"userId":"\\u00fc\\"\u{1F600}"},"output":{"recommendedItems":["\u5c0f","a\\\\b","\\ud83d\\ude00"]}}',
      { userId: 'ü"\u{1F600}', inputText: '{"userId":"\\u00fc\\"\u{1F600}"}', items: ['\u5c0f', 'a\\b', '\u{1F600}'] },
    ],
    [
      'unicode without escapes',
      '{"input":{"userId":"ü"},"output":{"recommendedItems":["\u5c0f","b"]}}',
      { userId: 'ü', inputText: '{"userId":"ü"}', items: ['\u5c0f', 'b'] },
    ],
    [
      'integer ids, as inputs of 2019 had them',
      '{"input":{"userId":1},"output":{"recommendedItems":[105,"106"]}}',
      { userId: '1', inputText: '{"userId":1}', items: ['105', '106'] },
    ],
    [
      'what looks like output inside the input',
      '{"input":{"userId":"\\"recommendedItems\\":[\\"x\\"]","output":{"recommendedItems":["x"]}},"output":{"recommendedItems":["y"]}}',
      {
        userId: '"recommendedItems":["x"]',
        inputText: '{"userId":"\\"recommendedItems\\":[\\"x\\"]","output":{"recommendedItems":["x"]}}',
        items: ['y'],
      },
    ],
    [
      'repeated members, the last of which counts',
      '{"input":{"userId":"a"},"input":{"userId":"b","userId":"c"},"output":{"recommendedItems":["x"]},"output":{"recommendedItems":["y"],"recommendedItems":["z"]},"error":"e","error":null}',
      { userId: 'c', inputText: '{"userId":"b","userId":"c"}', items: ['z'] },
    ],
    [
      'an escaped key',
      '{"inp\\u0075t":{"user\\u0049d":"a"},"output":{"recommendedItems":["x"]}}',
      { userId: 'a', inputText: '{"user\\u0049d":"a"}', items: ['x'] },
    ],
  ])('reads %s', async (_name, line, wanted) => {
    const { found, findings } = await readInference(line);
    expect(findings).toEqual([]);
    expect(found).toEqual([{ ...none, ...wanted, line: 1, byteOffset: 0 }]);
  });

  it('reads only as many items as are wanted, compact or spaced', async () => {
    const lines = [
      '{"input":{"userId":"a"},"output":{"recommendedItems":["1","2","3"],"scores":[3,2,1]}}',
      '{"input":{"userId":"b"},"output":{"recommendedItems":["1", "2", "3"]}}',
      '{"input":{"userId":"c"},"output":{"recommendedItems":["1","2" ,"3"]}}',
      '{"input":{"userId":"d"},"output":{"recommendedItems":["1"]}}',
      '{"input":{"userId":"e"},"output":{"recommendedItems":["\\u0031","2","3"]}}',
      '{"input":{"userId":"f"},"output":{"recommendedItems":[1,2,3]}}',
    ];
    const two = await readInference(lines.join('\n'), { items: 2 });
    expect(two.found.map((record) => record.items)).toEqual([
      ['1', '2'],
      ['1', '2'],
      ['1', '2'],
      ['1'],
      ['1', '2'],
      ['1', '2'],
    ]);
    expect(two.found[0]?.scores).toEqual([3, 2, 1]);
    expect((await readInference(lines.join('\n'), { items: 0 })).found.every((one) => one.items.length === 0)).toBe(
      true,
    );
  });

  it('takes CRLF, blank lines, a byte order mark and a last line without a line feed', async () => {
    const line = (user: string) => `{"input":{"userId":"${user}"},"output":{"recommendedItems":["i"]},"error":null}`;
    const { found, findings } = await readInference(`\uFEFF${line('a')}\r\n\r\n  \n${line('b')}\n\n${line('c')}`);
    expect(findings).toEqual([]);
    expect(found.map((record) => [record.userId, record.line, record.byteOffset])).toEqual([
      ['a', 1, 3],
      ['b', 4, 3 + 73 + 2 + 2 + 3],
      ['c', 6, 3 + 73 + 2 + 2 + 3 + 73 + 2],
    ]);
  });

  it('reads an empty object, and one of line feeds only, as nothing', async () => {
    expect(await readInference('')).toEqual({ found: [], findings: [] });
    expect(await readInference('\n\n')).toEqual({ found: [], findings: [] });
    expect(await readInference('\uFEFF')).toEqual({ found: [], findings: [] });
  });
});

describe('a broken line of inference output', () => {
  const good = '{"input":{"userId":"a"},"output":{"recommendedItems":["i"],"scores":[0.5]},"error":null}';

  it.each<[string | Buffer, string]>([
    [good.slice(0, 40), 'the line ends behind byte 40 where the rest of a text was expected'],
    [`${good}x`, '"x" stands at byte 89 of the line where the end of the line was expected'],
    [good.replace('0.5', '0.5,,1'), '"," stands at byte 74 of the line where a value was expected'],
    [good.replace('0.5', '.5'), '"." stands at byte 70 of the line where a value or "]" was expected'],
    [
      good.replace('0.5', '05'),
      '"5" stands at byte 71 of the line where "," or the end of the list or object was expected',
    ],
    [good.replace('0.5', 'NaN'), '"N" stands at byte 70 of the line where a value or "]" was expected'],
    [good.replace('"i"', '"i",'), '"]" stands at byte 59 of the line where a value was expected'],
    [good.replace('"i"', '"\ti"'), '0x09 stands at byte 56 of the line where the rest of a text was expected'],
    [good.replace('"i"', '"\\x"'), '"x" stands at byte 57 of the line where the rest of an escape was expected'],
    [good.replace('null', 'nul'), '"}" stands at byte 87 of the line where true, false or null was expected'],
    [
      Buffer.from(good.replace('"i"', '"\u00ff"'), 'latin1'),
      '0xff stands at byte 56 of the line where the rest of a text was expected',
    ],
    ['[1]', 'the line is not a JSON object'],
    ['"text"', 'the line is not a JSON object'],
    ['{"output":{"recommendedItems":["i"]}}', 'the line has no input'],
    ['{"input":"a"}', 'input is not an object'],
    ['{"input":null}', 'input is not an object'],
    ['{"input":{"userId":{}}}', 'userId is not a text'],
    ['{"input":{"userId":9007199254740993}}', 'userId is not a text'],
    ['{"input":{},"output":[]}', 'output is not an object'],
    ['{"input":{},"output":{"recommendedItems":"i"}}', 'recommendedItems is not a list'],
    ['{"input":{},"output":{"recommendedItems":["i",{"itemId":"j"}]}}', 'recommendedItems[1] is not a text'],
    ['{"input":{},"output":{"recommendedItems":[null]}}', 'recommendedItems[0] is not a text'],
    ['{"input":{},"output":{"scores":["0.5"]}}', 'scores[0] is not a number'],
    ['{"input":{},"output":{"scores":0.5}}', 'scores is not a list'],
    ['{"input":{},"output":{"theme":1}}', 'theme is not a text'],
  ])('%s is a finding, and its neighbours are kept', async (line, reason) => {
    const bytes = Buffer.concat([Buffer.from(`${good}\n`), Buffer.from(line), Buffer.from(`\n${good}\n`)]);
    const { found, findings } = await readInference(bytes);
    expect(findings).toEqual([{ object: 's3://b/x.out', line: 2, byteOffset: good.length + 1, reason }]);
    expect(found.map((record) => record.line)).toEqual([1, 3]);
  });

  it('is one that passes the limit of length, in whatever chunks it comes', async () => {
    const long = good.replace('"i"', `"${'i'.repeat(200)}"`);
    for (const sizes of [[10_000], [64], [1], [good.length + 1 + long.length]]) {
      const { found, findings } = await readInference(`${good}\n${long}\n${good}`, {
        maxLineBytes: good.length + 100,
        sizes,
      });
      expect(findings.map((finding) => [finding.line, finding.reason])).toEqual([
        [2, `the line is longer than ${good.length + 100} bytes`],
      ]);
      expect(found.map((record) => record.line)).toEqual([1, 3]);
    }
  });

  it('does not show what stands in it', async () => {
    const { findings } = await readInference('{"input":{"userId":"jane@shop.example"},"output":oops}');
    expect(JSON.stringify(findings)).not.toContain('jane');
  });
});
