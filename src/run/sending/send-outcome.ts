/** Turns what the mail server answered into what the ledger records; pure. */
import type { DeliveryAnswer } from '../../database/ledger/claims';
import { assertNever } from '../../errors';
import type { SendOutcome } from '../../mail/outcome';

/** What a mail waits for that was put off: a time of its own, or the end of a block; `over` where nobody waits any longer. */
export type Wait =
  | { readonly kind: 'own' }
  | { readonly kind: 'block'; readonly of: 'domain' | 'sender'; readonly until: number }
  | { readonly kind: 'over' };

export interface Sent {
  readonly mail: {
    readonly userId: string;
    readonly messageId: string;
    readonly attempt: number;
    /** Times that a block put it back. */
    readonly waits: number;
  };
  readonly now: number;
  /** Least waits after the first, second, … answer that lets try again; after the last the delivery is dropped. */
  readonly retryAfterSeconds: readonly number[];
  /** Of a mail that was put off. */
  readonly wait: Wait;
}

/** A mail that was tried so often at the end of a block is what the domain doesn't take, not the others. */
const MOST_WAITS = 20;

/** Reads one outcome: 2xx accepted, 5xx refused, 4xx and failures before the body deferred, silence after the body unknown. */
export function readOutcome(outcome: SendOutcome, sent: Sent): DeliveryAnswer {
  const { userId, messageId } = sent.mail;
  const { answer } = outcome;
  switch (outcome.kind) {
    case 'accepted':
      // A service that replaces the Message-ID names the mail by its own in every event about it.
      return { userId, state: 'accepted', messageId: outcome.messageId ?? messageId, smtpCode: outcome.code, answer };
    case 'refused':
      return { ...describe(outcome, sent), state: 'refused', answer };
    case 'unknown':
      return { userId, state: 'unknown', reason: 'no_answer', messageId, answer };
    case 'deferred':
      return { ...describe(outcome, sent), ...defer(outcome, sent), answer };
    default:
      return assertNever(outcome);
  }
}

type Answered = Extract<SendOutcome, { kind: 'refused' | 'deferred' }>;

function describe(outcome: Answered, { mail }: Sent) {
  return {
    userId: mail.userId,
    messageId: mail.messageId,
    reason: reasonOf(outcome),
    smtpCode: outcome.code,
    enhancedCode: outcome.enhanced,
  };
}

function defer(
  { retryAfterMs = 0 }: Pick<Answered, 'retryAfterMs'>,
  { mail, now, retryAfterSeconds, wait }: Sent,
): Pick<DeliveryAnswer, 'state' | 'dueAt' | 'waited' | 'held'> {
  if (wait.kind === 'block' && mail.waits < MOST_WAITS) {
    return { state: 'deferred', dueAt: Math.max(now, wait.until), waited: true, held: wait.of === 'domain' };
  }
  const seconds = retryAfterSeconds[mail.attempt - 1];
  if (wait.kind !== 'own' || seconds === undefined) return { state: 'dropped' };
  return { state: 'deferred', dueAt: now + Math.max(seconds * 1000, retryAfterMs) };
}

/** Names an answer for the ledger: `smtp_550_5.1.1`, `ses_MessageRejected`, `not_reached`. */
export function reasonOf(outcome: {
  readonly code?: number | undefined;
  readonly enhanced?: string | undefined;
  readonly name?: string | undefined;
}): string {
  if (outcome.name !== undefined) return `ses_${outcome.name}`;
  if (outcome.code === undefined) return 'not_reached';
  return outcome.enhanced === undefined ? `smtp_${outcome.code}` : `smtp_${outcome.code}_${outcome.enhanced}`;
}
