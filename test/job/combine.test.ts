/** What makes the audiences of a job: expressions, lists, top, sample and split, as the job file has them. */
import { compileExpression } from '../../src/audience/algebra/compile';
import { formatError, isNightjarError } from '../../src/errors';
import type { AudienceJob, CombineRule } from '../../src/job/audience-job';
import { listLeaves, writeLeaf } from '../../src/job/combine/expression';
import { parseExpression } from '../../src/job/combine/parse-expression';
import { MAX_DEPTH } from '../../src/job/combine/resolve-audiences';
import { parseJob } from '../../src/job/parse';

const HEAD = [
  'about: Fans',
  'kind: audience',
  'segment:',
  '  solution: attribute-fans',
  '  users: 100',
  '  queries:',
  `    drama: 'ITEMS.GENRE = "Drama"'`,
  `    comedy: 'ITEMS.GENRE = "Comedy"'`,
  'audience:',
];

const PARAM = '$' + '{params.who}';

function parse(lines: readonly string[]): AudienceJob {
  const job = parseJob({ file: 'jobs/winback.yaml', text: `${[...HEAD, ...lines].join('\n')}\n` });
  if (job.kind !== 'audience') throw new Error('it is no audience job');
  return job;
}

function problemsOf(lines: readonly string[]): string {
  try {
    parse(lines);
  } catch (error) {
    if (isNightjarError(error)) return formatError(error);
    throw error;
  }
  return 'no problem';
}

function audiencesIn(combine: CombineRule): readonly string[] {
  if (combine === 'each') return ['each'];
  return combine.map(({ name, expression }) => `${name} of ${listLeaves(expression).map(writeLeaf).join(' ')}`);
}

describe('combine', () => {
  it('makes an audience of each query where nothing else is said', () => {
    expect(parse(['  to: a/']).audience).toMatchObject({ combine: 'each', lists: {} });
    expect(parse(['  combine: each']).audience.combine).toBe('each');
  });

  it('names the one audience of an expression as the job', () => {
    const lines = ['  combine: drama & !buyers(30d) | comedy & vip', '  lists: { vip: lists/vip.csv }'];
    expect(audiencesIn(parse(lines).audience.combine)).toEqual(['winback of drama buyers(30d) comedy vip']);
    expect(parse(lines).audience.lists).toEqual({ vip: 'lists/vip.csv' });
  });

  it('puts the expression of an audience in the place of its name', () => {
    const lines = [
      '  combine:',
      '    drama: drama & !suppressed',
      '    both: drama & comedy',
      '    either: drama | comedy | other-job/fans@2026-11-01',
      '    rest: either & !both & !recipients(nightly-picks, 7d)',
    ];
    expect(audiencesIn(parse(lines).audience.combine)).toEqual([
      'drama of drama suppressed',
      'both of drama comedy',
      'either of drama comedy other-job/fans@2026-11-01',
      'rest of drama comedy other-job/fans@2026-11-01 recipients(nightly-picks, 7d)',
    ]);
  });

  it('knows the names of items, and of lists of them', () => {
    const job = (items: string, combine: string) =>
      parseJob({
        file: 'jobs/j.yaml',
        text: `about: x\nkind: audience\nsegment: { solution: item-fans, users: 10, items: ${items} }\naudience: { combine: ${combine} }\n`,
      });
    expect(() => job('["1193", tea-004]', 'tea-004 & !1193')).not.toThrow();
    expect(() => job('{ best: [a, b], fresh: { newest: 3 } }', 'fresh & !best')).not.toThrow();
  });

  it('binds ! before & and & before |', () => {
    const read = (text: string) => parseExpression(text, (name) => ({ op: 'leaf', leaf: { kind: 'query', name } }));
    const same = (a: string, b: string) => expect(read(a)).toEqual(read(b));
    same('a | b & !c', 'a | (b & (!c))');
    same('!a & b | c', '((!a) & b) | c');
    same('a & b | c & d', '(a & b) | (c & d)');
  });
});

describe('what is wrong in an expression', () => {
  it('is told with line, column and the nearest name', () => {
    expect(problemsOf(['  combine: drama & !commedy'])).toBe(
      `error[E_JOB_FIELD] jobs/winback.yaml:10:21
  audience.combine is "drama & !commedy"; at character 10 there is no set "commedy"; expected a query, list or audience of this job (drama, comedy), everyone, suppressed, buyers(…), recipients(…) or job/audience
  fix: write "drama & !comedy"`,
    );
  });

  it('points into a quoted text of a map too', () => {
    const text = problemsOf(['  combine:', '    all: drama | comedy', '    few: "!drama & (comedy"']);
    expect(text).toContain('jobs/winback.yaml:12:20\n  audience.combine.few is');
    expect(text).toContain('at character 10 this parenthesis is never closed\n  fix: add ")"');
  });

  it.each([
    ['drama &', 8, 'the expression ends where the name of a set was expected'],
    ['drama comedy', 7, '"comedy" stands where "&" or "|" was expected'],
    ['drama and comedy', 7, 'fix: write "drama & comedy"'],
    ['drama NOT comedy', 7, 'fix: write "drama & !comedy"'],
    ['NOT drama', 1, 'fix: write "!drama"'],
    ['NOT drama & comedy', 1, 'fix: write "!drama & comedy"'],
    ['drma & !buyer(30d)', 1, 'fix: write "drama & !buyers(30d)"'],
    ['drma & nothing', 1, 'fix: write "drama & nothing"'],
    ['drama && comedy', 7, 'fix: write "drama & comedy"'],
    ['drama - comedy', 7, 'fix: write "drama & !comedy"'],
    ['drama | comedy)', 15, '")" closes no parenthesis'],
    ['drama(30d)', 1, '"drama" stands before a parenthesis'],
    ['drama & buyers', 9, 'fix: write buyers(30d)'],
    ['drama & buyers()', 9, 'buyers takes a time'],
    ['drama & buyers(soon)', 16, '"soon" is no time'],
    ['drama & recipients(nightly, x)', 29, '"x" is no time'],
    ['drama & recipients(nightly 7d)', 28, '"7d" stands within recipients(…)'],
    ['drama & other/', 9, '"other/" names no audience'],
    ['drama & other/fans@tomorrow', 20, '"tomorrow" is no slot'],
    ['drama & everone', 9, 'fix: write "drama & everyone"'],
    ['drama & ümlaut', 9, '"ü" is no sign of an expression'],
    ['drama | !comedy', 1, 'fix: write "everyone & (drama | !comedy)"'],
    ['everyone | winback', 12, '"winback" stands in its own expression'],
  ])('%s', (text, column, message) => {
    const map = ['  combine:', `    winback: '${text}'`];
    const told = problemsOf(map);
    expect(told).toContain(`at character ${column} `);
    expect(told).toContain(message);
    expect(told).toContain(`jobs/winback.yaml:11:${14 + column}`);
  });

  it.each([
    ['plants | drama & mugs', [1, 18]],
    ['drma & commedy | mugs', [1, 18]],
    ['mugs | mugs', [1]],
    ['(drama & mugs | plants', [1, 10, 17]],
    ['mugs | !drama', [1, 1]],
    ['mugs@2026-11-01 | plants', [1, 19]],
    ['mugs | NOT drama', [1, 8]],
  ])('tells all of %s', (text, columns) => {
    const told = problemsOf(['  combine:', `    all: '${text}'`, "    other: 'drama | comedy'"]);
    expect(Array.from(told.matchAll(/at character (\d+) /g), ([, column]) => Number(column))).toEqual(columns);
  });

  it('hides no list of the same name as a query', () => {
    const told = problemsOf(['  combine: drama | mugs', '  lists: { comedy: x.csv }']);
    expect(told).toContain('there is no set "mugs"');
    expect(told).toContain('audience.lists has the name "comedy", which a query of the job has too');
  });

  it('refuses a circle', () => {
    const told = problemsOf(['  combine:', '    a: b | drama', '    b: c & comedy', '    c: a', '    d: a']);
    expect(told).toContain('(a → b → c → a)');
    expect(told).toContain('(c → a → b → c)');
    expect(told).not.toContain('the expression is wrong');
  });

  it('tells once what is wrong, where it is written', () => {
    const told = problemsOf(['  combine:', '    a: b | drama', '    b: comedy & dramma']);
    expect(told).toContain('audience.combine.b is');
    expect(told).not.toContain('audience.combine.a');
  });

  it('refuses more sets than there are bits', () => {
    const names = Array.from({ length: 31 }, (_, n) => `recipients(job-${n})`);
    expect(problemsOf([`  combine: drama | comedy | ${names.join(' | ')}`])).toContain(
      'it names 33 sets; expected at most 30',
    );
  });

  it('refuses queries that are bought in vain, and lists that nobody reads', () => {
    expect(problemsOf(['  combine: drama'])).toContain('audience.combine does not name "comedy"');
    expect(problemsOf(['  combine: drama | comedy', '  lists: { vip: vip.csv }'])).toContain(
      'audience.lists has "vip"',
    );
    expect(problemsOf(['  lists: { vip: vip.csv }'])).toContain('audience.combine has no expression');
    expect(problemsOf(['  combine: drama | comedy', '  lists: { drama: d.csv }'])).toContain(
      'which a query of the job has too',
    );
    expect(problemsOf(['  combine: drama | comedy | each', '  lists: { each: d.csv }'])).toContain(
      'audience.lists has the name "each"',
    );
  });

  it('refuses a query whose name means something else', () => {
    const text = [...HEAD, '  combine: everyone | drama'].join('\n').replace('comedy:', 'everyone:');
    expect(() => parseJob({ file: 'jobs/j.yaml', text })).toThrow('which means other people in audience.combine');
    expect(() => parseJob({ file: 'jobs/j.yaml', text: text.replace('everyone | drama', 'each') })).not.toThrow();
  });

  it('takes no param, which could change who is meant', () => {
    const params = [`  combine: drama | comedy & ${PARAM}`, 'params: { who: { type: string, default: everyone } }'];
    expect(problemsOf(params)).toContain(`audience.combine has ${PARAM}; expected no param there`);
  });
});

describe('top, sample and split', () => {
  it('are read as numbers and shares', () => {
    const lines = ['  top: 10%', '  sample: 12.5 %', '  split: { a: 45%, b: 45%, holdout: 10% }'];
    expect(parse(lines).audience).toMatchObject({
      top: { share: 0.1 },
      sample: 0.125,
      split: [
        { name: 'a', share: 0.45 },
        { name: 'b', share: 0.45 },
        { name: 'holdout', share: 0.1 },
      ],
    });
    expect(parse(['  top: 10000']).audience.top).toEqual({ count: 10000 });
    expect(parse(['  split: { a: 33.3%, b: 33.3%, c: 33.4% }']).audience.split).toHaveLength(3);
  });

  it('are refused where they are not', () => {
    expect(problemsOf(['  top: 0'])).toContain('expected a whole number from 1, or a share such as 10%');
    expect(problemsOf(['  top: 0%'])).toContain('expected a whole number from 1, or a share such as 10%');
    expect(problemsOf(['  sample: 120%'])).toContain('expected a share such as 10%');
    expect(problemsOf(['  split: { a: 45%, b: 45% }'])).toContain(
      `audience.split adds up to 90%; expected 100%\n  fix: add the other 10%, such as "holdout: 10%"`,
    );
    expect(problemsOf(['  split: { a: 60%, b: 45% }'])).toContain('fix: take 5% away');
    expect(problemsOf(['  split: { a: 100% }'])).toContain('expected a map of two or more names');
  });
});

describe('audiences that name one another', () => {
  const chain = (length: number, text: (before: string) => string) => [
    '  combine:',
    '    a0: drama & comedy',
    ...Array.from({ length }, (_, n) => `    a${n + 1}: ${text(`a${n}`)}`),
  ];
  const expressionOf = (lines: readonly string[], name: string) => {
    const { combine } = parse(lines).audience;
    const found = combine === 'each' ? undefined : combine.find((one) => one.name === name);
    if (found === undefined) throw new Error(`no audience ${name}`);
    return found.expression;
  };

  it('are read, checked and evaluated once each, however often they are named', () => {
    const lines = chain(40, (before) => `${before} & !(${before} & suppressed) | ${before} & vip`);
    const compiled = compileExpression(expressionOf([...lines, '  lists: { vip: vip.csv }'], 'a40'));
    const [drama, comedy, suppressed, vip] = [1, 2, 4, 8];
    expect(compiled.leaves.map(writeLeaf)).toEqual(['drama', 'comedy', 'suppressed', 'vip']);
    expect(compiled.holds(drama | comedy)).toBe(drama | comedy);
    expect(compiled.holds(drama | comedy | suppressed)).toBe(-1);
    expect(compiled.holds(drama | comedy | suppressed | vip)).toBe(drama | comedy | vip);
    expect(compiled.holds(drama | vip)).toBe(-1);
  });

  it('may stand in any order', () => {
    const [head = '', ...lines] = chain(40, (before) => `${before} | (${before} & vip)`);
    const { combine } = parse([head, ...lines.reverse(), '  lists: { vip: vip.csv }']).audience;
    expect(combine === 'each' ? [] : combine.map(({ name }) => name)).toEqual(
      Array.from({ length: 41 }, (_, n) => `a${40 - n}`),
    );
  });

  it('are refused where they are too deep, once, whatever their number', () => {
    const told = problemsOf(chain(5000, (before) => `${before} & comedy`));
    expect(told).toContain('jobs/winback.yaml:210:');
    expect(told).toContain(`audience.combine.a${MAX_DEPTH - 1} is`);
    expect(told).toContain(`it is ${MAX_DEPTH + 1} levels deep with the audiences that it names; expected at most 200`);
    expect(told).toContain('fix: name queries and lists instead of audiences');
    expect(told.match(/error\[/g)).toHaveLength(1);
  });

  it('are refused in long circles, with a message that can be read', () => {
    const told = problemsOf(chain(2000, (before) => before).with(1, '    a0: a2000'));
    expect(told).toContain('"a0" stands in its own expression (a0 → a2000 → a1999 → … → a1 → a0)');
    expect(told).toContain('and 1901 more problems; --json tells them all');
  });

  it.each(['(', '!'])('are refused with too many of %s', (sign) => {
    expect(problemsOf([`  combine: '${sign.repeat(500)}drama'`])).toContain('at character 101 more than 100 ');
  });
});

describe('parts of other audiences', () => {
  it('are named by a dot, with a slot behind it', () => {
    const lines = ['  combine: drama | comedy | fans/tea.b | fans/tea.holdout@2026-11-01 & !fans/tea'];
    const { combine } = parse(lines).audience;
    const leaves = combine === 'each' ? [] : combine.flatMap(({ expression }) => listLeaves(expression));
    expect(leaves.slice(2)).toEqual([
      { kind: 'audience', job: 'fans', name: 'tea', part: 'b' },
      { kind: 'audience', job: 'fans', name: 'tea', part: 'holdout', slot: '2026-11-01' },
      { kind: 'audience', job: 'fans', name: 'tea' },
    ]);
    expect(leaves.slice(2).map(writeLeaf)).toEqual(['fans/tea.b', 'fans/tea.holdout@2026-11-01', 'fans/tea']);
  });

  it.each(['fans/tea.', 'fans/.b', 'fans/tea.b.c', 'fans/', 'fans/tea/b'])('are not named by %s', (name) => {
    expect(problemsOf([`  combine: drama | comedy | ${name}`])).toContain(`"${name}" names no audience`);
  });
});
