/** Reads the URL of Amazon SES: `ses`, or `ses://eu-west-1?configurationSet=nightly`. */
import { NightjarError } from '../errors';

/** Which SES sends. */
export interface SesAddress {
  /** The region of the settings where the URL names none. */
  readonly region: string | undefined;
  /** Decides which events SES publishes about a message. */
  readonly configurationSet: string | undefined;
}

/** Tells a URL of SES from one of an SMTP server. */
export function isSesUrl(text: string): boolean {
  return text === 'ses' || text.startsWith('ses:');
}

/**
 * Reads a URL for which `isSesUrl` holds.
 * @throws E_CONFIG_FIELD
 */
export function parseSesUrl(text: string): SesAddress {
  if (text === 'ses') return { region: undefined, configurationSet: undefined };
  const [, region, query = ''] = /^ses:\/\/([a-z]{2}(?:-[a-z]+)+-\d+)(?:\?(.*))?$/.exec(text) ?? [];
  const [, configurationSet] = /^configurationSet=([\w-]{1,64})$/.exec(query) ?? [];
  if (region === undefined || (query !== '' && configurationSet === undefined)) {
    throw new NightjarError('E_CONFIG_FIELD', 'mail.url is not a URL of Amazon SES', {
      fix: 'set mail.url: ses://eu-west-1?configurationSet=nightly, or ses for the region of aws.region',
    });
  }
  return { region, configurationSet };
}
