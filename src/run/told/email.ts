/** Tells by e-mail: over the settings' mail server, beside the ledger of deliveries and its pace. */
import type { SendMailOptions } from 'nodemailer';
import { checkAddress, parseMailbox } from '../../content/address';
import { cleanHeader } from '../../content/message';
import { isNightjarError } from '../../errors';
import type { SendOutcome } from '../../mail/outcome';
import type { Engines } from '../engines';
import type { Payload } from './payload';
import { htmlText, plainText, subjectOf } from './texts';
import type { TryOutcome } from './webhook';

const SUBJECT_MAX = 200;
/** A server that is silent for longer is tried again; the same Message-ID lets a mailbox see that it is one e-mail. */
const TIMEOUT_MS = 60_000;

/** Sends one e-mail to one person who looks after the jobs. */
export async function sendNotice(
  engines: Pick<Engines, 'settings' | 'mailer' | 'now'>,
  payload: Payload,
  { address, signal }: { readonly address: string; readonly signal: AbortSignal },
): Promise<TryOutcome> {
  const checked = checkAddress(address);
  if (!checked.ok) return { kind: 'given-up', answer: `no address that can be written to (${checked.reason})` };
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
    return readOutcome(await engines.mailer.send(buildNotice(engines, payload, checked.address), { signal: limit }));
  } catch (error) {
    // A wrong login or certificate is mended by people, who need to be told all the more.
    if (isNightjarError(error)) return { kind: 'again', answer: `${error.code}: ${error.message}` };
    throw error;
  }
}

/** An e-mail that may have arrived is sent again: twice is better than never here. */
function readOutcome(outcome: SendOutcome): TryOutcome {
  if (outcome.kind === 'accepted') return { kind: 'told', answer: `${outcome.code} ${outcome.answer}` };
  if (outcome.kind === 'refused') return { kind: 'given-up', answer: `${outcome.code} ${outcome.answer}` };
  return { kind: 'again', answer: outcome.answer };
}

function buildNotice(
  { settings, now }: Pick<Engines, 'settings' | 'now'>,
  payload: Payload,
  to: string,
): SendMailOptions {
  const from = parseMailbox(settings.notify.from ?? settings.mail.from);
  const domain = from.address.slice(from.address.lastIndexOf('@') + 1);
  return {
    envelope: { from: from.address, to: [to] },
    from,
    to,
    subject: cleanHeader(subjectOf(payload), SUBJECT_MAX),
    messageId: `<${payload.id}@${domain}>`,
    date: new Date(now()),
    // Out-of-office answers are of no use to nightjar (RFC 3834).
    headers: { 'Auto-Submitted': 'auto-generated' },
    text: plainText(payload),
    html: htmlText(payload),
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}
