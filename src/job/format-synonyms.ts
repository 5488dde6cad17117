/** What people call audience formats that have other names here. */
import type { Synonyms } from '../config/nearest';

const NAMES: Readonly<Record<string, readonly string[]>> = {
  csv: ['excel', 'xls', 'xlsx', 'spreadsheet', 'text', 'txt', 'tsv'],
  jsonl: ['json', 'ndjson', 'json-lines'],
  parquet: ['arrow', 'athena'],
  meta: ['facebook', 'fb', 'instagram', 'custom-audiences', 'custom-audience'],
  'google-ads': ['google', 'adwords', 'customer-match', 'youtube', 'gads'],
  microsoft: ['bing', 'bing-ads', 'msads', 'ms-ads'],
  tiktok: ['tik-tok', 'bytedance'],
  linkedin: ['linked-in', 'matched-audiences'],
  ses: ['amazon-ses', 'aws-ses', 'pinpoint'],
  mailchimp: ['intuit-mailchimp', 'mandrill'],
};

/** Other name → name of the format. */
export const FORMAT_SYNONYMS: Synonyms = new Map(
  Object.entries(NAMES).flatMap(([format, others]) => others.map((other) => [other, format] as const)),
);
