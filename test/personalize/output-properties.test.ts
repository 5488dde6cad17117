import fc from 'fast-check';
import {
  chunkSizes,
  cutShards,
  Members,
  type PlainRecord,
  readInference,
  readSegments,
  Spelled,
  spellJson,
} from './output-support';

type Parsed = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Parsed =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): boolean => value === undefined || value === null || typeof value === 'string';
const isId = (value: unknown): boolean => typeof value === 'string' || Number.isSafeInteger(value);

const id = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom('"recommendedItems":["x"]', '","', '\\', ']', '{"input":{', 'u\u0301', '__proto__', ''),
);
const score = fc.oneof(
  fc.double({ noDefaultInfinity: true, noNaN: true }),
  fc.integer(),
  fc.constant(null),
  fc.constantFrom('3.773E-4', '7.17E-5', '-0', '1e+3', '0.1000000', '1E400').map((text) => new Spelled(text)),
);
const extra = fc.tuple(
  fc.constantFrom('x', 'reason', 'recommendedItems', 'userId', 'scores', '', '__proto__'),
  fc.jsonValue({ maxDepth: 3 }),
);
const membersOf = (known: fc.Arbitrary<readonly [string, unknown]>[]): fc.Arbitrary<Members> =>
  fc
    .array(fc.oneof({ arbitrary: fc.oneof(...known), weight: 8 }, extra), { maxLength: 6 })
    .map((list) => new Members(list));
const member = (key: string, value: fc.Arbitrary<unknown>): fc.Arbitrary<readonly [string, unknown]> =>
  value.map((one) => [key, one] as const);

const input = membersOf([
  member('userId', fc.oneof(id, fc.integer(), fc.constant(null))),
  member('itemId', id),
  member('itemList', fc.array(id, { maxLength: 3 })),
  member('filterValues', fc.dictionary(id, id, { maxKeys: 2 })),
]);
const output = membersOf([
  member('recommendedItems', fc.array(id, { maxLength: 10 })),
  member('recommendedItems', fc.array(fc.oneof(id, fc.integer()), { maxLength: 4 })),
  member('scores', fc.array(score, { maxLength: 10 })),
  member('itemsThemeRelevanceScores', fc.array(score, { maxLength: 5 })),
  member('theme', fc.oneof(id, fc.constant(null))),
]);
const line = fc
  .record({
    input: fc.oneof({ arbitrary: input, weight: 9 }, fc.jsonValue({ maxDepth: 1 })),
    output: fc.oneof({ arbitrary: output, weight: 9 }, fc.constant(null), fc.jsonValue({ maxDepth: 1 })),
    error: fc.oneof(fc.constant(null), id, fc.jsonValue({ maxDepth: 2 })),
    others: fc.array(fc.oneof(extra, member('input', input), member('output', output), member('error', id)), {
      maxLength: 1,
    }),
    absent: fc.subarray(['output', 'error']),
  })
  .chain(({ others, absent, ...known }) => {
    const list = Object.entries(known).filter(([key]) => !absent.includes(key));
    const all: (readonly [string, unknown])[] = [...list, ...others];
    return fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length });
  })
  .map((list) => new Members(list));

/** A line in one of its spellings, most often the compact one that Personalize writes. */
const spelledLine = fc.tuple(line, fc.integer(), fc.boolean()).map(([members, seed, isPlain]) => {
  let state = seed | 1;
  const random = (): number => {
    state = (Math.imul(state, 1103515245) + 12345) | 0;
    return isPlain ? 0.5 : (state >>> 8) / 2 ** 24;
  };
  return spellJson(members, random);
});

/** What a line says by JSON.parse and the rules of the format; undefined where it is broken. */
function judge(text: string): Omit<PlainRecord, 'line' | 'byteOffset' | 'inputText'> | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(parsed) || !isObject(parsed.input)) return undefined;
  const out = parsed.output ?? {};
  if (!isObject(out)) return undefined;
  const { userId, itemId } = parsed.input;
  const items = out.recommendedItems ?? [];
  const scores = out.scores ?? out.itemsThemeRelevanceScores ?? [];
  if (!Array.isArray(items) || !items.every(isId) || !Array.isArray(scores)) return undefined;
  if (!scores.every((one) => one === null || typeof one === 'number') || !isText(out.theme)) return undefined;
  if (![userId, itemId].every((one) => isText(one) || isId(one))) return undefined;
  const error = parsed.error ?? null;
  return {
    userId: userId === undefined || userId === null ? undefined : String(userId),
    itemId: itemId === undefined || itemId === null ? undefined : String(itemId),
    items: items.map(String),
    scores,
    error: error === null || typeof error === 'string' ? error : JSON.stringify(error),
    theme: typeof out.theme === 'string' ? out.theme : undefined,
  };
}

async function expectSame(text: string, items: number): Promise<void> {
  const wanted = judge(text);
  const { found, findings } = await readInference(text, { items });
  if (wanted === undefined) {
    expect([found.length, findings.length]).toEqual([0, text.trim() === '' ? 0 : 1]);
    return;
  }
  expect(findings).toEqual([]);
  const [{ inputText, ...record } = { inputText: '' }] = found;
  expect(record).toEqual({ ...wanted, items: wanted.items.slice(0, items), line: 1, byteOffset: 0 });
  expect(JSON.parse(inputText)).toEqual(JSON.parse(text).input);
  expect(text).toContain(inputText);
}

describe('the quick reading of an inference line', () => {
  it('says what JSON.parse says, whatever the spelling', async () => {
    const wanted = fc.constantFrom(0, 1, 6, Number.POSITIVE_INFINITY);
    await fc.assert(fc.asyncProperty(spelledLine, wanted, expectSame), { numRuns: 600 });
  });

  it('says what JSON.parse says after a byte was lost, doubled or replaced', async () => {
    const mutation = fc.record({
      at: fc.nat(),
      by: fc.constantFrom('', '"', '\\', ',', '{', '}', '[', ']', ':', '0', 'e', '-', '.', 'u', ' ', '\t', '\0', 'n'),
      lost: fc.integer({ min: 0, max: 2 }),
    });
    await fc.assert(
      fc.asyncProperty(spelledLine, mutation, async (text, { at, by, lost }) => {
        const place = at % (text.length + 1);
        const mutated = Buffer.from(text.slice(0, place) + by + text.slice(place + lost)).toString('utf8');
        await expectSame(mutated, 6);
      }),
      { numRuns: 600 },
    );
  });

  it('takes no bytes that are not UTF-8', async () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 4 }).filter((some) => some.every((byte) => byte !== 0x0a));
    await fc.assert(
      fc.asyncProperty(bytes, async (some) => {
        const head = Buffer.from('{"input":{"userId":"');
        const line = Buffer.concat([head, some, Buffer.from('"}}')]);
        const isValid = judge(line.toString('utf8')) !== undefined && Buffer.from(line.toString('utf8')).equals(line);
        const { found, findings } = await readInference(line);
        expect([found.length, findings.length]).toEqual(isValid ? [1, 0] : [0, 1]);
        const segments = await readSegments(line, { sizes: [1] });
        expect([segments.found.length, segments.findings.length]).toEqual(isValid ? [1, 0] : [0, 1]);
      }),
      { numRuns: 400 },
    );
  });
});

const object = fc
  .record({
    lines: fc.array(fc.oneof({ arbitrary: spelledLine, weight: 5 }, fc.constantFrom('', ' ', '{"input":', 'x')), {
      maxLength: 8,
    }),
    ending: fc.constantFrom('', '\n', '\r\n'),
    feed: fc.constantFrom('\n', '\r\n'),
    mark: fc.constantFrom('', '\uFEFF'),
  })
  .map(({ lines, ending, feed, mark }) => Buffer.from(mark + lines.join(feed) + ending));

describe.each([
  ['inference', readInference],
  ['segment', readSegments],
])('an object of %s output', (_name, read) => {
  it('reads the same in whatever chunks it comes', async () => {
    await fc.assert(
      fc.asyncProperty(object, chunkSizes, async (bytes, sizes) => {
        expect(await read(bytes, { sizes })).toEqual(await read(bytes));
      }),
      { numRuns: 120 },
    );
  });

  it('has each of its lines in one shard, however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(object, fc.array(fc.nat(), { maxLength: 6 }), chunkSizes, async (bytes, cuts, sizes) => {
        const whole = await read(bytes);
        const parts = [];
        for (const shard of cutShards(bytes.length, cuts)) parts.push(await read(bytes, { shard, sizes }));
        const offsets = (list: readonly { readonly byteOffset: number }[]) => list.map((one) => one.byteOffset);
        expect(parts.flatMap((part) => offsets(part.found))).toEqual(offsets(whole.found));
        expect(parts.flatMap((part) => offsets(part.findings))).toEqual(offsets(whole.findings));
      }),
      { numRuns: 120 },
    );
  });
});

describe('the streaming reading of a segment line', () => {
  const users = fc.array(id, { maxLength: 15 });
  const segment = fc
    .record({
      input: fc.record({ itemId: id }),
      output: fc.oneof(
        fc.record({ usersList: users, x: fc.jsonValue() }),
        fc.record({ y: fc.jsonValue(), recommendedUsers: users }),
      ),
      error: fc.oneof(fc.constant(null), id),
      x: fc.jsonValue(),
    })
    .chain((known) => {
      const list = Object.entries(known);
      return fc.shuffledSubarray(list, { minLength: list.length, maxLength: list.length });
    })
    .map((list) => new Members(list));
  const spelled = fc.tuple(segment, fc.integer()).map(([members, seed]) => {
    let state = seed | 1;
    return spellJson(members, () => {
      state = (Math.imul(state, 1103515245) + 12345) | 0;
      return (state >>> 8) / 2 ** 24;
    });
  });

  it('says what JSON.parse says, whatever the spelling and the chunks', async () => {
    await fc.assert(
      fc.asyncProperty(spelled, chunkSizes, async (text, sizes) => {
        const parsed = JSON.parse(text);
        const { found, findings } = await readSegments(text, { sizes });
        expect(findings).toEqual([]);
        expect(found.map((one) => [one.input.itemId, one.users, one.error])).toEqual([
          [parsed.input.itemId, parsed.output.usersList ?? parsed.output.recommendedUsers, parsed.error],
        ]);
        expect(JSON.parse(found[0]?.input.inputText ?? '')).toEqual(parsed.input);
      }),
      { numRuns: 400 },
    );
  });

  it('is broken where JSON.parse says so, after a byte was lost or replaced', async () => {
    const by = fc.constantFrom('', '"', '\\', ',', '{', '}', '[', ']', ':', '0', 'e', '-', '.', 'u', ' ', '\0', 'n');
    await fc.assert(
      fc.asyncProperty(spelled, fc.nat(), by, chunkSizes, async (text, at, put, sizes) => {
        const place = at % (text.length + 1);
        const mutated = Buffer.from(text.slice(0, place) + put + text.slice(place + 1)).toString('utf8');
        let isJson = true;
        try {
          JSON.parse(mutated);
        } catch {
          isJson = false;
        }
        const { found } = await readSegments(mutated, { sizes });
        if (!isJson) expect(found).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });
});
