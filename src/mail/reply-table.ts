/** The table of SMTP replies: what the standards, Gmail, Yahoo, Outlook and SES mean by a code; pure data. */
import type { Finding } from './verdict';

/** A row holds for a reply that passes all of its tests. */
export interface ReplyRow {
  /** Basic codes, such as `450`. */
  readonly codes?: readonly number[];
  /** An enhanced code, or its beginning up to a dot. */
  readonly enhanced?: readonly string[];
  /** True: only where the reply has no enhanced code. */
  readonly bare?: true;
  readonly text?: RegExp;
  /** Where it differs from the class of the code. */
  readonly kind?: 'refused' | 'deferred' | 'stop';
  readonly finding: Finding;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** Greylisters let a second try through after 5 to 15 minutes (RFC 6647), and a busy domain deserves as much. */
const GREYLIST_MS = 5 * MINUTE;
/** Gmail wants ten minutes of silence after 4.7.28. */
const RATE_MS = 10 * MINUTE;
/** SES sends again five seconds after a rate was passed. */
const SES_RATE_MS = 5 * SECOND;
/** A daily quota is a window of 24 hours that moves on: look again in an hour. */
const QUOTA_MS = 60 * MINUTE;

const transient = (scope: Finding['scope']): Finding => ({
  cause: 'transient',
  scope,
  bounce: 'none',
  retryAfterMs: GREYLIST_MS,
});
const rate: Finding = { cause: 'throttled', scope: 'destination', bounce: 'none', retryAfterMs: RATE_MS };
const quota: Finding = { cause: 'daily_quota', scope: 'sender', bounce: 'none', retryAfterMs: QUOTA_MS };
const policy: Finding = { cause: 'policy', scope: 'sender', bounce: 'none' };
/** A defect of our set-up for which mail is only put off. */
const setup: Finding = { ...policy, retryAfterMs: GREYLIST_MS };
const login: Finding = { cause: 'policy', scope: 'login', bounce: 'none' };
const address: Finding = { cause: 'address', scope: 'recipient', bounce: 'hard' };
const full: Finding = { cause: 'mailbox_full', scope: 'recipient', bounce: 'soft' };
const tooLarge: Finding = { cause: 'too_large', scope: 'sender', bounce: 'none' };

/** The first row that holds decides. */
export const REPLY_ROWS: readonly ReplyRow[] = [
  // Gmail and Yahoo name a rate in many ways, also with 421
  { enhanced: ['4.7.28'], finding: rate },
  { text: /^4.*(unusual rate|unexpected volume|\[TSS?\d+\])/is, kind: 'deferred', finding: rate },
  // what Gmail misses in our DNS (PTR, SPF, TLS, DKIM, DMARC, alignment), and sender addresses that do not exist
  { enhanced: ['4.7.23', '4.7.27', '4.7.29', '4.7.30', '4.7.31', '4.7.32', '4.1.7', '4.1.8'], finding: setup },
  { enhanced: ['5.1.7', '5.1.8'], finding: policy },
  // 421 is temporary whatever the enhanced code says, and closes the connection
  { codes: [421], kind: 'deferred', finding: transient('destination') },
  { codes: [503], kind: 'deferred', finding: { cause: 'connection', scope: 'sender', bounce: 'none' } },
  { codes: [530, 535], kind: 'stop', finding: login },
  { enhanced: ['5.7.8'], kind: 'stop', finding: login },

  // SES: the rate of a second, or the quota of 24 hours; Postfix: no relaying for now
  { codes: [454], text: /daily/i, finding: quota },
  { codes: [454], enhanced: ['4.7.1'], finding: setup },
  { codes: [454], finding: { cause: 'throttled', scope: 'sender', bounce: 'none', retryAfterMs: SES_RATE_MS } },
  { codes: [554], text: /^554 Message rejected/i, finding: policy },
  // Google Workspace: the limit of a day, said with 550 although tomorrow mends it
  { enhanced: ['5.4.5'], text: /daily/i, kind: 'deferred', finding: quota },

  // a greylist wants this very message again: holding back the others would only start their clocks later
  { text: /^4.*gr[ae]y.?list/is, finding: transient('recipient') },
  { enhanced: ['4.7'], finding: transient('destination') },
  { enhanced: ['4.2.2'], finding: { ...full, retryAfterMs: GREYLIST_MS } },
  { enhanced: ['4.1', '4.2'], finding: transient('recipient') },
  // with one recipient a message, too many of them (4.5.3) is a count of the session or of the hour
  { enhanced: ['4'], finding: transient('destination') },

  { enhanced: ['5.1.1', '5.1.2', '5.1.3', '5.1.10', '5.2.1'], finding: address },
  { enhanced: ['5.2.2'], finding: full },
  { enhanced: ['5.3.4', '5.2.3'], finding: tooLarge },
  { enhanced: ['5.7'], finding: policy },
  { enhanced: ['5.5', '5.6'], finding: { cause: 'permanent', scope: 'sender', bounce: 'none' } },

  { codes: [450], bare: true, finding: transient('recipient') },
  { codes: [552], bare: true, text: /quota|full|storage/i, finding: full },
  { codes: [552], bare: true, finding: tooLarge },
];

/** What a reply means that no row knows. */
export const UNKNOWN_TEMPORARY: Finding = transient('destination');
/** Permanent without a known reason: the address is suppressed when it says so again. */
export const UNKNOWN_PERMANENT: Finding = { cause: 'permanent', scope: 'recipient', bounce: 'soft' };
