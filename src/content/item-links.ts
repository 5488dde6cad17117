/** Where the links of items lead: campaign parameters for the shop's own statistics, and a redirect that counts clicks. */
import type { LinkRules } from '../job/email-job';
import { openToken, sealToken } from './sealed-token';

/** What a click says: who followed which item of which run, and where to. */
export interface Click {
  readonly runId: string;
  readonly userId: string;
  readonly itemId: string;
  /** Absolute, http or https. */
  readonly url: string;
}

const PURPOSE = 'click';

/** Makes the token of a click link: see `sealToken`. The address is in it, so that it leads nowhere else and needs no database. */
export function makeClickToken({ runId, userId, itemId, url }: Click, secret: string): string {
  return sealToken([runId, userId, itemId, url], { secret, purpose: PURPOSE });
}

/** Reads a token back; undefined where it was not made with `secret`, or leads to no web page. The address is ASCII, as a header needs it. */
export function verifyClick(token: string, secret: string): Click | undefined {
  const [runId, userId, itemId, url] = openToken(token, { secret, purpose: PURPOSE }) ?? [];
  if (runId === undefined || userId === undefined || itemId === undefined || url === undefined) return undefined;
  const page = readWebPage(url);
  return page === undefined ? undefined : { runId, userId, itemId, url: page.href };
}

function readWebPage(url: string): URL | undefined {
  return /^https?:\/\//i.test(url) && URL.canParse(url) ? new URL(url) : undefined;
}

export interface LinkParts {
  readonly rules: LinkRules | undefined;
  readonly job: string;
  readonly runId: string;
  readonly userId: string;
  readonly secret: string;
  /** With or without a final slash. */
  readonly publicUrl: string;
}

/** Where the links of the items of a mail lead. */
export interface ItemLinks {
  /** Turns the address of an item into what the mail links to; an address of no web page stays as it is. */
  readonly linkTo: (url: string, itemId: string) => string;
  /** Equal where the links are; undefined where each mail has links of its own. */
  readonly sharedAs: string | undefined;
}

/** Prepares the links of a mail; undefined where items are linked to as they are. */
export function createItemLinks(parts: LinkParts): ItemLinks | undefined {
  const { rules, job, runId, userId, secret } = parts;
  if (rules === undefined) return undefined;
  const utm = rules.utm === undefined ? [] : listUtm(rules.utm, job);
  const base = parts.publicUrl.replace(/\/+$/, '');
  const linkTo = (url: string, itemId: string) => {
    const tagged = addParameters(url, utm);
    if (!rules.clicks || readWebPage(tagged) === undefined) return tagged;
    return `${base}/c/${makeClickToken({ runId, userId, itemId, url: tagged }, secret)}`;
  };
  return { linkTo, sharedAs: rules.clicks ? undefined : JSON.stringify(utm) };
}

function listUtm(utm: NonNullable<LinkRules['utm']>, job: string): readonly (readonly [string, string])[] {
  const { source, medium, campaign = job, term, content } = utm;
  const fields = { source, medium, campaign, term, content };
  return Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [[`utm_${name}`, value] as const],
  );
}

/** A parameter that the address has already stays: the catalogue knows better. What it has is not written anew: it may be signed. */
function addParameters(url: string, parameters: readonly (readonly [string, string])[]): string {
  const page = readWebPage(url);
  if (page === undefined) return url;
  const added = new URLSearchParams(
    parameters.flatMap(([name, value]): [string, string][] => (page.searchParams.has(name) ? [] : [[name, value]])),
  );
  if (added.size === 0) return url;
  page.search = page.search === '' ? `?${added}` : `${page.search}&${added}`;
  return page.href;
}
