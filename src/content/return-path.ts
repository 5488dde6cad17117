/** The return path of one e-mail (VERP): an address whose bounces say which mail they are of, and that nobody can make up. */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** Makes and reads the return paths of one bounce domain. */
export interface ReturnPaths {
  /**
   * Returns `b+<id><tag>@<domain>`: the id is that of the Message-ID (`messageIdOf`), the tag 20 hex digits of its
   * HMAC-SHA256. Lower case throughout, 62 characters before the `@`: servers may fold case and cut at 64.
   */
  make(messageId: string): string;
  /** Reads the Message-ID's local part back, in any case; undefined for an address that was not made with this secret. */
  read(address: string): string | undefined;
}

const ID_DIGITS = 40;
const TAG_DIGITS = 20;

/** Creates the return paths below a domain, which must have an MX record of its own. */
export function createReturnPaths({
  secret,
  domain,
}: {
  readonly secret: string;
  readonly domain: string;
}): ReturnPaths {
  const key = createHmac('sha256', secret).update('nightjar return path').digest();
  const tagOf = (id: string) => createHmac('sha256', key).update(id).digest('hex').slice(0, TAG_DIGITS);
  const pattern = new RegExp(`^b\\+([\\da-f]{${ID_DIGITS}})([\\da-f]{${TAG_DIGITS}})@(.*)$`);
  return {
    make: (messageId) => {
      const id = messageId.slice(1, 1 + ID_DIGITS);
      return `b+${id}${tagOf(id)}@${domain}`;
    },
    read: (address) => {
      const [, id, tag, at] = pattern.exec(address.toLowerCase()) ?? [];
      if (id === undefined || tag === undefined || at !== domain) return undefined;
      return timingSafeEqual(Buffer.from(tagOf(id)), Buffer.from(tag)) ? id : undefined;
    },
  };
}
