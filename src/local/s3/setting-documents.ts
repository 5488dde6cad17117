/** Reads the documents of settings of buckets as S3 would give them back: what is absent is filled in. */
import { AwsFault } from '../http/fault';
import type { XmlContent } from '../http/write-xml';
import { readTagsDocument, writeTags } from './tags';
import { childText, malformed, readXml, writeXml, type XmlElement } from './xml';

/**
 * Reads the default encryption.
 *
 * @throws AwsFault MalformedXML, InvalidArgument
 */
export function readEncryption(document: XmlElement): XmlContent {
  const rules = childrenOf(document, 'Rule').map((rule) => {
    const choice = onlyChild(rule, 'ApplyServerSideEncryptionByDefault');
    const SSEAlgorithm = oneOf(childText(choice, 'SSEAlgorithm'), ['AES256', 'aws:kms', 'aws:kms:dsse']);
    const KMSMasterKeyID = childText(choice, 'KMSMasterKeyID');
    if (KMSMasterKeyID !== undefined && SSEAlgorithm === 'AES256') {
      const message = 'a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse';
      throw new AwsFault('InvalidArgument', message, {
        details: { ArgumentName: 'ApplyServerSideEncryptionByDefault' },
      });
    }
    const BucketKeyEnabled = readFlag(rule, 'BucketKeyEnabled');
    return { ApplyServerSideEncryptionByDefault: { SSEAlgorithm, KMSMasterKeyID }, BucketKeyEnabled };
  });
  if (rules.length !== 1) throw malformed();
  return { Rule: rules };
}

/** The members of a public access block. */
export const BLOCKS = ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'] as const;

/** Reads a public access block; a member that is absent is false. */
export function readBlocks(document: XmlElement): XmlContent {
  if (document.children.length === 0) throw malformed();
  return Object.fromEntries(BLOCKS.map((name) => [name, readFlag(document, name)]));
}

/** Reads ownership controls, which have one rule. */
export function readOwnership(document: XmlElement): XmlContent {
  const rule = onlyChild(document, 'Rule');
  const owners = ['BucketOwnerEnforced', 'BucketOwnerPreferred', 'ObjectWriter'];
  return { Rule: { ObjectOwnership: oneOf(childText(rule, 'ObjectOwnership'), owners) } };
}

function childrenOf(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.filter((child) => child.name === name);
}

function onlyChild(element: XmlElement, name: string): XmlElement {
  const [child, ...others] = childrenOf(element, name);
  if (child === undefined || others.length > 0) throw malformed();
  return child;
}

function oneOf(text: string | undefined, values: readonly string[]): string {
  if (text === undefined || !values.includes(text)) throw malformed();
  return text;
}

function readFlag(element: XmlElement, name: string): boolean {
  return oneOf((childText(element, name) ?? 'false').toLowerCase(), ['true', 'false']) === 'true';
}

/**
 * Makes a check of documents with this root, which gives what a get answers.
 *
 * @throws AwsFault MalformedXML
 */
export function checkXml(root: string, read: (document: XmlElement) => XmlContent): (text: string) => string {
  return (text) => {
    const document = readXml(text);
    if (document.name !== root) throw malformed();
    return writeXml(root, read(document));
  };
}

/** Checks the tags of a bucket; gives what a get answers, null for none. */
export function checkTagging(text: string): string | null {
  const tags = readTagsDocument(readXml(text), 'Bucket');
  return Object.keys(tags).length === 0 ? null : writeTags(tags);
}
