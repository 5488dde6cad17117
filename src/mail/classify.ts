/** Says what an SMTP reply means for one e-mail, by the table of replies; pure. */
import { REPLY_ROWS, type ReplyRow, UNKNOWN_PERMANENT, UNKNOWN_TEMPORARY } from './reply-table';
import type { Finding, Verdict } from './verdict';

export type { ReplyCause, Verdict } from './verdict';

export interface Reply {
  /** Three digits. */
  readonly code: number;
  /** The whole text of the server. */
  readonly text: string;
  /** The command that was answered, as nodemailer names it. */
  readonly command?: string | undefined;
}

/** Finds the enhanced status code that opens the text of a reply (`550 5.1.1 no such user`, `550-5.7.26 …`). */
export function readEnhancedCode(text: string): string | undefined {
  return /^\s*\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(text)?.[1];
}

/** Reads a reply of class 4 or 5: the enhanced code before the basic code before the text. */
export function classifyReply({ code, text, command }: Reply): Verdict {
  const enhanced = readEnhancedCode(text);
  const row = findRow({ code, text });
  const kind = row?.kind ?? (readClass(code, enhanced) === 4 ? 'deferred' : 'refused');
  const finding = row?.finding ?? (kind === 'deferred' ? UNKNOWN_TEMPORARY : UNKNOWN_PERMANENT);
  return { kind, enhanced, ...(command === 'MAIL FROM' ? toSender(finding, kind) : finding) };
}

/** Finds the row of the table that decides; undefined where none holds. */
export function findRow({ code, text }: Pick<Reply, 'code' | 'text'>): ReplyRow | undefined {
  const enhanced = readEnhancedCode(text);
  return REPLY_ROWS.find((row) => holds(row, { code, text, enhanced }));
}

function readClass(code: number, enhanced: string | undefined): number {
  const named = Number(enhanced?.[0]);
  return named === 4 || named === 5 ? named : Math.floor(code / 100);
}

/** A server that is busy before it hears of a recipient is asked again soon. */
const BUSY_MS = 60_000;

/** The server knows no recipient yet when it answers MAIL: whatever it says is about us, and condemns no address. */
function toSender(finding: Finding, kind: Verdict['kind']): Finding {
  const { cause, scope } = finding;
  const aboutRecipient = kind === 'refused' && (cause === 'address' || cause === 'permanent');
  return {
    ...finding,
    ...(cause === 'transient' ? { retryAfterMs: BUSY_MS } : {}),
    cause: aboutRecipient ? 'policy' : cause,
    scope: scope === 'login' ? 'login' : 'sender',
    bounce: 'none',
  };
}

function holds(row: ReplyRow, reply: { code: number; text: string; enhanced: string | undefined }): boolean {
  if (row.codes?.includes(reply.code) === false) return false;
  if (row.bare === true && reply.enhanced !== undefined) return false;
  if (row.text?.test(reply.text) === false) return false;
  return row.enhanced?.some((code) => startsWithCode(reply.enhanced, code)) ?? true;
}

/** `5.7` is the beginning of `5.7.1`, and of `5.71.1` it is not. */
function startsWithCode(enhanced: string | undefined, code: string): boolean {
  return enhanced !== undefined && (enhanced === code || enhanced.startsWith(`${code}.`));
}
