/** The header fields of a bulk sender: which list a mail is of, how to leave it, and what Gmail's feedback loop counts by. */
import { phraseField, tokenField, uriField } from './header-lines';

/** Whom and what all mails of a run have in common. */
export interface ListParts {
  /** The job's name: letters, digits and dashes. */
  readonly list: string;
  readonly template: string;
  /** `YYYY-MM` of the run's slot. */
  readonly month: string;
  /** Of the sender, as A-label. */
  readonly domain: string;
}

/**
 * Writes what is the same in all mails of a run: List-Id (RFC 2919), Feedback-ID, and Precedence, by which programs that
 * answer during holidays know not to.
 */
export function listFields(parts: ListParts): string {
  const { list, domain } = parts;
  return [
    phraseField('List-Id', list, `${list}.${domain}`),
    tokenField('Feedback-ID', feedbackId(parts)),
    tokenField('Precedence', 'bulk'),
  ].join('');
}

/** Gmail reads at most four fields from the right; the last is the sender's, the same for ever, of 5 to 15 characters. */
function feedbackId({ template, list, month, domain }: ListParts): string {
  return [template, list, month, senderId(domain)].map((field) => field.replaceAll(/[^\w.-]/g, '-')).join(':');
}

function senderId(domain: string): string {
  const id = domain.replaceAll('.', '-').slice(0, 15).replace(/-+$/, '');
  return id.length < 5 ? `${id}-mail` : id;
}

/** What an address may hold and a URI reads otherwise (RFC 6068 section 2). */
function encodeLocalPart(address: string): string {
  return address.replaceAll(/[%?&#/^`{|}]/g, (char) => encodeURIComponent(char));
}

/** How one recipient leaves the list. */
export interface WaysOut {
  readonly url: string;
  /** Where an unsubscribe by mail goes, if anywhere; the link's token becomes its subject. */
  readonly mailto?: string | undefined;
}

/** Writes List-Unsubscribe, and List-Unsubscribe-Post where the link is https: RFC 8058 allows one click over nothing else. */
export function unsubscribeFields({ url, mailto }: WaysOut): string {
  const token = url.slice(url.lastIndexOf('/') + 1);
  const uris = mailto === undefined ? [url] : [url, `mailto:${encodeLocalPart(mailto)}?subject=${token}`];
  const oneClick = tokenField('List-Unsubscribe-Post', 'List-Unsubscribe=One-Click');
  return uriField('List-Unsubscribe', uris) + (url.startsWith('https://') ? oneClick : '');
}
