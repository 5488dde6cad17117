import { formatError, isNightjarError } from '../../src/errors';
import { parseJob } from '../../src/job/parse';

const NAMES = { solutions: ['picks', 'popular', 'item-fans', 'attribute-fans'], templates: ['picks', 'plain'] };

const parse = (lines: readonly string[], file = 'jobs/winback.yaml') =>
  parseJob({ file, text: `${lines.join('\n')}\n`, ...NAMES });

function problemsOf(lines: readonly string[], file?: string): string {
  try {
    parse(lines, file);
  } catch (error) {
    if (isNightjarError(error)) return formatError(error);
    throw error;
  }
  return 'no problem';
}

const EMAIL = ['about: Picks', 'kind: email', 'recommend: { solution: picks }', 'content: { template: picks }'];
const AUDIENCE = ['about: Fans', 'kind: audience', 'segment:', '  solution: attribute-fans', '  users: 100'];

describe('parseJob', () => {
  it('fills in what a short e-mail job leaves out', () => {
    expect(parse(EMAIL)).toEqual({
      name: 'winback',
      file: 'jobs/winback.yaml',
      about: 'Picks',
      kind: 'email',
      recommend: { solution: 'picks', results: 25 },
      recipients: { from: 'contacts', where: { consent: true } },
      content: { template: 'picks', show: { items: 6, min: 1, inStock: true, fallback: 'popular' } },
      send: { unknown: 'ask' },
      text: `${EMAIL.join('\n')}\n`,
    });
  });

  it('reads filters with values and attributes, and then fills no gaps unless asked to', () => {
    const filtered = (fields: string, show = '') =>
      parse([
        'about: Picks',
        'kind: email',
        `recommend: { solution: picks, filter: unseen${fields} }`,
        `content: { template: picks${show} }`,
      ]);
    const fields =
      ', filterValues: { A: x, B: 2, C: [y, 3], D: { attribute: age }, E: { attribute: tier, default: [z, 4] } }';

    expect(filtered(fields)).toMatchObject({
      recommend: {
        filter: {
          named: 'unseen',
          values: {
            A: { by: 'constants', constants: ['x'] },
            B: { by: 'constants', constants: [2] },
            C: { by: 'constants', constants: ['y', 3] },
            D: { by: 'attribute', attribute: 'age' },
            E: { by: 'attribute', attribute: 'tier', otherwise: ['z', 4] },
          },
        },
      },
      content: { show: { fallback: 'none' } },
    });
    expect(filtered('', ', show: { fallback: popular }')).toMatchObject({
      recommend: { filter: { named: 'unseen', values: {} } },
      content: { show: { fallback: 'popular' } },
    });
    const fans = parse([
      ...AUDIENCE,
      '  items: [a]',
      '  filter: arn:aws:personalize:us-east-1:123456789012:filter/members',
      '  filterValues: { TIER: [gold] }',
    ]);
    expect(fans).toMatchObject({
      segment: {
        filter: {
          named: 'arn:aws:personalize:us-east-1:123456789012:filter/members',
          values: { TIER: { by: 'constants', constants: ['gold'] } },
        },
      },
    });
  });

  it('tells what is wrong with filters', () => {
    const lines = [
      'about: Picks',
      'kind: email',
      'recommend:',
      '  solution: picks',
      '  filter: not a name',
      '  filterValues:',
      '    $GENRE: drama',
      '    ZONE: { attribute: timeZone }',
      '    NAME: { attribute: contact.firstName }',
      '    AGE: { atribute: age }',
      '    VIP: true',
      '    NONE: []',
      'content: { template: picks }',
    ];
    expect(problemsOf(lines)).toMatchInlineSnapshot(`
"error[E_JOB_FIELD] jobs/winback.yaml:5:11
  recommend.filter is "not a name"; expected the name or the ARN of a filter
  fix: write "filter: unseen", or remove the line
error[E_JOB_FIELD] jobs/winback.yaml:7:5
  recommend.filterValues has the name "$GENRE"; expected the name of a placeholder without its "$": letters, digits and underscores, at most 50
  fix: write "GENRE:" instead of "$GENRE:"
error[E_JOB_FIELD] jobs/winback.yaml:8:24
  recommend.filterValues.ZONE.attribute is "timeZone"; expected the name of the import column, time_zone
  fix: write "attribute: time_zone"
error[E_JOB_FIELD] jobs/winback.yaml:9:24
  recommend.filterValues.NAME.attribute is "contact.firstName"; expected the name of the import column, first_name
  fix: write "attribute: first_name"
error[E_JOB_FIELD] jobs/winback.yaml:10:12
  recommend.filterValues.AGE.atribute is not a key that nightjar knows; the keys of recommend.filterValues.AGE are attribute, default
  fix: write "attribute:" instead of "atribute:"
error[E_JOB_FIELD] jobs/winback.yaml:11:10
  recommend.filterValues.VIP is true; expected a text, a number, a list of them, or a map of attribute and default
  fix: write "VIP: drama", or remove the line
error[E_JOB_FIELD] jobs/winback.yaml:12:11
  recommend.filterValues.NONE is an empty list; expected a text, a number, a list of them, or a map of attribute and default
  fix: write "NONE: drama", or remove the line"
`);
    expect(
      problemsOf([...AUDIENCE, '  items: [a]', '  filterValues: { TIER: { attribute: tier } }']),
    ).toMatchInlineSnapshot(`
"error[E_JOB_FIELD] jobs/winback.yaml:7:3
  segment.filterValues is there without segment.filter; expected the filter whose placeholders they are for
  fix: add "filter: unseen" below "segment:", or remove filterValues
error[E_JOB_FIELD] jobs/winback.yaml:7:25
  segment.filterValues.TIER is a map; expected a text, a number, or a list of them
  fix: write "TIER: gold", or remove the line"
`);
  });

  it('tells all that is wrong with conditions', () => {
    const where = '{ age: { min: x, mx: 3 }, since: { before: soon }, consent: maybe, firstName: Ada }';
    const told = problemsOf([...AUDIENCE, '  items: [a]', `audience: { where: ${where} }`]);
    const fields = Array.from(told.matchAll(/^ {2}(audience\S+) /gm), ([, field]) => field);
    expect(fields).toEqual([
      'audience.where.age.min',
      'audience.where.age.mx',
      'audience.where.since.before',
      'audience.where.consent',
      'audience.where.firstName',
    ]);
  });

  it('reads every key of an e-mail job', () => {
    const job = parse([
      'about: Picks',
      'kind: email',
      'schedule: { cron: 0 2 * * mon-fri, timezone: Asia/Tokyo }',
      'recommend:',
      '  solution: arn:aws:personalize:us-east-1:123456789012:solution/picks/0a1b2c3d',
      '  results: 40',
      'recipients:',
      '  from: contacts',
      '  where: { consent: [true, false], locale: [en, ja], spent: { min: 5, not: 7 }, seen: { after: 2026-01-01 } }',
      'content:',
      '  template: plain',
      '  subject: "{{contact.firstName}}, hello"',
      '  show: { items: 4, inStock: false, fallback: none }',
      'send: { from: "Corner Shop <news@shop.example>", rate: 3000/m }',
    ]);

    expect(job).toMatchObject({
      schedule: { cron: '0 2 * * mon-fri', timezone: 'Asia/Tokyo' },
      recommend: { results: 40 },
      recipients: {
        where: {
          consent: [true, false],
          locale: ['en', 'ja'],
          spent: { min: 5, not: 7 },
          seen: { after: '2026-01-01' },
        },
      },
      content: {
        template: 'plain',
        subject: '{{contact.firstName}}, hello',
        show: { items: 4, inStock: false, fallback: 'none' },
      },
      send: { from: 'Corner Shop <news@shop.example>', rate: 50 },
    });
  });

  it('reads an audience job of attribute queries in the order of the file', () => {
    const job = parse([
      ...AUDIENCE,
      '  queries:',
      '    tea: ITEMS.CATEGORY = "tea"',
      '    coffee: ITEMS.CATEGORY = "coffee"',
    ]);

    expect(job).toMatchObject({
      segment: {
        users: 100,
        queries: [
          { name: 'tea', by: 'attributes', query: 'ITEMS.CATEGORY = "tea"' },
          { name: 'coffee', by: 'attributes', query: 'ITEMS.CATEGORY = "coffee"' },
        ],
      },
      audience: { where: { consent: true }, formats: ['csv'], to: 'audiences/winback/' },
    });
  });

  it('names each item query so that it can stand in a key', () => {
    const job = parse([...AUDIENCE, '  items: [tea-004, "1193", "A/B é", "a/b é"]']);

    expect(job.kind === 'audience' ? job.segment.queries.map((query) => query.name) : []).toEqual([
      'tea-004',
      '1193',
      expect.stringMatching(/^a-b-[0-9a-f]{8}$/),
      expect.stringMatching(/^a-b-[0-9a-f]{8}$/),
    ]);
  });

  it('reports all problems of an e-mail job in the order of its lines', () => {
    const lines = [
      'about: ""',
      'kind: emial',
      'schedule: { cron: "0 25 * * *", timezone: Asia/Tokio }',
      'recommend: { solution: pick, results: 4, filter: unseen }',
      'recipients:',
      '  where: { firstName: Ada, consent: maybe, age: { minn: 3 }, tags: [] }',
      '  cap: { emails: 3 }',
      'content:',
      '  template: ../secrets',
      '  show: { item: 6, inStock: yes, fallback: best }',
      'rate: 50/s',
      'send:',
      '  rate: fast',
      '  from: nobody@',
    ];

    expect(problemsOf(lines)).toMatchInlineSnapshot(`
"error[E_JOB_FIELD] jobs/winback.yaml:1:8
  about is ""; expected one line of 1 to 200 characters
  fix: write "about: Six picks for every subscriber, every night"
error[E_JOB_FIELD] jobs/winback.yaml:2:7
  kind is "emial"; expected email or audience
  fix: write "kind: email"
error[E_JOB_FIELD] jobs/winback.yaml:3:19
  schedule.cron is "0 25 * * *"; expected 0 to 23, ranges, steps or * for the hour
  fix: write "cron: 0 2 * * *"
error[E_JOB_FIELD] jobs/winback.yaml:3:43
  schedule.timezone is "Asia/Tokio"; expected the name of a time zone such as Asia/Tokyo
  fix: write "timezone: Asia/Tokyo"
error[E_JOB_FIELD] jobs/winback.yaml:4:24
  recommend.solution is "pick"; expected a solution of the settings (picks, popular, item-fans, attribute-fans) or the ARN of one
  fix: write "solution: picks"
error[E_JOB_FIELD] jobs/winback.yaml:6:23
  recipients.where.firstName is "Ada"; expected the name of the import column, first_name
  fix: write "first_name:" instead of "firstName:"
error[E_JOB_FIELD] jobs/winback.yaml:6:37
  recipients.where.consent is "maybe"; expected true, false or [true, false]
  fix: write "consent: true"
error[E_JOB_FIELD] jobs/winback.yaml:6:51
  recipients.where.age.minn is not a key that nightjar knows; the keys of recipients.where.age are min, max, before, after, exists, not
  fix: write "min:" instead of "minn:"
error[E_JOB_FIELD] jobs/winback.yaml:6:68
  recipients.where.tags is an empty list; expected a value, a list of values, or a map of min, max, before, after, exists, not
  fix: write "tags: loyal", or remove the line
error[E_JOB_FIELD] jobs/winback.yaml:7:3
  recipients.cap is not a key that nightjar knows; the keys of recipients are from, where
  fix: remove "cap:"
error[E_JOB_FIELD] jobs/winback.yaml:9:13
  content.template is "../secrets"; expected the name of a folder in templates/ (picks, plain)
  fix: name one of these: picks, plain
error[E_JOB_FIELD] jobs/winback.yaml:10:11
  content.show.item is not a key that nightjar knows; the keys of content.show are items, min, inStock, minPrice, maxPrice, maxAge, maxPer, notBoughtWithin, notShownWithin, fallback
  fix: write "items:" instead of "item:"
error[E_JOB_FIELD] jobs/winback.yaml:10:29
  content.show.inStock is "yes"; expected true or false
  fix: write "inStock: true", the default
error[E_JOB_FIELD] jobs/winback.yaml:10:44
  content.show.fallback is "best"; expected popular, none, a map of popularBy, or a list of item ids
  fix: write "fallback: popular", or remove the line
error[E_JOB_FIELD] jobs/winback.yaml:11:1
  rate is not a key that nightjar knows; the keys of a job file are about, keep, schedule, after, params, kind, recommend, recipients, content, send, guard, notify
  fix: move "rate:" below "send:"
error[E_JOB_FIELD] jobs/winback.yaml:13:9
  send.rate is "fast"; expected a rate such as 50/s, 3000/m or 100000/h
  fix: write "rate: 50/s", or remove the line
error[E_JOB_FIELD] jobs/winback.yaml:14:9
  send.from is "nobody@"; expected an address, or a name and an address
  fix: write "from: Corner Shop <news@shop.example>", or remove the line"
`);
  });

  it('reports all problems of an audience job', () => {
    const lines = [
      'kind: audience',
      'segment:',
      '  users: 0',
      '  queries: { Bad Name: x, ok: 5 }',
      '  items: [7, tea-004, tea-004]',
      'audience:',
      '  formats: [XLSX]',
      '  to: /../etc',
      '  combin: each',
    ];

    expect(problemsOf(lines)).toMatchInlineSnapshot(`
"error[E_JOB_FIELD] jobs/winback.yaml:1:1
  about is missing; expected one line of 1 to 200 characters
  fix: add "about: Six picks for every subscriber, every night"
error[E_JOB_FIELD] jobs/winback.yaml:2:1
  segment.solution is missing; expected a solution of the settings (picks, popular, item-fans, attribute-fans) or the ARN of one
  fix: add "solution: attribute-fans"
error[E_JOB_FIELD] jobs/winback.yaml:3:10
  segment.users is 0; expected a whole number, 1 to 5000000
  fix: write "users: 50000"
error[E_JOB_FIELD] jobs/winback.yaml:4:14
  segment.queries has the name "Bad Name"; expected a letter, then lower-case letters, digits and dashes, at most 40
  fix: write "bad-name:" instead of "Bad Name:"
error[E_JOB_FIELD] jobs/winback.yaml:4:31
  segment.queries.ok is 5; expected an attribute query on one line
  fix: write 'ok: ITEMS.CATEGORY = "coffee"', or remove the line
error[E_JOB_FIELD] jobs/winback.yaml:5:3
  segment has both queries and items; expected one of the two
  fix: keep queries for attributes, or items for item ids
error[E_JOB_FIELD] jobs/winback.yaml:5:11
  segment.items[0] is 7; expected an item id in quotes
  fix: put quotes around it, as in "7"
error[E_JOB_FIELD] jobs/winback.yaml:7:13
  audience.formats[0] is "XLSX"; expected a format of nightjar or a file in formats/
  fix: write "formats: [csv]"
error[E_JOB_FIELD] jobs/winback.yaml:8:7
  audience.to is "/../etc"; expected a relative prefix that ends with "/", without ".."
  fix: write "to: audiences/coffee/", or remove the line
error[E_JOB_FIELD] jobs/winback.yaml:9:3
  audience.combin is not a key that nightjar knows; the keys of audience are where, topic, combine, top, sample, split, lists, formats, attributes, listIds, change, deliver, withdraw, to
  fix: write "combine:" instead of "combin:""
`);
  });

  it('wants queries or items', () => {
    expect(problemsOf(AUDIENCE)).toMatchInlineSnapshot(`
"error[E_JOB_FIELD] jobs/winback.yaml:3:1
  segment.queries is missing; expected queries (of attributes) or items (a list of item ids)
  fix: add 'queries: { coffee: ITEMS.CATEGORY = "coffee" }'"
`);
  });

  it('shows no more items than it buys', () => {
    expect(
      problemsOf([...EMAIL.slice(0, 3), 'content: { template: picks, show: { items: 30 } }']),
    ).toMatchInlineSnapshot(`
"error[E_JOB_FIELD] jobs/winback.yaml:4:44
  content.show.items is 30; expected at most recommend.results, which is 25
  fix: write "items: 25", or buy more with "results: 60" below "recommend:""
`);
  });

  it.each([
    ['cap', 'recipients: { cap: { emails: 3, within: 7d } }'],
    ['window', 'send: { window: { from: "08:00" } }'],
  ])('refuses %s, which is not built yet', (key, line) => {
    expect(problemsOf([...EMAIL, line])).toContain(`${key} is not a key that nightjar knows`);
  });

  it('takes a file without content or of another shape for a wrong one', () => {
    expect(problemsOf([''])).toContain('error[E_JOB_FIELD] jobs/winback.yaml:1:1\n  the file is empty');
    expect(problemsOf(['- a'])).toContain('the file is not a map of keys');
    expect(problemsOf(['subject: {{x}}, y'])).toContain('error[E_JOB_SYNTAX] jobs/winback.yaml:1:');
  });

  it('says how to name a file whose name can be no job name', () => {
    expect(problemsOf(EMAIL, 'jobs/Win Back!.yaml')).toMatchInlineSnapshot(`
"error[E_JOB_FIELD] jobs/Win Back!.yaml
  the file name is "Win Back!"; expected lower-case letters, digits and dashes, at most 40, as it names the job
  fix: rename it to win-back.yaml"
`);
  });

  it('tells no address and no secret', () => {
    expect(problemsOf([...EMAIL, 'send: { from: "<ada.lovelace@shop.example"}'])).not.toContain('ada.lovelace');
  });
});

describe('the rules of sending', () => {
  const sendOf = (...lines: string[]) => {
    const job = parse([...EMAIL, 'keep: 400d', 'send:', ...lines.map((line) => `  ${line}`)]);
    return job.kind === 'email' ? job.send : undefined;
  };

  it('are read in all their forms', () => {
    expect(
      sendOf('unknown: drop', 'ramp: { start: 200, growth: 15% }', 'perDomain: { gmail.com: 20/s, "*": 60/m }'),
    ).toEqual({
      unknown: 'drop',
      ramp: { start: 200, growth: 0.15 },
      perDomain: { 'gmail.com': 20, '*': 1 },
    });
    expect(sendOf('stopAfterErrors: 1%')).toEqual({ unknown: 'ask', stopAfterErrors: { share: 0.01 } });
    expect(sendOf('stopAfterErrors: 50')).toEqual({ unknown: 'ask', stopAfterErrors: { count: 50 } });
    expect(sendOf('stopAfterErrors: { share: 2%, count: 9 }')).toEqual({
      unknown: 'ask',
      stopAfterErrors: { share: 0.02, count: 9 },
    });
    expect(parse([...EMAIL, 'keep: 400d']).keep).toBe(400 * 86_400_000);
  });

  it('are refused where they mean nothing', () => {
    const lines = [
      'keep: 3h',
      'send:',
      '  ramp: { start: 0, growth: 1.5 }',
      '  perDomain: { Gmail.com: 5/s, "*": fast }',
    ];
    expect(problemsOf([...EMAIL, ...lines, '  stopAfterErrors: lots'])).toMatchInlineSnapshot(`
"error[E_JOB_FIELD] jobs/winback.yaml:5:7
  keep is "3h"; expected a duration of at least a day such as 400d
  fix: write "keep: 400d", or remove the line
error[E_JOB_FIELD] jobs/winback.yaml:7:18
  send.ramp.start is 0; expected a whole number, 1 or more
  fix: write "start: 200"
error[E_JOB_FIELD] jobs/winback.yaml:7:29
  send.ramp.growth is 1.5; expected a share such as 15%
  fix: write "growth: 15%"
error[E_JOB_FIELD] jobs/winback.yaml:8:16
  send.perDomain has the name "Gmail.com"; expected a domain in lower case, or "*"
  fix: write "gmail.com:" instead of "Gmail.com:"
error[E_JOB_FIELD] jobs/winback.yaml:8:37
  send.perDomain.* is "fast"; expected a rate such as 50/s, 3000/m or 100000/h
  fix: write '"*": 50/s', or remove the line
error[E_JOB_FIELD] jobs/winback.yaml:9:20
  send.stopAfterErrors is "lots"; expected a share such as 1%, a number such as 50, or a map of share and count
  fix: write "stopAfterErrors: 1%", or remove the line"
`);
  });
});
