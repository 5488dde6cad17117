/** Names in a job file that mean nothing: each is told with file, line, field and value, and with a fix that was likely meant. */
import { formatError, isNightjarError, type NightjarError } from '../../src/errors';
import type { JobNames } from '../../src/job/names';
import { parseJob } from '../../src/job/parse';

const NAMES: JobNames = {
  solutions: ['picks', 'popular', 'ranked', 'ranked-old', 'similar', 'item-fans', 'attribute-fans'],
  recipes: {
    picks: 'aws-user-personalization-v2',
    popular: 'aws-popularity-count',
    ranked: 'aws-personalized-ranking-v2',
    'ranked-old': 'aws-personalized-ranking',
    similar: 'aws-similar-items',
    'item-fans': 'aws-item-affinity',
    'attribute-fans': 'aws-item-attribute-affinity',
  },
  templates: ['picks', 'plain'],
  targets: ['ops'],
  destinations: ['partner', 'crm'],
  formats: ['csv', 'jsonl', 'meta', 'google-ads', 'microsoft', 'partner'],
};

const email = (recommend: string, more = '') =>
  `about: Picks\nkind: email\nrecommend: ${recommend}\ncontent: { template: picks }\n${more}`;
const audience = (fields: string, segment = `queries: { drama: 'ITEMS.GENRE = "Drama"' }`) =>
  `about: Fans\nkind: audience\nsegment: { solution: attribute-fans, users: 10, ${segment} }\naudience:\n  ${fields}\n`;

function errorsOf(text: string, names = NAMES): readonly NightjarError[] {
  try {
    parseJob({ file: 'jobs/winback.yaml', text, ...names });
  } catch (error) {
    if (isNightjarError(error)) return [error, ...error.others];
    throw error;
  }
  return [];
}

interface Case {
  readonly text: string;
  readonly at: string;
  /** Field and value. */
  readonly told: readonly string[];
  readonly fix: string;
}

const add = (name: string, recipe: string) =>
  `add "${name}: { solution: ${name}, recipe: ${recipe} }" below "solutions:" of the settings`;

const CASES: readonly Case[] = [
  {
    text: audience('formats: [csv, google]'),
    at: '5:18',
    told: ['audience.formats[1]', '"google"'],
    fix: 'write "google-ads" instead of "google"',
  },
  {
    text: audience('formats: [Facebook]'),
    at: '5:13',
    told: ['audience.formats[0]', '"Facebook"'],
    fix: 'write "meta" instead of "Facebook"',
  },
  {
    text: audience('formats: [bing]'),
    at: '5:13',
    told: ['audience.formats[0]', '"bing"'],
    fix: 'write "microsoft" instead of "bing"',
  },
  {
    text: audience('formats: [salesforce]'),
    at: '5:13',
    told: ['audience.formats[0]', '"salesforce"'],
    fix: 'name one of these: csv, jsonl, meta, google-ads, microsoft, partner; or write formats/salesforce.yaml: docs/audience-formats.md',
  },
  {
    text: audience('formats: [s3]'),
    at: '5:13',
    told: ['audience.formats[0]', '"s3"'],
    fix: 'write "formats: [csv]"; where files go beside S3 is said by audience.deliver',
  },
  {
    text: audience('deliver: [lake]'),
    at: '5:13',
    told: ['audience.deliver[0]', '"lake"', '(partner, crm)'],
    fix: 'name one of these: partner, crm; or add "lake: { url: s3://BUCKET/PREFIX/ }" below "destinations:" of the settings',
  },
  {
    text: audience('deliver: [partnr]'),
    at: '5:13',
    told: ['audience.deliver[0]', '"partnr"'],
    fix: 'write "partner" instead of "partnr"',
  },
  {
    text: email('{ solution: ranking, from: related }'),
    at: '3:24',
    told: ['recommend.solution', '"ranking"'],
    fix: 'write "solution: similar"',
  },
  {
    text: email('{ solution: ranking, from: { newest: 20 } }'),
    at: '3:24',
    told: ['recommend.solution', '"ranking"'],
    fix: `name one of these: ranked, ranked-old; or ${add('ranking', 'aws-personalized-ranking-v2')}`,
  },
  {
    text: email('{ solution: pikcs }'),
    at: '3:24',
    told: ['recommend.solution', '"pikcs"', '(picks, popular, ranked, '],
    fix: 'write "solution: picks"',
  },
  {
    text: email('{ solution: picks }').replace(
      '{ template: picks }',
      '\n  template: picks\n  sections:\n    fresh: { recommend: { solution: fresh, from: related }, show: { items: 3 } }',
    ),
    at: '7:37',
    told: ['content.sections.fresh.recommend.solution', '"fresh"'],
    fix: 'write "solution: similar"',
  },
  {
    text: audience('to: a/', 'items: [a]').replace('attribute-fans', 'fans'),
    at: '3:22',
    told: ['segment.solution', '"fans"'],
    fix: 'write "solution: item-fans"',
  },
  {
    text: audience('to: a/').replace('attribute-fans', 'fans'),
    at: '3:22',
    told: ['segment.solution', '"fans"'],
    fix: 'write "solution: attribute-fans"',
  },
  {
    text: email('{ solution: picks }', 'notify: { to: [opps] }\n'),
    at: '5:16',
    told: ['notify.to[0]', '"opps"'],
    fix: 'write "ops" instead of "opps"',
  },
  {
    text: email('{ solution: picks }', 'notify: { to: [night-shift] }\n'),
    at: '5:16',
    told: ['notify.to[0]', '"night-shift"'],
    fix: 'name one of these: ops; or add "night-shift:" below "notify.targets:" of the settings',
  },
  {
    text: email('{ solution: picks }').replace('template: picks', 'template: winter'),
    at: '4:22',
    told: ['content.template', '"winter"'],
    fix: 'name one of these: picks, plain; or make the folder templates/winter',
  },
  {
    text: audience('combine: drama & !drma'),
    at: '5:21',
    told: ['audience.combine', '"drma"'],
    fix: 'write "drama & !drama"',
  },
  {
    text: audience('combine: drama & !opera'),
    at: '5:21',
    told: ['audience.combine', '"opera"'],
    fix: 'write one of drama, or define it as a list: audience.lists: { opera: lists/opera.csv }',
  },
  {
    text: audience('combine: { gone: drama, all: drama & !gone@2026-11-01 }'),
    at: '5:41',
    told: ['audience.combine.all', '"gone@2026-11-01" has a slot and no job'],
    fix: 'write winback/gone@2026-11-01 for an earlier run, or gone for this one',
  },
  {
    text: audience('combine: drama | fans/tea@soon'),
    at: '5:29',
    told: ['audience.combine', '"soon" is no slot'],
    fix: 'write fans/tea@2026-11-01, or @2026-11-01T0630',
  },
  {
    text: audience('combine: { fans: drama, more: drama | fans.a }, split: { a: 50%, b: 50% }').replace(
      '}, split',
      '}\n  split',
    ),
    at: '5:41',
    told: ['audience.combine.more', '"fans.a" is a part'],
    fix: 'write fans, or winback/fans.a for the part of an earlier run',
  },
  {
    text: audience('combine: drama & unsubscribed'),
    at: '5:20',
    told: ['audience.combine', '"unsubscribed"'],
    fix: 'write "drama & suppressed"',
  },
  {
    text: audience('combine: drama | everybody'),
    at: '5:20',
    told: ['audience.combine', '"everybody"'],
    fix: 'write "drama | everyone"',
  },
  {
    text: email('{ solution: picks }', 'recipients: { from: { audience: fans } }\n'),
    at: '5:33',
    told: ['recipients.from.audience', '"fans"', 'expected job/audience, or job/audience.part'],
    fix: 'write "audience: category-fans/coffee"',
  },
  {
    text: email('{ solution: picks }', 'recipients: { from: { audience: fans/tea.a@2026-11-01 } }\n'),
    at: '5:33',
    told: ['recipients.from.audience', '"fans/tea.a@2026-11-01"', 'without a slot'],
    fix: 'write "audience: fans/tea.a"',
  },
  {
    text: email('{ solution: picks }', 'recipients: { from: { audience: fans/tea.a, part: b } }\n'),
    at: '5:51',
    told: ['recipients.from.part', '"b"'],
    fix: 'remove "part:"',
  },
  {
    text: email('{ solution: ranked, from: { list: [tea-014, 1193] } }'),
    at: '3:56',
    told: ['recommend.from.list[1]', '1193'],
    fix: 'put quotes around it, as in "1193"',
  },
  {
    text: email('{ solution: ranked, from: { list: [tea-014, tea-014] } }'),
    at: '3:56',
    told: ['recommend.from.list[1]', '"tea-014"', 'each item id once'],
    fix: 'remove it from the list',
  },
  {
    text: email('{ solution: ranked, from: { newest: 20, categroy: tea } }'),
    at: '3:52',
    told: ['recommend.from.categroy'],
    fix: 'write "category:" instead of "categroy:"',
  },
  {
    text: email('{ solution: picks }').replace('recommend:', 'recomend:'),
    at: '3:1',
    told: ['recomend', 'is not a key'],
    fix: 'write "recommend:" instead of "recomend:"',
  },
  {
    text: audience('to: a/').replace('queries:', 'querys:'),
    at: '3:49',
    told: ['segment.querys', 'is not a key'],
    fix: 'write "queries:" instead of "querys:"',
  },
  {
    text: email('{ solution: picks }').replace('template: picks', 'template: picks, links: { clicks: yes }'),
    at: '4:46',
    told: ['content.links.clicks', '"yes"'],
    fix: 'write "clicks: true", or remove the line for the default "clicks: false"',
  },
  {
    text: audience('split: { a: 0.45, b: 55% }'),
    at: '5:15',
    told: ['audience.split.a', '0.45'],
    fix: 'write "a: 45%", or remove the line',
  },
  {
    text: email('{ solution: picks }', 'after: [nightly-picks]\n'),
    at: '5:8',
    told: ['after', 'a list'],
    fix: 'write "after: nightly-picks", or remove the line',
  },
  {
    text: email('{ solution: picks }', 'send: { onlyTo: me@shop.example }\n'),
    at: '5:17',
    told: ['send.onlyTo'],
    fix: 'put the value in brackets: "onlyTo: […]"',
  },
  {
    text: `${audience('to: a/')}recipients: { where: { country: DE } }\n`,
    at: '6:1',
    told: ['recipients'],
    fix: 'move what stands in "recipients.where:" to "audience.where:"',
  },
  {
    text: email(
      `{ solution: picks, results: "\${params.sum}" }`,
      'params: { number: { type: integer, default: 5 } }\n',
    ),
    at: '3:40',
    told: ['recommend.results', `\${params.sum}`],
    fix: 'add "sum: { type: integer }" below "params:"',
  },
  {
    text: email('{ solution: picks }').replace('kind: email', 'kind: e-mail'),
    at: '2:7',
    told: ['kind', '"e-mail"'],
    fix: 'write "kind: email"',
  },
];

it.each(CASES)('$told tells line, field, value and fix', ({ text, at, told, fix }) => {
  const errors = errorsOf(text);
  expect(errors.map((error) => formatError(error).split('\n')[0])).toEqual([
    `error[E_JOB_FIELD] jobs/winback.yaml:${at}`,
  ]);
  for (const part of told) expect(errors[0]?.message).toContain(part);
  expect(errors[0]?.fix).toBe(fix);
});

it('says nothing of solutions where nobody knows which there are', () => {
  expect(errorsOf(email('{ solution: anything }'), {})).toEqual([]);
  expect(errorsOf(email('{ solution: "arn:of:nothing" }'), {})).toHaveLength(1);
});

it('says how to make a solution where none does what is wanted', () => {
  const [error] = errorsOf(email('{ solution: fresh, from: related }'), {
    solutions: ['picks'],
    recipes: { picks: 'aws-user-personalization' },
  });
  expect(error?.fix).toBe(`${add('fresh', 'aws-similar-items')}: a Similar-Items or SIMS solution`);
});
