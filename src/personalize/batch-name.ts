/** Names batch jobs and their objects, so that an equal purchase has an equal fingerprint and no other has. */
import { createHash } from 'node:crypto';
import { NightjarError } from '../errors';
import { MAX_NAME_LENGTH, MAX_S3_PATH_LENGTH, NAME_PATTERN } from './limits';

/** Everything that decides what a batch job returns; null where the job does not set it. */
export interface BatchIdentity {
  readonly instance: string;
  readonly kind: 'inference' | 'segment';
  readonly solutionVersionArn: string;
  readonly recipe: string;
  readonly filterArn: string | null;
  readonly numResults: number;
  readonly mode: 'BATCH_INFERENCE' | 'THEME_GENERATION' | null;
  /** itemExplorationConfig; its values are strings. */
  readonly exploration: Readonly<Record<string, string>> | null;
  readonly rankingInfluence: Readonly<Record<string, number>> | null;
  /** The item column that names items in themes. */
  readonly themeItemName: string | null;
  /** SHA-256 of the input object, 64 hex digits. */
  readonly inputSha256: string;
}

/**
 * Makes the fingerprint of a purchase: SHA-256, 64 hex digits, over its JSON with sorted keys.
 * Two jobs of equal fingerprint would return the same, so that the second need not be bought.
 */
export function fingerprintOf(identity: BatchIdentity): string {
  const { instance, kind, solutionVersionArn, recipe, filterArn, numResults, mode, inputSha256 } = identity;
  const members = [
    ['format', 1],
    ['instance', instance],
    ['kind', kind],
    ['solutionVersionArn', solutionVersionArn],
    ['recipe', recipe],
    ['filterArn', filterArn],
    ['numResults', numResults],
    ['mode', mode],
    ['exploration', sortEntries(identity.exploration)],
    ['rankingInfluence', sortEntries(identity.rankingInfluence)],
    ['themeItemName', identity.themeItemName],
    ['inputSha256', inputSha256],
  ];
  return sha256(JSON.stringify(members));
}

function sortEntries(
  map: Readonly<Record<string, string | number>> | null,
): readonly (readonly [string, unknown])[] | null {
  if (map === null) return null;
  return Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

export interface BatchNameParts {
  readonly job: string;
  /** `2026-11-24`, or `2026-11-24T0200` where the schedule has several a day. */
  readonly slot: string;
  /** Of `fingerprintOf`. */
  readonly fingerprint: string;
  /** From 1; only where the input had to be cut into several jobs. */
  readonly part?: number;
  /** From 1, the default; a failed job's name is used up for ever. */
  readonly attempt?: number;
}

const MAX_JOB_LENGTH = 28;
const CUT_HASH_LENGTH = 6;

/**
 * Names a batch job: `nj-<job>-<yyyymmdd[hhmm]>-<12 of the fingerprint>[-p<part>][-a<attempt>]`.
 * The job's name keeps at most 28 characters, fewer where part and attempt have several digits; a cut one ends in a
 * hash of the whole. The name has at most 63 characters, as Personalize demands.
 *
 * @throws E_BUG if slot, fingerprint or job can't be part of a name
 */
export function batchJobName(parts: BatchNameParts): string {
  const slot = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d{4}))?$/.exec(parts.slot);
  if (slot === null)
    throw new NightjarError('E_BUG', `slot is "${parts.slot}"; expected YYYY-MM-DD or YYYY-MM-DDTHHmm`);
  const tail = [
    slot.slice(1).join(''),
    parts.fingerprint.slice(0, 12),
    ...(parts.part === undefined ? [] : [`p${parts.part}`]),
    ...((parts.attempt ?? 1) === 1 ? [] : [`a${parts.attempt}`]),
  ].join('-');
  const room = MAX_NAME_LENGTH - 'nj-'.length - 1 - tail.length;
  const name = `nj-${cutName(parts.job, Math.min(MAX_JOB_LENGTH, room))}-${tail}`;
  if (name.length > MAX_NAME_LENGTH || !NAME_PATTERN.test(name)) {
    throw new NightjarError('E_BUG', `batch job name is "${name}"; expected at most 63 letters, digits, - or _`);
  }
  return name;
}

function cutName(name: string, length: number): string {
  if (name.length <= length) return name;
  return `${name.slice(0, length - CUT_HASH_LENGTH - 1)}-${sha256(name).slice(0, CUT_HASH_LENGTH)}`;
}

interface Place {
  readonly bucket: string;
  /** `storage.prefix`: empty, or a folder with or without its final `/`. */
  readonly prefix: string;
}

/**
 * Makes the key of an input object, `<prefix>batch/input/<sha256>/input.json`: equal inputs share it, others can't.
 *
 * @throws E_RECO_LIMIT if the path of bucket and key is longer than 256 characters
 */
export function inputKey(place: Place & { readonly sha256: string }): string {
  return checkLength(place, `${folderOf(place)}batch/input/${place.sha256}/input.json`);
}

/**
 * Makes the output prefix of a batch job, `<prefix>batch/output/<job name>/`; its results are `input.json.out` in it.
 * It is never below the input's folder, where Personalize would read results as inputs.
 *
 * @throws E_RECO_LIMIT if the path of bucket and prefix is longer than 256 characters
 */
export function outputPrefix(place: Place & { readonly name: string }): string {
  return checkLength(place, `${folderOf(place)}batch/output/${place.name}/`);
}

/** Tells whether a key of an output prefix holds results: `.out` objects do, the write probe `_CHECK` does not. */
export function isOutputKey(key: string): boolean {
  return key.endsWith('.out');
}

function folderOf(place: Place): string {
  return place.prefix === '' || place.prefix.endsWith('/') ? place.prefix : `${place.prefix}/`;
}

function checkLength(place: Place, key: string): string {
  const path = `s3://${place.bucket}/${key}`;
  if (path.length <= MAX_S3_PATH_LENGTH) return key;
  throw new NightjarError(
    'E_RECO_LIMIT',
    `path "${path}" has ${path.length} characters; Personalize takes at most ${MAX_S3_PATH_LENGTH}`,
    { fix: `shorten storage.prefix by ${path.length - MAX_S3_PATH_LENGTH} characters or more` },
  );
}
