/** Makes whole policies out of the settings: for nightjar's identity, for the role of Personalize, and for the bucket. */
import { isSesUrl } from '../../mail/ses-url';
import { GRANTS, type Grant, oneOrMany, type Policy, type PolicyStatement, toStatement } from './iam';
import { arnsOf, ownerOf, type PermissionSettings } from './scope';

/** Holds every policy that a deployment needs; null where the settings have no use for one. */
export interface Policies {
  /** For the identity that nightjar calls AWS with. */
  readonly nightjar: Policy;
  /** For the identity that takes on `aws.assumeRoleArn`. */
  readonly assumeRole: Policy | null;
  /** For `aws.roleArn`: what Personalize may do. */
  readonly serviceRole: Policy;
  /** For `aws.roleArn`: who may take it on. */
  readonly serviceRoleTrust: Policy;
  /** For the bucket. */
  readonly bucket: Policy;
  /** To be added to the policy of `aws.kmsKeyArn`. */
  readonly key: Policy | null;
}

const SERVICE = 'personalize.amazonaws.com';

/** Makes all policies; `training` adds what importing and training by nightjar need. */
export function policiesFor(settings: PermissionSettings, options: { readonly training: boolean }): Policies {
  const { aws, mail } = settings;
  const wanted = (grant: Grant): boolean => {
    if (grant.sid === 'NightjarMailAccount') return isSesUrl(mail.url);
    return grant.purpose === 'run' || (options.training && grant.purpose === 'train');
  };
  return {
    nightjar: policyOf(GRANTS.filter(wanted), settings),
    assumeRole: aws.assumeRoleArn === null ? null : policyOf(GRANTS.filter(isOwnRole), settings),
    serviceRole: toPolicy(serviceRoleStatements(settings)),
    serviceRoleTrust: toPolicy([trustStatement(settings)]),
    bucket: toPolicy(bucketStatements(settings)),
    key: aws.kmsKeyArn === null ? null : toPolicy([keyStatement(settings)]),
  };
}

function isOwnRole(grant: Grant): boolean {
  return grant.purpose === 'identity';
}

function policyOf(grants: readonly Grant[], settings: PermissionSettings): Policy {
  return toPolicy(grants.flatMap((grant) => toStatement(grant, settings) ?? []));
}

function toPolicy(statements: readonly PolicyStatement[]): Policy {
  return { Version: '2012-10-17', Statement: statements };
}

function serviceRoleStatements(settings: PermissionSettings): readonly PolicyStatement[] {
  const keys = arnsOf('key', settings);
  return [
    ...accessStatements(settings, undefined),
    ...(keys.length === 0
      ? []
      : [
          {
            Sid: 'PersonalizeKey',
            Effect: 'Allow',
            Action: ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:DescribeKey', 'kms:ListGrants'],
            Resource: oneOrMany(keys),
          } as const,
        ]),
  ];
}

/** Personalize needs the same rights from the role's policy and from the bucket's. */
function bucketStatements(settings: PermissionSettings): readonly PolicyStatement[] {
  return accessStatements(settings, { Service: SERVICE });
}

function accessStatements(
  settings: PermissionSettings,
  principal: PolicyStatement['Principal'],
): readonly PolicyStatement[] {
  const statement = (
    Sid: string,
    Action: string | readonly string[],
    Resource: readonly string[],
  ): PolicyStatement => ({
    Sid,
    Effect: 'Allow',
    ...(principal === undefined ? {} : { Principal: principal }),
    Action,
    Resource: oneOrMany(Resource),
  });
  return [
    statement('PersonalizeBucket', 's3:ListBucket', arnsOf('bucket', settings)),
    statement('PersonalizeObjects', ['s3:GetObject', 's3:PutObject'], arnsOf('objects', settings)),
  ];
}

/** The condition keeps Personalize from using the role on behalf of another account. */
function trustStatement(settings: PermissionSettings): PolicyStatement {
  const { partition, account } = ownerOf(settings);
  return {
    Effect: 'Allow',
    Principal: { Service: SERVICE },
    Action: 'sts:AssumeRole',
    Condition: {
      StringEquals: { 'aws:SourceAccount': account },
      StringLike: { 'aws:SourceArn': `arn:${partition}:personalize:${settings.aws.region}:${account}:*` },
    },
  };
}

function keyStatement(settings: PermissionSettings): PolicyStatement {
  return {
    Sid: 'PersonalizeUsesTheKey',
    Effect: 'Allow',
    Principal: { AWS: settings.aws.roleArn, Service: SERVICE },
    Action: ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:DescribeKey', 'kms:CreateGrant', 'kms:ListGrants'],
    Resource: '*',
  };
}
