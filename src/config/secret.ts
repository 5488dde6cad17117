/** Hides what of a setting must not be shown: which settings hold secrets the schema says, by `secret` beside `expected`. */
import { type FieldSchema, findField } from './field-schema';
import type { Path } from './yaml-source';

/** `url`: a URL that may carry credentials, of which scheme, host and path are shown. `whole`: nothing of it is shown. */
export type SecretKind = 'url' | 'whole';

/** Stands for what is not shown. */
export const MASK = '***';

/** Words that may stand where a URL with credentials may. */
const WORDS: ReadonlySet<string> = new Set(['embedded', 'database', 'ses']);

/** Parameters of URLs whose values are no secrets; those of all others are hidden. */
const PLAIN_PARAMETERS: ReadonlySet<string> = new Set([
  ...['sslmode', 'requireTLS', 'tls', 'maxMessages', 'dsn', 'configurationSet', 'region', 'application_name', 'family'],
]);

/** Tells what is secret of the values at a node: of the node itself, or of what it holds; undefined where nothing is. */
export function secretKindOf(node: FieldSchema): SecretKind | undefined {
  const own: unknown = node.secret;
  if (own === 'url' || own === 'whole') return own;
  const inside = [
    ...(node.anyOf ?? []),
    ...(node.oneOf ?? []),
    ...Object.values(node.properties ?? {}),
    ...(Array.isArray(node.items) ? node.items : [node.items]),
    node.additionalProperties,
  ];
  const kinds = inside.flatMap((one) => (typeof one === 'object' ? [secretKindOf(one)] : []));
  return kinds.includes('whole') ? 'whole' : kinds.find((kind) => kind !== undefined);
}

/** Hides the secrets of the value of a setting: texts are masked, null and the shape stay. */
export function maskSetting(value: unknown, schema: FieldSchema, path: Path): unknown {
  if (Array.isArray(value)) return value.map((one, index) => maskSetting(one, schema, [...path, index]));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [key, maskSetting(one, schema, [...path, key])]),
    );
  return maskScalar(value, secretKindOf(findField(schema, path)?.node ?? {}));
}

/** Hides a value that is no map and no list. Texts that are no secrets lose the credentials of URLs all the same. */
export function maskScalar(value: unknown, kind: SecretKind | undefined): unknown {
  if (value === null || value === undefined || value === '') return value;
  if (kind === 'whole') return MASK;
  if (kind === 'url') return typeof value === 'string' ? maskUrl(value) : MASK;
  return typeof value === 'string' ? maskCredentials(value) : value;
}

/** A shorter text would be found in words that have nothing to do with it. */
const SHORTEST_SECRET = 6;

/** Lists the secrets themselves that settings hold: keys, tokens, passwords of URLs, paths of URLs that are secret as a whole. */
export function listSecretTexts(values: unknown, schema: FieldSchema, path: Path = []): readonly string[] {
  if (typeof values === 'object' && values !== null) {
    const entries = Array.isArray(values) ? [...values.entries()] : Object.entries(values);
    return entries.flatMap(([key, value]) => listSecretTexts(value, schema, [...path, key]));
  }
  const kind = secretKindOf(findField(schema, path)?.node ?? {});
  if (typeof values !== 'string' || kind === undefined) return [];
  const { password = '', pathname = '' } = URL.canParse(values) ? new URL(values) : {};
  const texts = kind === 'whole' ? [...values.split(/\s+/), pathname] : [password, decodeOnce(password)];
  return [...new Set(texts)].filter((text) => text.length >= SHORTEST_SECRET);
}

function decodeOnce(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Hides user and password of every URL in a text. */
export function maskCredentials(text: string): string {
  return text.replace(/(\b[a-z][a-z\d+.-]*:\/\/)\S*@/gi, `$1${MASK}@`);
}

const URL_PARTS = /^([a-z][a-z+.-]{0,20}:\/\/)(\S*@)?([^\s/?#@]*)(\/[^\s?#]*)?(\?[^\s#]*)?$/i;
/** Hosts with their ports; a user and a password that no "@" follows do not look so. */
const HOSTS = /^(?:\[[\da-f:.%]+\]|[\w.-]*)(?::\d{1,5})?(?:,(?:\[[\da-f:.%]+\]|[\w.-]+)(?::\d{1,5})?)*$/i;

/** Hides the credentials of a URL, and all of a text that is none. */
function maskUrl(text: string): string {
  if (WORDS.has(text)) return text;
  const [, scheme = '', credentials, hosts = '', path = '', query = ''] = URL_PARTS.exec(text) ?? [];
  if (scheme === '' || !HOSTS.test(hosts)) return `${/^[a-z][a-z+.-]{0,20}:\/\//i.exec(text)?.[0] ?? ''}${MASK}`;
  return `${scheme}${credentials === undefined ? '' : `${MASK}@`}${hosts}${path}${maskQuery(query)}`;
}

function maskQuery(query: string): string {
  return query.replace(
    /([?&])([^=&]*)(=?)([^&]*)/g,
    (_all, mark: string, name: string, equals: string, value: string) =>
      PLAIN_PARAMETERS.has(name)
        ? `${mark}${name}${equals}${value}`
        : `${mark}${equals === '' ? '' : name + equals}${MASK}`,
  );
}
