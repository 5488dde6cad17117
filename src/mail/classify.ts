/** Says what an SMTP reply means for one e-mail, by the table of replies in the standards; pure. */

/** Whose fault a refusal or delay is, and so what may follow from it. */
export type ReplyCause =
  /** The mailbox does not exist or is disabled: the address is dead. */
  | 'address'
  | 'mailbox_full'
  /** The message is too large: a defect of the template. */
  | 'too_large'
  /** Policy or authentication of the sender: never the recipient's fault. */
  | 'policy'
  /** A quota or rate: slow down. */
  | 'throttled'
  | 'transient'
  /** The session was in the wrong state, or the connection failed. */
  | 'connection'
  /** A permanent refusal without a known reason. */
  | 'permanent';

export interface Reply {
  /** Three digits. */
  readonly code: number;
  /** The whole text of the server. */
  readonly text: string;
  /** The command that was answered, as nodemailer names it. */
  readonly command?: string | undefined;
}

/** `stop` means that no mail of this server can succeed: wrong credentials. */
export interface Verdict {
  readonly kind: 'refused' | 'deferred' | 'stop';
  readonly cause: ReplyCause;
  /** RFC 3463, such as `5.1.1`; undefined where the reply has none. */
  readonly enhanced: string | undefined;
}

/** Finds the enhanced status code that opens the text of a reply (`550 5.1.1 no such user`, `550-5.7.26 …`). */
export function readEnhancedCode(text: string): string | undefined {
  return /^\s*\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(text)?.[1];
}

/**
 * Reads a reply of class 4 or 5, the enhanced code before the basic code.
 * 421 is always temporary, 503 is an accident of the session, and what the server says to MAIL is about the sender,
 * so that no reply to it ever condemns a recipient.
 */
export function classifyReply({ code, text, command }: Reply): Verdict {
  const enhanced = readEnhancedCode(text);
  if (code === 421) return { kind: 'deferred', cause: 'transient', enhanced };
  if (code === 503) return { kind: 'deferred', cause: 'connection', enhanced };
  if (code === 530 || code === 535 || enhanced === '5.7.8') return { kind: 'stop', cause: 'policy', enhanced };
  const kind = readClass(code, enhanced) === 4 ? 'deferred' : 'refused';
  if (command === 'MAIL FROM' && kind === 'refused' && enhanced?.startsWith('5.3') !== true && code !== 552) {
    return { kind, cause: 'policy', enhanced };
  }
  const cause = enhanced === undefined ? findBasicCause(code) : findEnhancedCause(enhanced, code);
  return { kind, cause, enhanced };
}

function readClass(code: number, enhanced: string | undefined): number {
  const named = Number(enhanced?.[0]);
  return named === 4 || named === 5 ? named : Math.floor(code / 100);
}

const ADDRESS_CODES: ReadonlySet<string> = new Set(['5.1.1', '5.1.2', '5.1.3', '5.1.10', '5.2.1']);
const SIZE_CODES: ReadonlySet<string> = new Set(['5.3.4', '5.2.3']);

function findEnhancedCause(enhanced: string, code: number): ReplyCause {
  if (ADDRESS_CODES.has(enhanced)) return 'address';
  if (enhanced === '5.2.2' || enhanced === '4.2.2') return 'mailbox_full';
  if (SIZE_CODES.has(enhanced)) return 'too_large';
  if (code === 454 || enhanced === '4.7.28') return 'throttled';
  if (enhanced.startsWith('5.7.')) return 'policy';
  return enhanced.startsWith('4') ? 'transient' : 'permanent';
}

function findBasicCause(code: number): ReplyCause {
  if (code === 454) return 'throttled';
  if (code < 500) return 'transient';
  return code === 552 ? 'too_large' : 'permanent';
}
