/** Names the AWS resources that the settings speak of, by their ARNs. */
import type { Settings } from '../../config/settings';
import { isSesUrl, parseSesUrl } from '../../mail/ses-url';

/** The parts of Settings that permissions follow from. */
export type PermissionSettings = Pick<Settings, 'aws' | 'storage' | 'solutions' | 'images' | 'destinations'> & {
  readonly mail: Pick<Settings['mail'], 'url' | 'from'>;
};

/** Names kinds of resource that a grant may name. */
export type ResourceKind = keyof typeof RESOURCES;

/** Batch jobs of nightjar all have this prefix, so that a policy can be bound to them. */
const JOBS = 'nj-*';

const RESOURCES = {
  bucket: (of: Arns) => [of.s3(of.settings.storage.bucket)],
  objects: (of: Arns) => [of.s3(`${of.settings.storage.bucket}/${of.settings.storage.prefix}*`)],
  picturesBucket: (of: Arns) => picturesOf(of.settings).map(({ bucket }) => of.s3(bucket)),
  pictures: (of: Arns) => picturesOf(of.settings).map(({ bucket, key }) => of.s3(`${bucket}/${key}*`)),
  solutions: (of: Arns) => solutionsOf(of).flatMap((arn) => [arn, `${arn}/*`]),
  filters: (of: Arns) => [of.personalize('filter/*')],
  inferenceJobs: (of: Arns) => [of.personalize(`batch-inference-job/${JOBS}`)],
  segmentJobs: (of: Arns) => [of.personalize(`batch-segment-job/${JOBS}`)],
  trainingData: (of: Arns) =>
    ['dataset-group', 'dataset', 'dataset-import-job', 'schema'].map((kind) => of.personalize(`${kind}/*`)),
  itemColumns: (of: Arns) => ['dataset', 'schema'].map((kind) => of.personalize(`${kind}/*`)),
  trainedSolutions: (of: Arns) => [of.personalize('solution/*')],
  serviceRole: (of: Arns) => [of.settings.aws.roleArn],
  ownRole: (of: Arns) => (of.settings.aws.assumeRoleArn === null ? [] : [of.settings.aws.assumeRoleArn]),
  key: (of: Arns) => (of.settings.aws.kmsKeyArn === null ? [] : [of.settings.aws.kmsKeyArn]),
  /** Audience files that go to S3. */
  destinations: (of: Arns) => destinationsOf(of.settings).map(({ bucket, key }) => of.s3(`${bucket}/${key}*`)),
  destinationKeys: (of: Arns) => Object.values(of.settings.destinations).flatMap(({ kmsKeyArn }) => kmsKeyArn ?? []),
  sender: sendersOf,
  /** Actions on lists take no resource. */
  all: () => ['*'],
} as const;

/** Lists the ARNs of a kind; none where the settings have no such resource. */
export function arnsOf(kind: ResourceKind, settings: PermissionSettings): readonly string[] {
  const { region } = settings.aws;
  const { partition, account } = ownerOf(settings);
  return RESOURCES[kind]({
    settings,
    s3: (path) => `arn:${partition}:s3:::${path}`,
    personalize: (path) => `arn:${partition}:personalize:${region}:${account}:${path}`,
    ses: (sesRegion, path) => `arn:${partition}:ses:${sesRegion}:${account}:${path}`,
  });
}

/** Tells the partition and the account, which are those of the role that Personalize takes on. */
export function ownerOf({ aws }: Pick<Settings, 'aws'>): { readonly partition: string; readonly account: string } {
  const [, partition = 'aws', , , account = ''] = aws.roleArn.split(':');
  return { partition, account };
}

/** Makes the ARN of a solution or solution version that the settings name. */
export function solutionArn(settings: PermissionSettings, named: string): string {
  if (named.startsWith('arn:')) return named;
  const { partition, account } = ownerOf(settings);
  return `arn:${partition}:personalize:${settings.aws.region}:${account}:solution/${named}`;
}

interface Arns {
  readonly settings: PermissionSettings;
  readonly s3: (path: string) => string;
  readonly personalize: (path: string) => string;
  readonly ses: (region: string, path: string) => string;
}

function solutionsOf(of: Arns): readonly string[] {
  // A named solution version stands for its solution, which permissions are on.
  const arns = Object.values(of.settings.solutions).map(({ solution }) =>
    solutionArn(of.settings, solution).split('/').slice(0, 2).join('/'),
  );
  return [...new Set(arns)].sort();
}

function destinationsOf({ destinations }: PermissionSettings): { readonly bucket: string; readonly key: string }[] {
  return Object.values(destinations).flatMap(({ url }) => {
    const [, bucket, key = ''] = /^s3:\/\/([^/]+)\/(.*)$/.exec(url) ?? [];
    return bucket === undefined ? [] : [{ bucket, key }];
  });
}

/** Pictures below the output location are objects like the others. */
function picturesOf({ images, storage }: PermissionSettings): { readonly bucket: string; readonly key: string }[] {
  const [, bucket, key = ''] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(images?.from ?? '') ?? [];
  if (bucket === undefined || (bucket === storage.bucket && key.startsWith(storage.prefix))) return [];
  return [{ bucket, key }];
}

/** An address may be verified by itself or by its domain; the address itself is kept out of policies and messages. */
function sendersOf({ settings, ses }: Arns): readonly string[] {
  if (!isSesUrl(settings.mail.url)) return [];
  const { region = settings.aws.region, configurationSet } = parseSesUrl(settings.mail.url);
  const domain = /@([^>\s]+)/.exec(settings.mail.from)?.[1] ?? '*';
  const identities = [`identity/${domain}`, `identity/*@${domain}`];
  const sets = configurationSet === undefined ? [] : [`configuration-set/${configurationSet}`];
  return [...identities, ...sets].map((path) => ses(region, path));
}
