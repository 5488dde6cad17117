import { renderNightHtml, renderReportHtml } from '../../src/report/html';
import type { RunSummary } from '../../src/report/summary';
import { sumsAddUp } from '../../src/report/sums';
import { formatReport } from '../../src/report/text';
import { AUDIENCE_RUN, EMAIL_RUN } from './summaries';

const deliveries = EMAIL_RUN.deliveries ?? {
  planned: 0,
  claimed: 0,
  deferred: 0,
  unknown: 0,
  accepted: 0,
  refused: 0,
  excluded: 0,
  dropped: 0,
};

describe('sumsAddUp', () => {
  it('finds nothing where all is right', () => {
    expect(sumsAddUp(EMAIL_RUN)).toEqual([]);
    expect(sumsAddUp(AUDIENCE_RUN)).toEqual([]);
  });

  it.each<[string, RunSummary, string]>([
    [
      'a forgotten delivery',
      { ...EMAIL_RUN, deliveries: { ...deliveries, planned: 1 } },
      'the eight states are 1,042, and chosen is 1,041',
    ],
    ['a lost exclusion', { ...EMAIL_RUN, excluded: [] }, 'the reasons of exclusion are 0, and excluded is 9'],
    ['a lost refusal', { ...EMAIL_RUN, refused: [] }, 'the reasons of refusal are 0, and refused is 5'],
    ['a lost drop', { ...EMAIL_RUN, dropped: [] }, 'the reasons of dropping are 0, and dropped is 3'],
    [
      'a lost contact',
      { ...EMAIL_RUN, contacts: { considered: 1201, leftOut: EMAIL_RUN.contacts?.leftOut ?? [] } },
      'those chosen and left out are 1,200, and considered is 1,201',
    ],
    [
      'a broken line without a finding',
      { ...EMAIL_RUN, output: { ...EMAIL_RUN.output, brokenLines: 2 } },
      'the findings are 1, and broken lines (at most 20 are kept) is 2',
    ],
    [
      'more errors than lines',
      { ...EMAIL_RUN, output: { ...EMAIL_RUN.output, lines: 2 } },
      'lines with an error are 3, more than the 2 lines',
    ],
    [
      'a wrong total of cost',
      { ...EMAIL_RUN, cost: { amount: 0, currency: 'USD' } },
      'the batch jobs cost 0.069747 together, and the run 0',
    ],
    [
      'an unknown cost told as known',
      { ...AUDIENCE_RUN, cost: { amount: 0, currency: 'USD' } },
      'the cost is known, and that of a batch job is not',
    ],
  ])('tells %s', (_, summary, problem) => {
    expect(sumsAddUp(summary)).toEqual([problem]);
  });

  it('tells a member who got lost', () => {
    const [coffee] = AUDIENCE_RUN.audiences ?? [];
    const audiences = coffee === undefined ? [] : [{ ...coffee, members: 250 }];
    expect(sumsAddUp({ ...AUDIENCE_RUN, audiences })).toEqual([
      'members and left out of coffee are 299, and users in the segment is 300',
    ]);
  });
});

it('tells of a format who got lost, and whom it was not asked about', () => {
  const [coffee] = AUDIENCE_RUN.audiences ?? [];
  const [format] = coffee?.formats ?? [];
  if (coffee === undefined || format === undefined) throw new Error('the sample has no format');
  const problemsOf = (wrong: Partial<typeof format>) =>
    sumsAddUp({ ...AUDIENCE_RUN, audiences: [{ ...coffee, formats: [{ ...format, ...wrong }] }] });
  expect(problemsOf({ people: 191 })).toEqual([
    'people and left out of coffee for google-ads are 227, and considered is 226',
  ]);
  expect(problemsOf({ considered: 252, people: 216 })).toEqual([
    'members considered of coffee for google-ads are more than its members',
  ]);
});

describe('formatReport', () => {
  it('prints an e-mail run in 80 columns', () => {
    const text = formatReport(EMAIL_RUN);
    expect(text).toMatchInlineSnapshot(`
"nightly-picks.2026-03-01  finished after 17 s
Six picks for every subscriber, every night

  contacts      1,200 considered
                      131  left out: no consent
                       21  left out: suppressed unsubscribe
                        7  left out: no address
  chosen        1,041 recipients
  e-mails           1,021  accepted
                        9  excluded
                        7    duplicate address
                        2    no recommendations
                        5  refused
                        5    550 mailbox unavailable
                        3  dropped
                        3    451 try again
                        2  deferred
                        1  unknown
  output        1,041 lines in 1 object, 1 broken
                        3  error: User is unknown <script>
                4 unknown items skipped
                12 recipients with popular items instead
                s3://nightjar/runs/input.json.out line 17 (byte 20480): not
                JSON: ends inside a string
  batch job     nj-nightly-picks-20260301-4f1d2c3b5a69
                inference, 1,041 lines, done, cost 0.0697 USD
  cost          0.0697 USD (prices of 2019-11-16)
  avoided       159 rows not bought, 0.0107 USD
  time          preparing 0.4 s, waiting 6.0 s, collecting 0.8 s, sending 10 s
  artefacts     input input.json, 1,041 rows, 19.8 kB
    s3://nightjar/inputs/4f1d2c3b/input.json
    sha256 4f1d2c3b5a697887960f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69
  next          nightjar runs show nightly-picks.2026-03-01"
`);
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it('prints an audience run, its cost as unknown', () => {
    expect(formatReport(AUDIENCE_RUN)).toMatchInlineSnapshot(`
"category-fans.2026-03-01  finished after 4.5 s
The people who will like what is new in coffee and in plants

  audience      coffee: 251 members of 300 users
                ITEMS.CATEGORY = "coffee"
                       41  left out: no consent
                        8  left out: no contact
                google-ads: 190 people
                       30  left out: no consent ad user data
                        6  left out: not identified
                        4  without: bad phone
  audience      plants: 300 members of 300 users
                ITEMS.CATEGORY = "plants"
  output        2 lines in 1 object, 0 broken
  batch job     nj-category-fans-20260301-0011aabbccdd
                segment, 2 lines, done, cost unknown
  cost          unknown (no price is set)
  time          preparing 0.1 s, waiting 4.0 s, writing 0.4 s
  artefacts     audience coffee.csv, 251 rows, 14.1 kB
    s3://nightjar/audiences/category-fans/2026-03-01/coffee.csv
    sha256 00f1e2d3c4b5a69788796a5b4c3d2e1f4f1d2c3b5a697887960f1e2d3c4b5a69"
`);
  });

  it('names the price for themes where that alone is missing', () => {
    const [job] = AUDIENCE_RUN.batchJobs;
    if (job === undefined) throw new Error('the sample has no batch job');
    const themed = { ...job, kind: 'inference', hasThemes: true } as const;
    const priced = { ...job, cost: { amount: 1, currency: 'USD' } };
    const printed = (batchJobs: RunSummary['batchJobs']) => formatReport({ ...AUDIENCE_RUN, batchJobs });
    expect(printed([priced, themed])).toMatch(/cost +unknown \(no price for themes is set\)/);
    expect(printed([job, themed])).toMatch(/cost +unknown \(no price is set\)/);
  });

  it('says loudly what does not add up', () => {
    expect(formatReport({ ...EMAIL_RUN, chosen: 7 })).toContain(
      'does not add up the eight states are 1,041, and chosen is 7',
    );
  });
});

describe('renderReportHtml', () => {
  const mail = {
    subject: 'Ada & <b>you</b>',
    from: 'Corner Shop <news@shop.example>',
    to: 'ada.lovelace@shop.example',
    html: '<p title="a">Hello</p><script>parent.document.title = "x"</script></iframe>&amp;',
  };
  const page = renderReportHtml({
    summary: EMAIL_RUN,
    mails: [mail],
    audiencePreview: {
      name: 'coffee.csv',
      header: ['user_id', 'email', 'phone'],
      rows: [['u1', 'grace@shop.example', '+49301234567']],
    },
  });

  it('shows counts, findings, cost and checksums', () => {
    for (const text of [
      '1,021',
      '1,041 chosen = 1,021 accepted + 9 excluded + 5 refused',
      'byte',
      '20,480',
      '0.0697 USD',
      '4f1d2c3b5a697887960f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69',
    ]) {
      expect(page).toContain(text);
    }
  });

  it('lets nothing that comes from outside become markup of the page', () => {
    expect(page).toContain('User is unknown &lt;script&gt;');
    expect(page).toContain('<b>Ada &amp; &lt;b&gt;you&lt;/b&gt;</b>');
    expect(page).not.toContain('<script');
  });

  it('puts e-mails into frames that can run nothing, exactly as they are', () => {
    const [, source = ''] = /<iframe sandbox="" [^>]*srcdoc="([^"]*)"><\/iframe>/.exec(page) ?? [];
    const unescaped = source.replace(
      /&(lt|gt|quot|#39|amp);/g,
      (_, name: string) => ({ lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' })[name] ?? '',
    );
    expect(unescaped).toBe(mail.html);
  });

  it('shows no full address and no telephone number', () => {
    expect(page).not.toContain('ada.lovelace@');
    expect(page).not.toContain('grace@');
    expect(page).toContain('g***@shop.example');
    expect(page).toContain('+•••••••••67');
  });

  it('loads nothing from outside but pictures', () => {
    expect(page).toContain(`default-src 'none'`);
    expect(page.replace(/srcdoc="[^"]*"/g, '')).not.toMatch(/<(link|script|img)|url\(|@import/);
  });

  it('tells at the top what does not add up', () => {
    expect(renderReportHtml({ summary: { ...EMAIL_RUN, chosen: 7 } })).toContain('Counts that do not add up');
    expect(page).not.toContain('Counts that do not add up');
  });
});

describe('renderNightHtml', () => {
  it('sums several runs up, and a partly unknown cost as such', () => {
    const page = renderNightHtml({
      title: 'A night at the shop',
      runs: [{ summary: EMAIL_RUN }, { summary: AUDIENCE_RUN }],
    });
    expect(page).toContain('<b>1,021</b><span>e-mails accepted</span>');
    expect(page).toContain('<b>551</b><span>memberships in 2 audiences</span>');
    expect(page).toContain('<b>0.0697 USD + unknown</b>');
    expect(page).toContain('<a href="#category-fans.2026-03-01">');
    expect(page).toContain('ITEMS.CATEGORY = &quot;coffee&quot;');
  });
});

describe('what was shown instead of what was recommended', () => {
  const shown = { fromFallback: 312, skipped: [{ name: 'sold_out', count: 1204 }] };

  it('is told in text and HTML, and left out where there was nothing', () => {
    const text = formatReport({ ...EMAIL_RUN, shown });
    expect(text).toMatch(/^ {2}items shown +312 places filled from the fallback\n +1,204 {2}passed over: sold out$/m);
    const page = renderReportHtml({ summary: { ...EMAIL_RUN, shown } });
    expect(page).toContain('<dt>from the fallback</dt><dd>312 places</dd>');
    expect(page).toContain('<dt>passed over, sold out</dt><dd>1,204 items</dd>');
    expect(formatReport(EMAIL_RUN)).not.toContain('items shown');
  });
});

it('keeps the name of a run in one line of the table of a night', () => {
  const page = renderNightHtml({ title: 'night', runs: [{ summary: EMAIL_RUN }, { summary: AUDIENCE_RUN }] });
  expect(page).toContain(`<td class="name"><a href="#${EMAIL_RUN.run}">`);
  expect(page).toMatch(/\.name \{ white-space: nowrap; \}/);
});
