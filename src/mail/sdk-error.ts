/** Reads the errors of the AWS SDK, and names those that stop every mail. */
import { NightjarError } from '../errors';

/** An error as the SDK throws it. */
export interface SdkError {
  readonly name: string;
  readonly message: string;
  /** Undefined where no answer came. */
  readonly status: number | undefined;
  /** The SDK set its clock by the answer: the next request will be taken. */
  readonly clockMended: boolean;
}

/** Reads what the SDK threw. */
export function readSdkError(error: unknown): SdkError {
  const fields: { name?: unknown; message?: unknown; $metadata?: unknown; $response?: unknown } =
    typeof error === 'object' && error !== null ? error : { message: String(error) };
  const metadata = readMetadata(fields.$metadata);
  return {
    name: typeof fields.name === 'string' ? fields.name : 'Error',
    message: typeof fields.message === 'string' ? fields.message : '',
    status: metadata.httpStatusCode ?? readStatus(fields.$response),
    clockMended: metadata.clockSkewCorrected === true,
  };
}

function readMetadata(metadata: unknown): { httpStatusCode?: number; clockSkewCorrected?: unknown } {
  const fields: { httpStatusCode?: unknown; clockSkewCorrected?: unknown } =
    typeof metadata === 'object' && metadata !== null ? metadata : {};
  const { httpStatusCode, clockSkewCorrected } = fields;
  return { clockSkewCorrected, ...(typeof httpStatusCode === 'number' ? { httpStatusCode } : {}) };
}

function readStatus(response: unknown): number | undefined {
  const fields: { statusCode?: unknown } = typeof response === 'object' && response !== null ? response : {};
  return typeof fields.statusCode === 'number' ? fields.statusCode : undefined;
}

/** Tells an SDK that found no credentials to sign with. */
export function isAboutCredentials({ name }: SdkError): boolean {
  return /Credential|TokenProvider/.test(name);
}

/** Names credentials that AWS refuses, or that are missing. */
export function refuseAws(answer: string, cause: unknown): NightjarError {
  return new NightjarError('E_MAIL_LOGIN', `Amazon SES refuses our credentials: ${answer}`, {
    fix: 'check the AWS credentials: aws sts get-caller-identity; they need ses:SendEmail and ses:SendRawEmail',
    cause,
  });
}

/** Names a sender that SES lets send nothing. */
export function refuseSender(answer: string, details: { fix: string; cause?: unknown }): NightjarError {
  return new NightjarError('E_MAIL_SENDER', `Amazon SES does not send for us: ${answer}`, details);
}
