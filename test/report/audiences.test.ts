import { tellLeftBehind } from '../../src/report/audience-notes';
import { renderReportHtml } from '../../src/report/html';
import type { AudienceSummary, PartFiles, RunSummary } from '../../src/report/summary';
import { sumsAddUp } from '../../src/report/sums';
import { formatReport } from '../../src/report/text';
import { AUDIENCE_RUN } from './summaries';

const file = (name: string, change: 'full' | 'add' | 'remove', rows: number) => ({ name, change, rows, bytes: 9 });
const csv: PartFiles = {
  format: 'csv',
  rows: 120,
  files: [file('tea.a.csv', 'full', 100), file('tea.a.002.csv', 'full', 20)],
};
const ads: PartFiles = {
  format: 'google-ads',
  rows: 40,
  fewerThan: 100,
  files: [file('tea.a.remove.csv', 'remove', 7)],
};

/** Split in three, one of them held out; it has lost most of its people. */
const TEA: AudienceSummary = {
  name: 'tea',
  query: 'green | black <tea>',
  segmentUsers: 300,
  members: 240,
  leftOut: [
    { name: 'not_in_sample', count: 50 },
    { name: 'no_consent', count: 10 },
  ],
  formats: [
    { name: 'csv', considered: 230, people: 230, leftOut: [] },
    {
      name: 'google-ads',
      considered: 230,
      people: 70,
      leftOut: [{ name: 'no_consent_ad_user_data', count: 160 }],
    },
  ],
  parts: [
    { name: 'a', members: 120, change: { run: 'tea.1', gained: 5, lost: 300 }, formats: [csv, ads] },
    {
      name: 'b',
      members: 110,
      formats: [
        { ...csv, rows: 110, files: [] },
        { ...ads, rows: 30, files: [] },
      ],
    },
    { name: 'holdout', members: 10, isHeldOut: true, formats: [] },
  ],
  change: { run: 'tea.1', gained: 5, lost: 300, drifts: true },
  history: [
    { slot: '2026-02-28', members: 535 },
    { slot: '2026-03-01', members: 240 },
  ],
};
const RUN: RunSummary = {
  ...AUDIENCE_RUN,
  audiences: [TEA],
  delivery: { folder: 's3://nightjar/audiences/tea/tea.2/', destinations: ['partner'] },
};

describe('the report of a split audience', () => {
  it('prints parts, the hold-out, each loss once, and a table of the files', () => {
    const text = formatReport(RUN, { report: '/state/report.html' });
    expect(text).toMatchInlineSnapshot(`
"category-fans.2026-03-01  finished after 4.5 s
The people who will like what is new in coffee and in plants

  audience      tea: 240 members of 300 users; +5 -300 since tea.1
                green | black <tea>
                       50  left out: not in sample
                       10  left out: no consent
                      120  in part a
                      110  in part b
                       10  in part holdout, kept out of all files
                google-ads: 70 people
                      160  left out: no consent ad user data
  output        2 lines in 1 object, 0 broken
  batch job     nj-category-fans-20260301-0011aabbccdd
                segment, 2 lines, done, cost unknown
  cost          unknown (no price is set)
  time          preparing 0.1 s, waiting 4.0 s, writing 0.4 s
  files         s3://nightjar/audiences/tea/tea.2/
                delivered to partner
    AUDIENCE     FORMAT      MEMBERS  ROWS  FILES
    tea.a        csv             120   120  whole, 2 files
                 google-ads             40  -7
    tea.b        csv             110   110  no change
                 google-ads             30  no change
    tea.holdout                   10        none: held out
  WARNING       tea drifts: of the people in it now or delivered by tea.1, 43.5
                % are in both (+5 -300). Have its query, the model or the
                catalogue changed?
  NOTE          google-ads: the platform uses no audience of fewer than 100:
                tea.a (40), tea.b (30)
  report        /state/report.html
  artefacts     1 file, with SHA-256: nightjar runs show
                category-fans.2026-03-01"
`);
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(text).not.toContain('sha256');
    expect(text.match(/no consent ad user data/g)).toHaveLength(1);
  });

  it('lists every file with its checksum unless it is short', () => {
    expect(formatReport(RUN)).toContain('sha256 00f1e2d3');
  });

  it('shows all of it in HTML, and escapes it', () => {
    const page = renderReportHtml({ summary: RUN });
    for (const text of [
      'green | black &lt;tea&gt;',
      '<b>10</b><span>holdout, in no file</span>',
      '<b>50</b><span>left out: not in sample</span>',
      '160 no consent ad user data',
      'whole, 2 files',
      '2026-02-28: 535, 2026-03-01: 240',
      'tea drifts',
      'Delivered to partner',
    ])
      expect(page).toContain(text);
    expect(page).toContain('class="count small">40<br>');
  });

  it('tells a part that got lost', () => {
    expect(sumsAddUp(RUN)).toEqual([]);
    expect(sumsAddUp({ ...RUN, audiences: [{ ...TEA, parts: TEA.parts?.slice(1) ?? [] }] })).toEqual([
      'the members of the parts of tea are 120, and its members is 240',
    ]);
  });

  it('warns of an audience that nobody is in', () => {
    const empty = { ...TEA, members: 0, parts: [], change: undefined };
    const { change: _, ...none } = empty;
    expect(formatReport({ ...RUN, audiences: [none] })).toContain(
      'tea has no members: it may address none of 300 users',
    );
    expect(formatReport({ ...RUN, audiences: [{ ...none, segmentUsers: 0 }] })).toContain('it found no user');
  });

  it('tells who holds what is no longer in the job, and what was withdrawn', () => {
    const gone: AudienceSummary = {
      ...TEA,
      name: 'gone',
      segmentUsers: 0,
      members: 0,
      leftOut: [],
      formats: [],
      isWithdrawn: true,
    };
    const { change: _, parts: __, ...withdrawn } = gone;
    const leftBehind = [
      { name: 'coffee.a', members: 1234, slot: '2026-02-28', destinations: ['lake', 'partner'] },
      { name: 'mugs', members: 1, slot: '2026-02-27', destinations: [] },
    ];
    const summary = { ...RUN, audiences: [TEA, withdrawn], leftBehind };
    const told = [
      'coffee.a is no longer in the job, and the destinations lake, partner still hold 1,234 people of 2026-02-28; ' +
        'to have them removed: add "withdraw: [coffee.a]" to audience',
      'mugs is no longer in the job, and whoever took its files still holds 1 person of 2026-02-27; ' +
        'to have them removed: add "withdraw: [mugs]" to audience',
    ];
    const text = formatReport(summary).replace(/\n +/g, ' ');
    const page = renderReportHtml({ summary }).replaceAll('&quot;', '"');
    for (const line of told) {
      expect(text).toContain(`WARNING       ${line}`);
      expect(page).toContain(line);
    }
    // An item's id as YAML takes it for a text.
    const item = { name: '1001', members: 2, slot: '2026-02-28', destinations: ['lake'] };
    expect(tellLeftBehind(item)).toContain(`add 'withdraw: ["1001"]' to audience`);
    expect(text).toContain('gone: withdrawn');
    expect(page).toContain('Withdrawn: no longer in the job');
    expect(text).not.toContain('gone has no members');
    expect(sumsAddUp(summary)).toEqual([]);
  });
});
