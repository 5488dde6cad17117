/** Reads the URL of an SMTP server: `smtp://user:password@host:587`, `smtps://host?maxMessages=100`. */
import { NightjarError } from '../errors';

/** How to reach a server. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte. */
  readonly secure: boolean;
  /** Refuses to go on without STARTTLS. */
  readonly requireTLS: boolean;
  /** Leaves STARTTLS alone, even where it is offered. */
  readonly ignoreTLS: boolean;
  readonly auth: { readonly user: string; readonly pass: string } | undefined;
  /** Messages over one connection, after which it is replaced; without end where the URL names none. */
  readonly maxMessages: number;
  /** Asks servers that announce DSN for reports of failure alone, see `reportWish`. */
  readonly dsn: boolean;
}

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[?::1\]?)$/;
const FIX = 'set SMTP_URL=smtps://user:password@host:465';

/** What may follow the question mark, and the values that each may have. */
const PARAMETERS: Readonly<Record<string, RegExp>> = {
  requireTLS: /^(true|false)$/,
  tls: /^(optional|off)$/,
  maxMessages: /^[1-9]\d{0,8}$/,
  dsn: /^off$/,
};

/**
 * Reads a server URL; port 587 for smtp and 465 for smtps where it names none. STARTTLS is used where it is offered,
 * and `?requireTLS=true` demands it. Credentials never cross a network in clear: with them, smtp to another machine
 * demands it too, unless the URL says `?tls=optional`.
 *
 * @throws E_CONFIG_FIELD, which never quotes the URL: it may hold a password
 */
export function parseServerUrl(text: string): ServerAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const secure = url?.protocol === 'smtps:';
  if (url === undefined || (!secure && url.protocol !== 'smtp:') || url.hostname === '') {
    throw wrong('mail.url is not the URL of an SMTP server', FIX);
  }
  const asked = readParameters(url.searchParams);
  const auth = url.username === '' ? undefined : { user: decode(url.username), pass: decode(url.password) };
  const isLocal = LOOPBACK.test(url.hostname);
  if (asked.tls === 'off' && auth !== undefined && !isLocal) {
    throw wrong('mail.url would send a password in clear: it has ?tls=off', 'take ?tls=off away');
  }
  const demanded = asked.requireTLS === 'true' || (auth !== undefined && !isLocal && asked.tls === undefined);
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    requireTLS: !secure && demanded,
    ignoreTLS: !secure && asked.tls === 'off',
    auth,
    maxMessages: asked.maxMessages === undefined ? Number.POSITIVE_INFINITY : Number(asked.maxMessages),
    dsn: asked.dsn !== 'off',
  };
}

/** A misspelt parameter would silently change how mail is protected, so it is refused. */
function readParameters(given: URLSearchParams): Readonly<Partial<Record<string, string>>> {
  for (const [name, value] of given) {
    const allowed = Object.hasOwn(PARAMETERS, name) ? PARAMETERS[name] : undefined;
    if (allowed?.test(value) !== true) {
      throw wrong(
        `mail.url has a parameter that nightjar does not know, or a wrong value for it${quoteName(name)}`,
        'use ?requireTLS=true, ?tls=optional, ?tls=off, ?maxMessages=100 or ?dsn=off',
      );
    }
  }
  if (given.get('requireTLS') === 'true' && given.has('tls')) {
    throw wrong('mail.url has both requireTLS=true and tls', 'keep one of them');
  }
  return Object.fromEntries(given);
}

/** What looks like no name may be the end of a password with a question mark in it. */
function quoteName(name: string): string {
  return /^[A-Za-z]+$/.test(name) ? `: "${name}"` : '';
}

function wrong(message: string, fix: string): NightjarError {
  return new NightjarError('E_CONFIG_FIELD', message, { fix });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
