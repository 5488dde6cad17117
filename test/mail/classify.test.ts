import { classifyReply, findRow, readEnhancedCode } from '../../src/mail/classify';
import { REPLY_ROWS } from '../../src/mail/reply-table';
import type { Bounce, ReplyCause, Scope, Verdict } from '../../src/mail/verdict';

const MINUTE = 60_000;

const classify = (text: string, command = 'RCPT TO') =>
  classifyReply({ code: Number(text.slice(0, 3)), text, command });

/** Reply, kind, cause, scope, bounce, suggested wait. */
type Row = [string, Verdict['kind'], ReplyCause, Scope, Bounce, number?];

const REPLIES: readonly Row[] = [
  ['421 closing', 'deferred', 'transient', 'destination', 'none', 5 * MINUTE],
  ['421 4.7.0 too many connections', 'deferred', 'transient', 'destination', 'none', 5 * MINUTE],
  ['421 5.7.1 closing', 'deferred', 'transient', 'destination', 'none', 5 * MINUTE],
  ['421-4.7.28 unusual rate of mail\n421 4.7.28 of yours', 'deferred', 'throttled', 'destination', 'none', 10 * MINUTE],
  ['421 4.7.0 [TSS04] deferred due to unexpected volume', 'deferred', 'throttled', 'destination', 'none', 10 * MINUTE],
  ['450 mailbox unavailable', 'deferred', 'transient', 'recipient', 'none', 5 * MINUTE],
  ['450 4.2.0 greylisted', 'deferred', 'transient', 'recipient', 'none', 5 * MINUTE],
  ['450 4.2.1 mailbox busy', 'deferred', 'transient', 'recipient', 'none', 5 * MINUTE],
  ['450 4.7.1 Greylisting in action, try later', 'deferred', 'transient', 'recipient', 'none', 5 * MINUTE],
  ['450 4.7.1 try later', 'deferred', 'transient', 'destination', 'none', 5 * MINUTE],
  ['451 4.7.0 try later', 'deferred', 'transient', 'destination', 'none', 5 * MINUTE],
  ['451 try again', 'deferred', 'transient', 'destination', 'none', 5 * MINUTE],
  ['451 4.3.0 queue trouble', 'deferred', 'transient', 'destination', 'none', 5 * MINUTE],
  ['451 4.4.1 no route', 'deferred', 'transient', 'destination', 'none', 5 * MINUTE],
  ['452 out of space', 'deferred', 'transient', 'destination', 'none', 5 * MINUTE],
  ['452 4.5.3 too many recipients', 'deferred', 'transient', 'destination', 'none', 5 * MINUTE],
  ['452 4.2.2 over quota', 'deferred', 'mailbox_full', 'recipient', 'soft', 5 * MINUTE],
  ['450 4.7.28 unusual rate', 'deferred', 'throttled', 'destination', 'none', 10 * MINUTE],
  ['451 Message deferred - [TS01]', 'deferred', 'throttled', 'destination', 'none', 10 * MINUTE],
  ['451 4.7.23 no PTR record', 'deferred', 'policy', 'sender', 'none', 5 * MINUTE],
  ['421-4.7.27 rate limited because\n421 4.7.27 SPF failed', 'deferred', 'policy', 'sender', 'none', 5 * MINUTE],
  ['451 4.7.27 SPF failed', 'deferred', 'policy', 'sender', 'none', 5 * MINUTE],
  ['451 4.7.29 no TLS', 'deferred', 'policy', 'sender', 'none', 5 * MINUTE],
  ['451 4.7.30 DKIM failed', 'deferred', 'policy', 'sender', 'none', 5 * MINUTE],
  ['451 4.7.31 no DMARC record', 'deferred', 'policy', 'sender', 'none', 5 * MINUTE],
  ['451 4.7.32 From not aligned', 'deferred', 'policy', 'sender', 'none', 5 * MINUTE],
  ['450 4.1.8 sender domain not found', 'deferred', 'policy', 'sender', 'none', 5 * MINUTE],
  ['454 Throttling failure: Maximum sending rate exceeded.', 'deferred', 'throttled', 'sender', 'none', 5000],
  ['454 Throttling failure: Daily message quota exceeded.', 'deferred', 'daily_quota', 'sender', 'none', 60 * MINUTE],
  ['454 4.7.1 relay access denied', 'deferred', 'policy', 'sender', 'none', 5 * MINUTE],
  ['503 5.5.1 bad sequence of commands', 'deferred', 'connection', 'sender', 'none'],
  ['530 5.7.0 authentication required', 'stop', 'policy', 'login', 'none'],
  ['535 5.7.8 bad credentials', 'stop', 'policy', 'login', 'none'],
  ['550 5.7.8 bad credentials', 'stop', 'policy', 'login', 'none'],
  ['550 5.1.1 no such user', 'refused', 'address', 'recipient', 'hard'],
  ['550 5.1.2 no such host', 'refused', 'address', 'recipient', 'hard'],
  ['551 5.1.1 moved', 'refused', 'address', 'recipient', 'hard'],
  ['553 5.1.3 bad syntax', 'refused', 'address', 'recipient', 'hard'],
  ['550 5.1.10 null mx', 'refused', 'address', 'recipient', 'hard'],
  ['550 5.2.1 disabled', 'refused', 'address', 'recipient', 'hard'],
  ['550 5.1.8 sender domain not found', 'refused', 'policy', 'sender', 'none'],
  ['552 5.2.2 mailbox full', 'refused', 'mailbox_full', 'recipient', 'soft'],
  ['552 quota exceeded', 'refused', 'mailbox_full', 'recipient', 'soft'],
  ['552 5.3.4 too large', 'refused', 'too_large', 'sender', 'none'],
  ['552 5.2.3 too large for the mailbox', 'refused', 'too_large', 'sender', 'none'],
  ['552 too much mail data', 'refused', 'too_large', 'sender', 'none'],
  ['550 5.7.1 blocked', 'refused', 'policy', 'sender', 'none'],
  ['550 5.7.25 no PTR record', 'refused', 'policy', 'sender', 'none'],
  ['550-5.7.26 unauthenticated', 'refused', 'policy', 'sender', 'none'],
  ['550 5.7.27 SPF failed', 'refused', 'policy', 'sender', 'none'],
  ['550 5.7.29 no TLS', 'refused', 'policy', 'sender', 'none'],
  ['550 5.7.30 DKIM failed', 'refused', 'policy', 'sender', 'none'],
  ['550 5.7.515 access denied', 'refused', 'policy', 'sender', 'none'],
  ['554 5.7.9 message not accepted for policy reasons', 'refused', 'policy', 'sender', 'none'],
  ['553 5.7.1 [BL21] connections not accepted', 'refused', 'policy', 'sender', 'none'],
  ['554 Message rejected: Email address is not verified.', 'refused', 'policy', 'sender', 'none'],
  ['550 5.4.5 Daily user sending limit exceeded', 'deferred', 'daily_quota', 'sender', 'none', 60 * MINUTE],
  ['501 5.5.4 bad parameters', 'refused', 'permanent', 'sender', 'none'],
  ['554 5.6.0 bad content', 'refused', 'permanent', 'sender', 'none'],
  ['554 5.0.0 no', 'refused', 'permanent', 'recipient', 'soft'],
  ['554 transaction failed', 'refused', 'permanent', 'recipient', 'soft'],
  ['550 user unknown', 'refused', 'permanent', 'recipient', 'soft'],
  ['550 5.71.1 no such class', 'refused', 'permanent', 'recipient', 'soft'],
];

it.each(REPLIES)('reads %j as %s: %s, a matter of the %s (bounce: %s), to wait %s ms', (...row) => {
  const [text, kind, cause, scope, bounce, retryAfterMs] = row;

  const { enhanced, ...verdict } = classify(text);

  expect(verdict).toEqual({ kind, cause, scope, bounce, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
  expect(enhanced).toBe(readEnhancedCode(text));
});

it('has a reply here for every row of the table', () => {
  const hit = new Set(REPLIES.map(([text]) => findRow({ code: Number(text.slice(0, 3)), text })));

  expect(REPLY_ROWS.filter((row) => !hit.has(row))).toEqual([]);
});

it('never takes policy, rates or our own defects for a bounce', () => {
  const ours = REPLY_ROWS.filter(({ finding }) => finding.scope !== 'recipient');

  expect(ours.filter(({ finding }) => finding.bounce !== 'none')).toEqual([]);
});

it('believes the enhanced code before the basic one', () => {
  expect(classify('550 4.2.1 come back later').kind).toBe('deferred');
  expect(classify('450 5.1.1 no such user')).toMatchObject({ kind: 'refused', cause: 'address' });
});

it('takes what is said to MAIL for a matter of the sender, and never blames a recipient for it', () => {
  expect(classify('550 5.1.1 no such sender', 'MAIL FROM')).toMatchObject({
    kind: 'refused',
    cause: 'policy',
    scope: 'sender',
    bounce: 'none',
  });
  expect(classify('552 5.3.4 too large', 'MAIL FROM')).toMatchObject({ cause: 'too_large', scope: 'sender' });
  expect(classify('421 4.7.0 busy', 'MAIL FROM')).toMatchObject({ scope: 'sender', retryAfterMs: MINUTE });
  expect(classify('421 4.7.28 rate', 'MAIL FROM')).toMatchObject({ scope: 'sender', retryAfterMs: 10 * MINUTE });
  expect(classify('530 5.7.0 login first', 'MAIL FROM')).toMatchObject({ kind: 'stop', scope: 'login' });
});

it('finds an enhanced code only where one may stand', () => {
  expect(readEnhancedCode('550 5.1.1 unknown')).toBe('5.1.1');
  expect(readEnhancedCode('550 host 10.5.1.1 said no')).toBeUndefined();
  expect(readEnhancedCode('250 ok')).toBeUndefined();
});
