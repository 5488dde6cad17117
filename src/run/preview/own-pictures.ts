/** Puts pictures into a preview that lie in nightjar's own storage, and whose addresses lead nowhere yet. */
import { decodeEntities } from '../../content/html-text';
import type { Engines } from '../engines';
import { readPicture } from '../mails/sample-mails';

/** Gives the HTML with these pictures inside (data URIs); undefined where it has none. `known` keeps them for the next mail. */
export async function drawPictures(
  engines: Pick<Engines, 'settings' | 's3'>,
  html: string,
  known: Map<string, string | undefined>,
): Promise<string | undefined> {
  if (engines.settings.images === null) return undefined;
  for (const [, written = ''] of html.matchAll(SOURCE)) {
    const url = decodeEntities(written);
    if (!known.has(url)) known.set(url, await readPicture(engines, url));
  }
  const drawn = html.replaceAll(SOURCE, (whole, written: string) => {
    const picture = known.get(decodeEntities(written));
    return picture === undefined ? whole : ` src="${picture}"`;
  });
  return drawn === html ? undefined : drawn;
}

const SOURCE = / src="([^"]*)"/g;
