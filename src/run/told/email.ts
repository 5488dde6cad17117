/** Tells by e-mail: over the settings' mail server, beside the ledger of deliveries and its pace. */
import { checkAddress, parseMailbox } from '../../content/address';
import { buildNotice, type Message } from '../../content/message';
import { isNightjarError } from '../../errors';
import type { SendOutcome } from '../../mail/outcome';
import type { Engines } from '../engines';
import type { Payload } from './payload';
import { htmlText, plainText, subjectOf } from './texts';
import type { TryOutcome } from './webhook';

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
    return readOutcome(await engines.mailer.send(writeNotice(engines, payload, checked.address), { signal: limit }));
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

function writeNotice({ settings, now }: Pick<Engines, 'settings' | 'now'>, payload: Payload, to: string): Message {
  const from = parseMailbox(settings.notify.from ?? settings.mail.from);
  const domain = from.address.slice(from.address.lastIndexOf('@') + 1);
  return buildNotice({
    from,
    to,
    rendered: { subject: subjectOf(payload), text: plainText(payload), html: htmlText(payload) },
    messageId: `<${payload.id}@${domain}>`,
    date: new Date(now()),
  });
}
