/** Reads the URL of an SMTP server: `smtp://user:password@host:587`, `smtps://host`. */
import { NightjarError } from '../errors';

/** How to reach a server. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte. */
  readonly secure: boolean;
  /** Refuses to go on without STARTTLS. */
  readonly requireTLS: boolean;
  readonly auth: { readonly user: string; readonly pass: string } | undefined;
}

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[?::1\]?)$/;

/**
 * Reads a server URL; port 587 for smtp and 465 for smtps where it names none.
 * Credentials never cross a network in clear: with them, smtp to another machine needs STARTTLS,
 * unless the URL ends in `?tls=optional`.
 *
 * @throws E_CONFIG_FIELD, which never quotes the URL: it may hold a password
 */
export function parseServerUrl(text: string): ServerAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const secure = url?.protocol === 'smtps:';
  if (url === undefined || (!secure && url.protocol !== 'smtp:') || url.hostname === '') {
    throw new NightjarError('E_CONFIG_FIELD', 'mail.url is not the URL of an SMTP server', {
      fix: 'set SMTP_URL=smtps://user:password@host:465',
    });
  }
  const auth = url.username === '' ? undefined : { user: decode(url.username), pass: decode(url.password) };
  const optional = url.searchParams.get('tls') === 'optional' || LOOPBACK.test(url.hostname);
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    requireTLS: !secure && auth !== undefined && !optional,
    auth,
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
