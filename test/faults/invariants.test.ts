/** Each invariant of the rounds sees what it is there for. */
import type { Facts } from './harness/facts';
import { checkFacts } from './harness/invariants';
import { planCalm } from './harness/plan';

const CHOSEN = ['u1', 'u2', 'u3'];
const EXPECTED = { chosen: CHOSEN, audiences: { 'tea.csv': 'user\nu1\n' } };

const row = (user_id: string, state: string, resends = 0) => ({
  user_id,
  state,
  reason: null,
  attempt: 1,
  resends,
  message_id: null,
});
const mail = (user: string, messageId = `<${user}@shop>`) => ({ at: 1, to: `${user}@people.example`, messageId });

/** A round in which everything went well. */
const GOOD: Facts = {
  ledger: [row('u1', 'accepted'), row('u2', 'accepted'), row('u3', 'excluded')],
  runs: {
    letters: { state: 'finished', pausedReason: undefined },
    fans: { state: 'finished', pausedReason: undefined },
  },
  events: {
    letters: ['planned', 'preparing', 'waiting', 'collecting', 'sending', 'paused', 'sending', 'finished'],
    fans: ['planned', 'preparing', 'failed', 'preparing', 'waiting', 'writing', 'finished'],
  },
  intended: [
    { name: 'a', fingerprint: 'fa', state: 'done' },
    { name: 'b', fingerprint: 'fb', state: 'done' },
  ],
  bought: [
    { name: 'a', status: 'ACTIVE' },
    { name: 'b', status: 'ACTIVE' },
  ],
  calls: { CreateBatchInferenceJob: { effects: 1, outcomes: { ok: 1 } } },
  reported: { accepted: 2, excluded: 1 },
  audiences: EXPECTED.audiences,
  mails: [mail('u1'), mail('u2')],
  defects: [],
};

const check = (facts: Partial<Facts>, unknown: 'ask' | 'resend' | 'drop' = 'ask') =>
  checkFacts({ ...GOOD, ...facts }, { ...planCalm('redis'), unknown }, EXPECTED);

describe('the invariants of a round', () => {
  it('hold for one that went well', () => {
    expect(check({})).toEqual([]);
  });

  it.each<[string, Partial<Facts>, RegExp]>([
    ['a second mail', { mails: [mail('u1'), mail('u2'), mail('u2')] }, /nobody gets two mails: u2 got 2 mails/],
    [
      'a row that is left',
      { ledger: [row('u1', 'accepted'), row('u2', 'accepted'), row('u3', 'claimed')] },
      /u3 is still claimed/,
    ],
    ['a row that is missing', { ledger: GOOD.ledger.slice(1) }, /not in the ledger: u1/],
    ['an accepted mail that nobody got', { mails: [mail('u1')] }, /u2 is accepted\(\), and has not got the mail/],
    [
      'a mail that the ledger denies',
      { mails: [mail('u1'), mail('u2'), mail('u3')] },
      /u3 is excluded\(\), and has got the mail/,
    ],
    ['another Message-ID', { mails: [mail('u1'), mail('u2', '<u1@shop>')] }, /<u1@shop> went to/],
    [
      'a second batch job of a fingerprint',
      { intended: [...GOOD.intended, { name: 'a', fingerprint: 'fa', state: 'done' }] },
      /several batch jobs of the fingerprint fa/,
    ],
    ['a second batch job', { bought: [...GOOD.bought, { name: 'c', status: 'ACTIVE' }] }, /3 batch jobs were bought/],
    [
      'a create that took effect twice',
      { calls: { CreateBatchInferenceJob: { effects: 2, outcomes: {} } } },
      /took effect 2 times/,
    ],
    [
      'a run that is not done',
      { runs: { ...GOOD.runs, fans: { state: 'writing', pausedReason: undefined } } },
      /fans is writing/,
    ],
    ['another audience file', { audiences: { 'tea.csv': 'user\n' } }, /tea.csv differs/],
    ['sums that are off', { reported: { accepted: 3, excluded: 1 } }, /add up to 4/],
    [
      'a run that went back',
      { events: { ...GOOD.events, fans: ['planned', 'waiting', 'preparing', 'finished'] } },
      /fans went/,
    ],
    [
      'a stage begun twice',
      { events: { ...GOOD.events, fans: ['planned', 'writing', 'writing', 'finished'] } },
      /fans went/,
    ],
    ['a defect in a log', { defects: ['worker-0.log: E_BUG'] }, /no defect is logged: worker-0.log/],
  ])('see %s', (_name, facts, violation) => {
    expect(check(facts).join('\n')).toMatch(violation);
  });

  it('let a batch job be bought again that Personalize has failed', () => {
    const bought = [...GOOD.bought, { name: 'c', status: 'CREATE FAILED' }];
    const intended = [...GOOD.intended, { name: 'c', fingerprint: 'fa', state: 'failed' }];
    const calls = { CreateBatchInferenceJob: { effects: 2, outcomes: { ok: 2 } } };

    expect(check({ bought, intended, calls })).toEqual([]);
  });

  it('let a mail be sent again where the job says resend, as often as it was', () => {
    const mails = [mail('u1'), mail('u2'), mail('u2')];
    const ledger = [row('u1', 'accepted'), row('u2', 'accepted', 1), row('u3', 'excluded')];

    expect(check({ mails, ledger }, 'resend')).toEqual([]);
    expect(check({ mails: [...mails, mail('u2')], ledger }, 'resend').join()).toMatch(/u2 got 3 mails/);
    expect(check({ mails, ledger }).join()).toMatch(/u2 got 2 mails/);
  });

  it('let a mail that arrived be dropped where the job says so', () => {
    const ledger = [row('u1', 'accepted'), row('u2', 'dropped'), row('u3', 'excluded')];
    const reported = { accepted: 1, dropped: 1, excluded: 1 };

    expect(check({ ledger, reported }, 'drop')).toEqual([]);
    expect(check({ ledger, reported }).join()).toMatch(/u2 is dropped\(\), and has got the mail/);
  });
});
