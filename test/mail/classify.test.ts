import { classifyReply, readEnhancedCode, type Verdict } from '../../src/mail/classify';

type Row = [string, Verdict['kind'], Verdict['cause']];

const classify = (text: string, command = 'RCPT TO') =>
  classifyReply({ code: Number(text.slice(0, 3)), text, command });

it.each<Row>([
  ['421 4.7.0 too many connections', 'deferred', 'transient'],
  ['421 5.7.1 closing', 'deferred', 'transient'],
  ['450 4.2.0 greylisted', 'deferred', 'transient'],
  ['451 try again', 'deferred', 'transient'],
  ['452 4.2.2 over quota', 'deferred', 'mailbox_full'],
  ['452 4.5.3 too many recipients', 'deferred', 'transient'],
  ['450 4.7.28 unusual rate', 'deferred', 'throttled'],
  ['454 Throttling failure: Maximum sending rate exceeded.', 'deferred', 'throttled'],
  ['503 5.5.1 bad sequence of commands', 'deferred', 'connection'],
  ['530 5.7.0 authentication required', 'stop', 'policy'],
  ['535 5.7.8 bad credentials', 'stop', 'policy'],
  ['550 5.1.1 no such user', 'refused', 'address'],
  ['550 5.1.2 no such host', 'refused', 'address'],
  ['553 5.1.3 bad syntax', 'refused', 'address'],
  ['550 5.1.10 null mx', 'refused', 'address'],
  ['550 5.2.1 disabled', 'refused', 'address'],
  ['552 5.2.2 mailbox full', 'refused', 'mailbox_full'],
  ['552 5.3.4 too large', 'refused', 'too_large'],
  ['552 5.2.3 too large for the mailbox', 'refused', 'too_large'],
  ['550 5.7.1 blocked', 'refused', 'policy'],
  ['550-5.7.26 unauthenticated', 'refused', 'policy'],
  ['550 5.7.515 access denied', 'refused', 'policy'],
  ['554 5.0.0 no', 'refused', 'permanent'],
  ['554 transaction failed', 'refused', 'permanent'],
  ['550 user unknown', 'refused', 'permanent'],
])('reads %j as %s because of %s', (text, kind, cause) => {
  expect(classify(text)).toMatchObject({ kind, cause });
});

it('believes the enhanced code before the basic one', () => {
  expect(classify('550 4.2.1 come back later').kind).toBe('deferred');
  expect(classify('450 5.1.1 no such user')).toMatchObject({ kind: 'refused', cause: 'address' });
});

it('never blames the recipient for what is said to the sender', () => {
  expect(classify('550 5.1.1 no such sender', 'MAIL FROM')).toMatchObject({ kind: 'refused', cause: 'policy' });
  expect(classify('552 5.3.4 too large', 'MAIL FROM')).toMatchObject({ cause: 'too_large' });
});

it('finds an enhanced code only where one may stand', () => {
  expect(readEnhancedCode('550 5.1.1 unknown')).toBe('5.1.1');
  expect(readEnhancedCode('550 host 10.5.1.1 said no')).toBeUndefined();
  expect(readEnhancedCode('250 ok')).toBeUndefined();
});
