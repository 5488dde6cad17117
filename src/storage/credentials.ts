/** Finds the credentials that AWS is called with: the SDK's own chain, a profile, or a role that is taken on first. */
import { fromNodeProviderChain, fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import type { AwsConnection } from './client';

/** What the settings say of who calls AWS. */
export interface AwsIdentity {
  readonly region: string;
  /** A profile of ~/.aws/config or ~/.aws/credentials; null takes the SDK's own chain (environment, container, instance). */
  readonly profile: string | null;
  /** A role to take on by AssumeRole, with the credentials of the profile or chain; renewed before it runs out. */
  readonly assumeRoleArn: string | null;
}

/** Hours would outlive the role's own limit where roles are chained; the SDK renews it in time. */
const SESSION_SECONDS = 3600;

/** Answers the credential provider of an identity; nothing where the choice is left to the SDK's own chain. */
export function credentialsOf(identity: AwsIdentity): Pick<AwsConnection, 'credentials'> {
  const { region, profile, assumeRoleArn } = identity;
  if (profile === null && assumeRoleArn === null) return {};
  const own = fromNodeProviderChain({ clientConfig: { region }, ...(profile === null ? {} : { profile }) });
  if (assumeRoleArn === null) return { credentials: own };
  const credentials = fromTemporaryCredentials({
    masterCredentials: own,
    params: { RoleArn: assumeRoleArn, RoleSessionName: 'nightjar', DurationSeconds: SESSION_SECONDS },
    clientConfig: { region },
  });
  return { credentials };
}
