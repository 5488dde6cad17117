/**
 * Performs put, get and delete of the settings that programs make in passing: policy, tags, encryption, public access
 * block, ownership. They are checked and kept with the bucket, and change nothing for its objects.
 */
import { AwsFault } from '../http/fault';
import { checkPolicy } from './bucket-policy';
import { keepSetting, readSetting } from './bucket-settings';
import { answerXml, type S3Answer, type S3Call, type S3Operation } from './call';
import { readDocument } from './incoming';
import { requireBucket } from './object-place';
import { BLOCKS, checkTagging, checkXml, readBlocks, readEncryption, readOwnership } from './setting-documents';
import { writeXml } from './xml';

/** Holds a setting: the query parameter that names it, AWS's name behind Get, Put and Delete, and what it is. */
interface KeptSetting {
  readonly mark: string;
  readonly name: string;
  /** Checks what a put brings; gives what a get answers, null for nothing. */
  readonly check: (text: string, bucket: string) => string | null;
  /** What a get answers of a bucket that was just made; null where that is an error. */
  readonly fresh: string | null;
  /** What a get answers after a delete; null where that is an error. */
  readonly removed: string | null;
  readonly lack: readonly [code: string, message: string];
  readonly putStatus: number;
}

/** Holds one operation on a setting, with the method and query parameter that choose it. */
export interface SettingOperation {
  readonly mark: string;
  readonly method: 'GET' | 'PUT' | 'DELETE';
  readonly name: string;
  readonly perform: S3Operation;
}

const PLAIN_ENCRYPTION = writeXml('ServerSideEncryptionConfiguration', {
  Rule: { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false },
});

const POLICY: KeptSetting = {
  mark: 'policy',
  name: 'BucketPolicy',
  check: (text, bucket) => {
    checkPolicy(text, bucket);
    return text;
  },
  fresh: null,
  removed: null,
  lack: ['NoSuchBucketPolicy', 'The bucket policy does not exist'],
  putStatus: 204,
};

const TAGGING: KeptSetting = {
  mark: 'tagging',
  name: 'BucketTagging',
  check: checkTagging,
  fresh: null,
  removed: null,
  lack: ['NoSuchTagSet', 'The TagSet does not exist'],
  putStatus: 204,
};

const ENCRYPTION: KeptSetting = {
  mark: 'encryption',
  name: 'BucketEncryption',
  check: checkXml('ServerSideEncryptionConfiguration', readEncryption),
  fresh: PLAIN_ENCRYPTION,
  removed: PLAIN_ENCRYPTION,
  lack: ['ServerSideEncryptionConfigurationNotFoundError', 'The server side encryption configuration was not found'],
  putStatus: 200,
};

const PUBLIC_ACCESS_BLOCK: KeptSetting = {
  mark: 'publicAccessBlock',
  name: 'PublicAccessBlock',
  check: checkXml('PublicAccessBlockConfiguration', readBlocks),
  fresh: writeXml('PublicAccessBlockConfiguration', Object.fromEntries(BLOCKS.map((name) => [name, true]))),
  removed: null,
  lack: ['NoSuchPublicAccessBlockConfiguration', 'The public access block configuration was not found'],
  putStatus: 200,
};

const OWNERSHIP: KeptSetting = {
  mark: 'ownershipControls',
  name: 'BucketOwnershipControls',
  check: checkXml('OwnershipControls', readOwnership),
  fresh: writeXml('OwnershipControls', { Rule: { ObjectOwnership: 'BucketOwnerEnforced' } }),
  removed: null,
  lack: ['OwnershipControlsNotFoundError', 'The bucket ownership controls were not found'],
  putStatus: 200,
};

function operationsOf(setting: KeptSetting): readonly SettingOperation[] {
  const { mark, name } = setting;
  return [
    { mark, method: 'GET', name: `Get${name}`, perform: (call) => getSetting(setting, call) },
    { mark, method: 'PUT', name: `Put${name}`, perform: (call) => putSetting(setting, call) },
    { mark, method: 'DELETE', name: `Delete${name}`, perform: (call) => deleteSetting(setting, call) },
  ];
}

async function getSetting(setting: KeptSetting, call: S3Call): Promise<S3Answer> {
  const text = await findSetting(setting, call);
  return setting === POLICY ? answerXml(text, { 'content-type': 'application/json' }) : answerXml(text);
}

async function findSetting(setting: KeptSetting, { store, bucket }: S3Call): Promise<string> {
  const kept = await readSetting(store, bucket, setting.mark);
  const text = kept === undefined ? setting.fresh : (kept ?? setting.removed);
  if (text !== null) return text;
  throw new AwsFault(...setting.lack, { status: 404, details: { BucketName: bucket } });
}

async function putSetting({ mark, check, putStatus }: KeptSetting, call: S3Call): Promise<S3Answer> {
  const { store, bucket } = call;
  await requireBucket(store.folder, bucket);
  await keepSetting(store, bucket, { mark, value: check(await readDocument(call), bucket) });
  return { status: putStatus };
}

async function deleteSetting({ mark }: KeptSetting, { store, bucket }: S3Call): Promise<S3Answer> {
  await keepSetting(store, bucket, { mark, value: null });
  return { status: 204 };
}

/** Tells whether the policy lets anybody in; who may come in is not decided by it. */
async function getPolicyStatus(call: S3Call): Promise<S3Answer> {
  const policy = await findSetting(POLICY, call);
  return answerXml(writeXml('PolicyStatus', { IsPublic: checkPolicy(policy, call.bucket) === 'public' }));
}

/** The operations on all kept settings. */
export const KEPT_SETTINGS: readonly SettingOperation[] = [
  ...[POLICY, TAGGING, ENCRYPTION, PUBLIC_ACCESS_BLOCK, OWNERSHIP].flatMap(operationsOf),
  { mark: 'policyStatus', method: 'GET', name: 'GetBucketPolicyStatus', perform: getPolicyStatus },
];
