/** What the ledger records of an answer. */
import type { SendOutcome } from '../../src/mail/outcome';
import { readOutcome, type Sent } from '../../src/run/sending/send-outcome';

const NOW = Date.UTC(2026, 2, 2, 2);
const sent = (attempt: number): Sent => ({
  mail: { userId: 'u1', messageId: '<m@shop.example>', attempt, waits: 0 },
  now: NOW,
  retryAfterSeconds: [60, 900],
  wait: { kind: 'own' },
});
const greylisted: SendOutcome = {
  kind: 'deferred',
  code: 450,
  cause: 'transient',
  scope: 'recipient',
  bounce: 'none',
  retryAfterMs: 300_000,
  answer: '450 greylisted',
};

it('a mail that is put off waits as long as the settings and the answer both demand', () => {
  expect(readOutcome(greylisted, sent(1))).toMatchObject({ state: 'deferred', dueAt: NOW + 300_000 });
  expect(readOutcome(greylisted, sent(2))).toMatchObject({ state: 'deferred', dueAt: NOW + 900_000 });
  expect(readOutcome(greylisted, sent(3))).toMatchObject({ state: 'dropped', reason: 'smtp_450' });
});

it('the answer is kept whole as the mailer has made it fit', () => {
  const answer = `250 ${'x'.repeat(296)}`;
  expect(readOutcome({ kind: 'accepted', code: 250, answer }, sent(1)).answer).toBe(answer);
});
