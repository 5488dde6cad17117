/** The settings of destinations: where audience files go, by name. */
import { z } from 'zod';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;
const FINGERPRINT = /^SHA256:[A-Za-z0-9+/]{43}=?$/;

const text = z.string().min(1);

const url = z
  .string()
  .refine((written) => /^(s3|https?|sftp):\/\/[^/\s]+\/(\S*\/)?$/.test(written) && URL.canParse(written))
  .meta({
    expected: 'an s3, https or sftp URL that ends with "/", such as sftp://user@files.partner.example/in/',
    secret: 'url',
    examples: ['s3://partner-bucket/audiences/'],
  });

const destination = z
  .strictObject({
    url,
    authorization: text
      .nullable()
      .optional()
      .meta({ expected: 'the value of the header Authorization, such as "Bearer …", or null', secret: 'whole' }),
    keyFile: text.nullable().optional().meta({ expected: 'the path of the private SSH key, or null' }),
    passphrase: text
      .nullable()
      .optional()
      .meta({ expected: 'the passphrase of the SSH key, or null', secret: 'whole' }),
    hostKey: z
      .string()
      .regex(FINGERPRINT)
      .nullable()
      .optional()
      .meta({ expected: 'the fingerprint of the SSH server such as SHA256:…' }),
    caFile: text.nullable().optional().meta({ expected: 'the path of a PEM file of further authorities, or null' }),
    allowHttp: z.boolean().optional().meta({ expected: 'true or false' }),
    kmsKeyArn: z
      .string()
      .regex(/^arn:[a-z\d-]+:kms:\S+$/)
      .nullable()
      .optional()
      .meta({ expected: "the ARN of a KMS key, or null for the bucket's own encryption" }),
    retryAfterSeconds: z
      .array(z.number().positive())
      .optional()
      .meta({ expected: 'a list of seconds such as [5, 30, 120]' }),
  })
  .superRefine((fields, context) => {
    const problem = explain(fields);
    if (problem === undefined) return;
    const { key, input, ...params } = problem;
    context.addIssue({ code: 'custom', input, path: [key], params });
  })
  .meta({
    expected: 'a map of url and what it takes to get in',
    examples: [{ url: 's3://partner-bucket/audiences/' }],
  });

type Fields = z.output<typeof destination>;

/** Keys and the protocols that know them. */
const KEYS: readonly (readonly [keyof Fields, readonly string[]])[] = [
  ['authorization', ['https:', 'http:']],
  ['caFile', ['https:']],
  ['allowHttp', ['http:']],
  ['kmsKeyArn', ['s3:']],
  ['keyFile', ['sftp:']],
  ['passphrase', ['sftp:']],
  ['hostKey', ['sftp:']],
];

function explain(fields: Fields) {
  if (!URL.canParse(fields.url)) return undefined;
  const { protocol, hostname } = new URL(fields.url);
  for (const [key, protocols] of KEYS) {
    const input = fields[key];
    if (input === undefined || input === null || protocols.includes(protocol)) continue;
    return { key, input, expected: `it beside a URL of ${protocols.join(' or ')} only`, fix: `remove ${key}` };
  }
  if (protocol === 'http:' && !LOOPBACK.test(hostname) && fields.allowHttp !== true) {
    const fix = 'write https://, or "allowHttp: true" where the network is your own';
    return { key: 'url' as const, input: fields.url, expected: 'https, or a URL of this machine', fix };
  }
  if (protocol !== 'sftp:' || (fields.hostKey ?? null) !== null) return undefined;
  const fix = `ask the server's owner, or look: ssh-keyscan ${hostname} | ssh-keygen -lf -`;
  return { key: 'hostKey' as const, input: undefined, expected: 'the fingerprint of the server', fix };
}

/** The section `destinations`: name → destination. */
export const destinationSettings = z.record(
  z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,39}$/)
    .meta({ expected: 'a name of lower-case letters, digits and dashes' }),
  destination,
);

export type DestinationSettings = z.output<typeof destination>;
