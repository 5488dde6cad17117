/** The shape of the settings; `config/default.yaml` documents every one by being there. */
import { z } from 'zod';
import { parseMoney } from '../units';
import { destinationSettings } from './destination-settings';
import { notifySettings } from './notify-settings';

const seconds = z.number().positive().meta({ expected: 'a number of seconds greater than 0' });
const countOrNone = z.int().nonnegative().meta({ expected: 'a whole number, 0 or more' });
const count = z.int().positive().meta({ expected: 'a whole number, 1 or more' });
const price = z.number().nonnegative().nullable().meta({ expected: 'an amount, or null where it is not known' });
const text = z.string().min(1).meta({ expected: 'a text' });

const recipe = text.meta({ expected: 'the name of a recipe', examples: ['aws-user-personalization'] });

const instance = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,39}$/)
  .meta({ expected: 'lower-case letters, digits and dashes, at most 40' });

const publicUrl = z
  .string()
  .regex(/^https?:\/\/[^\s]+$/)
  .meta({ expected: 'a URL such as https://shop.example' });

/** A worker holds a connection for its presence, another for a stage's lock, and needs some for the work itself. */
const poolSize = z.int().min(5).meta({ expected: 'a whole number, 5 or more' });

const databaseUrl = z
  .string()
  .regex(/^(embedded|postgres(ql)?:\/\/\S+)$/)
  .meta({ expected: 'embedded, or a URL such as postgres://user:password@host/database', secret: 'url' });

const queueUrl = z
  .string()
  .regex(/^(embedded|database|rediss?(-sentinel)?:\/\/\S+)$/)
  .meta({ expected: 'embedded, database, or a URL such as redis://host:6379', secret: 'url' });

const mailUrl = z
  .string()
  .regex(/^(embedded|ses|ses:\/\/[a-z]{2}(-[a-z]+)+-\d+(\?configurationSet=[\w-]{1,64})?|smtps?:\/\/\S+)$/)
  .meta({
    expected: 'embedded, ses, ses://eu-west-1, or a URL such as smtps://user:password@relay:465',
    secret: 'url',
  });

/** Letters, digits, dashes and dots, in lower case; other alphabets as A-labels. */
const hostName = z
  .string()
  .regex(/^(?=.{1,253}$)[a-z\d]([a-z\d-]{0,61}[a-z\d])?(\.[a-z\d]([a-z\d-]{0,61}[a-z\d])?)+$/)
  .meta({ expected: 'a domain such as shop.example' });

const dkim = z
  .strictObject({
    domain: hostName,
    selector: z
      .string()
      .regex(/^[A-Za-z\d]([A-Za-z\d-]{0,61}[A-Za-z\d])?(\.[A-Za-z\d]([A-Za-z\d-]{0,61}[A-Za-z\d])?)*$/)
      .meta({ expected: 'a selector such as nightjar2026' }),
    keyFile: text.nullable().default(null).meta({ expected: 'the path of a PEM file, or null' }),
  })
  .nullable();

const endpoint = z
  .string()
  .regex(/^(embedded|https?:\/\/\S+)$/)
  .nullable()
  .meta({ expected: 'embedded, null for AWS itself, or a URL' });

const roleArn = z
  .string()
  .regex(/^arn:([a-z\d-]+):iam::\d{12}:role\/?[a-zA-Z_0-9+=,.@\-_/]+$/)
  .meta({ expected: 'the ARN of an IAM role' });

const assumeRoleArn = roleArn.nullable().meta({ expected: 'the ARN of an IAM role, or null' });

const profile = text.nullable().meta({ expected: 'the name of a profile of ~/.aws/config, or null' });

const storageEndpoint = z
  .string()
  .regex(/^https?:\/\/\S+$/)
  .nullable()
  .meta({ expected: 'null for the same as aws.endpoint, or a URL' });

const kmsKeyArn = z
  .string()
  .regex(/^arn:[a-z\d-]+:kms:\S+$/)
  .nullable()
  .meta({ expected: 'the ARN of a KMS key, or null' });

const bucket = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/)
  .meta({ expected: 'a bucket name, 3 to 63 lower-case letters, digits, dots and dashes' });

const prefix = z
  .string()
  .regex(/^$|^(?!\/)(?!(.*\/)?\.\.\/)[^\s]+\/$/)
  .meta({ expected: 'a key prefix that ends with "/", or an empty text' });

/** Tariffs that a file written before them does not name are unknown. */
const laterPrice = price.default(null);

const prices = z.strictObject({
  inferencePer1000: price,
  segmentPer1000: price,
  themesPer1000: laterPrice,
  trainingHour: price,
  ingestionGb: laterPrice,
  realTime: laterPrice,
  recommenders: laterPrice,
  currency: z.string().length(3).meta({ expected: 'a currency code such as USD' }),
  asOf: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/)
    .meta({ expected: 'a date such as "2019-11-16"' }),
  source: text.nullable().default(null).meta({ expected: 'a text: where the prices stand, or null' }),
});

const budgetOfMonth = z
  .string()
  .refine((written) => parseMoney(written) !== undefined)
  .nullable()
  .meta({ expected: 'an amount such as 100 USD, or null' });

const host = z
  .string()
  .regex(/^[A-Za-z0-9.:_-]+$/)
  .meta({ expected: 'an address or name of this machine such as 127.0.0.1, or 0.0.0.0 for all its addresses' });

const port = z.int().min(0).max(65_535).meta({ expected: 'a port, 0 to 65535; 0 takes a free one' });

/** Describes every setting; unknown ones are refused. */
export const settingsSchema = z.strictObject({
  instance,
  production: z.boolean().meta({ expected: 'true or false' }),
  publicUrl,
  database: z.strictObject({
    url: databaseUrl,
    poolSize,
    statementTimeoutSeconds: seconds,
    connectTimeoutSeconds: seconds,
  }),
  queue: z.strictObject({ url: queueUrl, lockSeconds: seconds, stalledSeconds: seconds, reconcileSeconds: seconds }),
  aws: z.strictObject({
    region: text,
    endpoint,
    profile,
    assumeRoleArn,
    roleArn,
    kmsKeyArn,
    pollSeconds: seconds,
    jobsInFlight: count,
    failedJobRetries: countOrNone,
  }),
  storage: z.strictObject({ bucket, prefix, endpoint: storageEndpoint }),
  destinations: destinationSettings,
  images: z.strictObject({ url: z.string(), from: z.string() }).nullable(),
  solutions: z.record(z.string(), z.strictObject({ solution: text, recipe })),
  mail: z.strictObject({
    url: mailUrl,
    from: z.string().min(3).meta({ expected: 'a sender such as "Corner Shop <news@shop.example>"' }),
    postalAddress: text,
    replyTo: text.nullable().meta({ expected: 'a mailbox such as "Corner Shop <hello@shop.example>", or null' }),
    bounceDomain: hostName.nullable().meta({ expected: 'a domain such as bounce.shop.example, or null' }),
    dkim,
    unsubscribeMailto: z.string().nullable().meta({ expected: 'an address, or null' }),
    connections: count,
    retryAfterSeconds: z.array(seconds).min(1).meta({ expected: 'a list of seconds such as [300, 900]' }),
  }),
  events: z.strictObject({ bought: z.array(text).meta({ expected: 'a list of event types such as [purchase]' }) }),
  prices: z.record(z.string(), prices),
  budget: z.strictObject({ month: budgetOfMonth }),
  notify: notifySettings,
  worker: z.strictObject({ shards: count, sends: count, leaseSeconds: seconds, drainSeconds: seconds }),
  server: z.strictObject({ host, port, metrics: z.enum(['loopback', 'token', 'open']) }),
  log: z.strictObject({ level: z.enum(['debug', 'info', 'warn', 'error']), format: z.enum(['pretty', 'json']) }),
});

/** All settings, each resolved. The signing secret is not among them: it comes from the environment. */
export type Settings = z.infer<typeof settingsSchema>;
