/** The table of SES errors that concern one e-mail; pure data. */
import type { Finding } from './verdict';

/** A row holds for an answer that passes all of its tests. */
export interface SesRow {
  readonly name?: RegExp;
  readonly text?: RegExp;
  readonly kind: 'refused' | 'deferred';
  readonly finding: Finding;
}

const policy: Finding = { cause: 'policy', scope: 'sender', bounce: 'none' };
const quota: Finding = { cause: 'daily_quota', scope: 'sender', bounce: 'none', retryAfterMs: 3_600_000 };
/** A rate that was passed. */
export const RATE: Finding = { cause: 'throttled', scope: 'sender', bounce: 'none', retryAfterMs: 5000 };

/** The first row that holds decides; an answer of class 4 that no row knows is a defect of the request, so of ours. */
export const SES_ROWS: readonly SesRow[] = [
  { name: /TooManyRequests|LimitExceeded|Throttl/, text: /daily|24.?hour/i, kind: 'deferred', finding: quota },
  { name: /^LimitExceededException$/, kind: 'deferred', finding: quota },
  { name: /TooManyRequests|Throttl/, kind: 'deferred', finding: RATE },
  {
    name: /^MessageRejected/,
    text: /blacklisted|suppression list/i,
    kind: 'refused',
    finding: { cause: 'address', scope: 'recipient', bounce: 'hard' },
  },
  // the sandbox of SES writes to verified addresses only: no fault of the recipient
  { name: /^MessageRejected/, text: /not verified/i, kind: 'refused', finding: policy },
  { name: /^MessageRejected/, kind: 'refused', finding: { cause: 'permanent', scope: 'sender', bounce: 'none' } },
  {
    name: /^BadRequestException$/,
    text: /illegal address|missing final|local address|(domain|address) (contains|starts|ends|is missing)|invalid email/i,
    kind: 'refused',
    finding: { cause: 'address', scope: 'recipient', bounce: 'hard' },
  },
  {
    name: /TooLarge|^BadRequestException$/,
    text: /message (is )?too (large|long)|message (length|size)|maximum.*message/i,
    kind: 'refused',
    finding: { cause: 'too_large', scope: 'sender', bounce: 'none' },
  },
];
