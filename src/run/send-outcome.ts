/** Turns what the SMTP server answered into what the ledger records. */
import type { DeliveryAnswer } from '../database/claims';
import { assertNever } from '../errors';
import type { SendOutcome } from '../mail/outcome';

interface Sent {
  readonly mail: { readonly userId: string; readonly messageId: string; readonly attempt: number };
  readonly now: number;
  /** Waits after the first, second, … answer that lets try again; after the last the delivery is dropped. */
  readonly retryAfterSeconds: readonly number[];
}

/** Longest answer text kept. */
const ANSWER_CHARACTERS = 200;

/** Reads one outcome: 2xx accepted, 5xx refused, 4xx and failures before the body deferred, silence after the body unknown. */
export function readOutcome(outcome: SendOutcome, sent: Sent): DeliveryAnswer {
  const { userId, messageId } = sent.mail;
  const answer = outcome.answer.replace(/\s+/g, ' ').slice(0, ANSWER_CHARACTERS);
  switch (outcome.kind) {
    case 'accepted':
      return { userId, state: 'accepted', messageId, smtpCode: outcome.code, answer };
    case 'refused':
      return {
        userId,
        state: 'refused',
        reason: reasonOf(outcome),
        messageId,
        smtpCode: outcome.code,
        enhancedCode: outcome.enhanced,
        answer,
      };
    case 'unknown':
      return { userId, state: 'unknown', reason: 'no_answer', messageId, answer };
    case 'deferred':
      return defer(outcome, sent, answer);
    default:
      return assertNever(outcome);
  }
}

function defer(outcome: Extract<SendOutcome, { kind: 'deferred' }>, sent: Sent, answer: string): DeliveryAnswer {
  const { userId, messageId, attempt } = sent.mail;
  const waitSeconds = sent.retryAfterSeconds[attempt - 1];
  const common = {
    userId,
    messageId,
    reason: reasonOf(outcome),
    smtpCode: outcome.code,
    enhancedCode: outcome.enhanced,
    answer,
  };
  if (waitSeconds === undefined) return { ...common, state: 'dropped' };
  return { ...common, state: 'deferred', dueAt: sent.now + waitSeconds * 1000 };
}

function reasonOf(outcome: { readonly code?: number | undefined; readonly enhanced?: string | undefined }): string {
  if (outcome.code === undefined) return 'not_reached';
  return outcome.enhanced === undefined ? `smtp_${outcome.code}` : `smtp_${outcome.code}_${outcome.enhanced}`;
}
