/** Names what is wrong where a connection to a mail server can't be made safe, with the one thing that mends it. */
import { NightjarError } from '../errors';

interface TlsRow {
  /** Found in the code or the message that Node gives. */
  readonly pattern: RegExp;
  readonly what: string;
  readonly fix: string;
}

/** OpenSSL's codes where nodemailer keeps them, else its texts, which nodemailer wraps after STARTTLS. */
const ROWS: readonly TlsRow[] = [
  {
    pattern: /ALTNAME_INVALID|does not match certificate/,
    what: 'its certificate is for another name',
    fix: 'write the host into SMTP_URL as its certificate names it',
  },
  {
    pattern: /CERT_HAS_EXPIRED|certificate has expired|CERT_NOT_YET_VALID|not yet valid/,
    what: 'its certificate is out of date',
    fix: 'renew the certificate of the server, or set the clock of this machine right',
  },
  {
    pattern: /SELF_SIGNED|self-signed certificate|UNABLE_TO_(VERIFY|GET)|unable to (verify|get)|UNTRUSTED/,
    what: 'its certificate is signed by an authority that this machine does not trust',
    fix: 'export NODE_EXTRA_CA_CERTS=/path/to/authority.pem',
  },
  {
    pattern: /wrong version number|WRONG_VERSION_NUMBER|packet length too long/,
    what: 'it does not speak TLS from the first byte',
    fix: 'use smtp:// in SMTP_URL (STARTTLS, port 587), or port 465 with smtps://',
  },
  {
    pattern: /^ETLS [45]\d\d(?!\d).*STARTTLS/,
    what: 'it offers no STARTTLS',
    fix: 'use smtps:// in SMTP_URL, or end it in ?tls=optional where the network is yours',
  },
];

/** Names a failed handshake; undefined where the failure is another, or passes by itself. */
export function explainTlsFailure(error: unknown): NightjarError | undefined {
  const fields: { code?: unknown; originalCode?: unknown; responseCode?: unknown; message?: unknown } =
    typeof error === 'object' && error !== null ? error : {};
  if (typeof fields.responseCode === 'number' && !isStartTlsRefused(fields)) return undefined;
  const told = [fields.code, fields.responseCode, fields.originalCode, fields.message].filter(Boolean).join(' ');
  const row = ROWS.find(({ pattern }) => pattern.test(told));
  if (row === undefined) return undefined;
  return new NightjarError('E_MAIL_TLS', `the connection to the mail server is not safe: ${row.what}`, {
    fix: row.fix,
    cause: error,
  });
}

/** Any other reply says something else, whatever words it uses. */
function isStartTlsRefused({ code, responseCode }: { code?: unknown; responseCode?: unknown }): boolean {
  return code === 'ETLS' && Number(responseCode) >= 500;
}
