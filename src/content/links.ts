/** Links and ids that belong to one e-mail, derived from run, user and secret, so that a retry makes the same ones. */

import { sha256Hex } from '../sha256';
import { openToken, sealToken } from './sealed-token';

/** Whom a link unsubscribes, and from which list (the job's name). */
export interface Unsubscribe {
  readonly userId: string;
  readonly list: string;
}

/** Whom the link of a test or a preview unsubscribes. */
export const NOBODY = '';

/** Tells whether a link is one of a test, which does nothing. */
export function isNobody({ userId }: Unsubscribe): boolean {
  return userId === NOBODY;
}

const PURPOSE = 'unsubscribe';

/** Makes the token of an unsubscribe link: see `sealToken`. */
export function makeUnsubscribeToken({ list, userId }: Unsubscribe, secret: string): string {
  return sealToken([list, userId], { secret, purpose: PURPOSE });
}

export interface UnsubscribeLink extends Unsubscribe {
  readonly secret: string;
  /** With or without a final slash. */
  readonly publicUrl: string;
}

/** Returns `<publicUrl>/u/<token>`; the URL alone says who leaves which list (RFC 8058). */
export function signUnsubscribe({ secret, publicUrl, userId, list }: UnsubscribeLink): string {
  return `${publicUrl.replace(/\/+$/, '')}/u/${makeUnsubscribeToken({ userId, list }, secret)}`;
}

/** Reads a token back; undefined where it was not made with `secret`. Tokens don't expire. */
export function verifyUnsubscribe(token: string, secret: string): Unsubscribe | undefined {
  const [list, userId] = openToken(token, { secret, purpose: PURPOSE }) ?? [];
  return list === undefined || userId === undefined ? undefined : { list, userId };
}

export interface MessageIdParts {
  readonly run: string;
  readonly userId: string;
  /** The domain of the From address, as A-label. */
  readonly domain: string;
}

/** Returns `<hash@domain>`, with its angle brackets: the same for the same run and user, so that an inbox can be asked for it. */
export function messageIdOf({ run, userId, domain }: MessageIdParts): string {
  return `<${sha256Hex(JSON.stringify([run, userId])).slice(0, 40)}@${domain}>`;
}
