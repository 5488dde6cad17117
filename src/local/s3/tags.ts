/** Reads and writes the tags of objects and buckets. */
import { AwsFault } from '../http/fault';
import { childWords, malformed, writeXml, type XmlElement } from './xml';

/** Holds tags by key, in the order of the client. */
export type Tags = Readonly<Record<string, string>>;

/** S3's most tags of an object, and of a bucket. */
const MAX_TAGS = { Object: 10, Bucket: 50 } as const;

type Owner = keyof typeof MAX_TAGS;

const MAX_KEY_CHARACTERS = 128;
const MAX_VALUE_CHARACTERS = 256;

/**
 * Reads tags in the form of a query, as in the header `x-amz-tagging`.
 *
 * @throws AwsFault InvalidTag, BadRequest
 */
export function readTagsHeader(text: string): Tags {
  return checkTags([...new URLSearchParams(text)], 'Object');
}

/**
 * Reads the document of PutObjectTagging or PutBucketTagging.
 *
 * @throws AwsFault MalformedXML, InvalidTag, BadRequest
 */
export function readTagsDocument(document: XmlElement, owner: Owner): Tags {
  const set = document.children.find((child) => child.name === 'TagSet');
  if (document.name !== 'Tagging' || set === undefined) throw malformed();
  return checkTags(
    set.children.map((tag) => {
      const key = childWords(tag, 'Key');
      const value = childWords(tag, 'Value');
      if (tag.name !== 'Tag' || key === undefined || value === undefined) throw malformed();
      return [key, value] as const;
    }),
    owner,
  );
}

function checkTags(pairs: readonly (readonly [string, string])[], owner: Owner): Tags {
  if (pairs.length > MAX_TAGS[owner]) {
    throw new AwsFault('BadRequest', `${owner} tags cannot be greater than ${MAX_TAGS[owner]}`);
  }
  const tags = Object.fromEntries(pairs);
  if (Object.keys(tags).length < pairs.length) {
    throw new AwsFault('InvalidTag', 'Cannot provide multiple Tags with the same key');
  }
  for (const [key, value] of pairs) {
    if (key === '' || [...key].length > MAX_KEY_CHARACTERS || /^aws:/i.test(key)) throw wrongTag('TagKey', key);
    if ([...value].length > MAX_VALUE_CHARACTERS) throw wrongTag('TagValue', value);
  }
  return tags;
}

function wrongTag(what: 'TagKey' | 'TagValue', text: string): AwsFault {
  return new AwsFault('InvalidTag', `The ${what} you have provided is invalid`, { details: { [what]: text } });
}

/** Writes the answer of GetObjectTagging or GetBucketTagging. */
export function writeTags(tags: Tags): string {
  const set = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  return writeXml('Tagging', { TagSet: { Tag: set } });
}
