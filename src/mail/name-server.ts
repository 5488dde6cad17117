/** Names the mail server of a URL for people; no credentials. */
import { parseServerUrl } from './server-url';
import { isSesUrl, parseSesUrl } from './ses-url';

/**
 * Names where mails go: `relay.example:465`, `Amazon SES in eu-west-1`.
 * @param url  of a server outside, not the embedded inbox
 * @param region  of AWS, where the URL names none
 * @throws E_CONFIG_FIELD where the URL is none of a mail server
 */
export function nameServer(url: string, region: string): string {
  if (isSesUrl(url)) return `Amazon SES in ${parseSesUrl(url).region ?? region}`;
  const { host, port } = parseServerUrl(url);
  return `${host}:${port}`;
}
