/** Lists the audience formats, in the order in which they are told of. */
import { braze } from './braze';
import { csv } from './csv';
import type { AudienceFormat } from './format';
import { googleAds } from './google-ads';
import { hubspot } from './hubspot';
import { iterable } from './iterable';
import { jsonl } from './jsonl';
import { klaviyo } from './klaviyo';
import { linkedin } from './linkedin';
import { mailchimp } from './mailchimp';
import { meta } from './meta';
import { microsoft } from './microsoft';
import { parquet } from './parquet';
import { ses } from './ses';
import { tiktok } from './tiktok';

export const FORMATS: readonly AudienceFormat[] = [
  csv,
  jsonl,
  parquet,
  meta,
  googleAds,
  tiktok,
  linkedin,
  microsoft,
  klaviyo,
  braze,
  mailchimp,
  hubspot,
  iterable,
  ses,
];

/** Finds a format by its name. */
export function findFormat(name: string): AudienceFormat | undefined {
  return FORMATS.find((format) => format.name === name);
}
