/** How AWS is reached for sending. */
import type { SESv2ClientConfig } from '@aws-sdk/client-sesv2';

export interface AwsAccess {
  readonly region: string;
  /** Left out, the SDK's default chain finds them (environment, profile, role). */
  readonly credentials?: NonNullable<SESv2ClientConfig['credentials']>;
  /** Left out, the SDK takes AWS_ENDPOINT_URL_SESV2, or AWS's own. */
  readonly endpoint?: string;
}
