/** The shape of the settings; `config/default.yaml` documents every one by being there. */
import { z } from 'zod';

const url = z.string().min(1);

export const settingsSchema = z.strictObject({
  instance: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/),
  publicUrl: z.string().regex(/^https?:\/\/[^\s]+$/),
  database: z.strictObject({ url }),
  queue: z.strictObject({ url, lockSeconds: z.number().positive(), stalledSeconds: z.number().positive() }),
  aws: z.strictObject({
    region: z.string().min(1),
    endpoint: z.string().min(1).nullable(),
    roleArn: z.string().regex(/^arn:([a-z\d-]+):iam::\d{12}:role\/?[a-zA-Z_0-9+=,.@\-_/]+$/),
    kmsKeyArn: z.string().nullable(),
    pollSeconds: z.number().positive(),
  }),
  storage: z.strictObject({ bucket: z.string().min(3), prefix: z.string() }),
  images: z.strictObject({ url: z.string(), from: z.string() }).nullable(),
  solutions: z.record(z.string(), z.strictObject({ solution: z.string().min(1), recipe: z.string().min(1) })),
  mail: z.strictObject({
    url,
    from: z.string().min(3),
    postalAddress: z.string().min(1),
    unsubscribeMailto: z.string().nullable(),
    connections: z.number().int().positive(),
    retryAfterSeconds: z.array(z.number().positive()).min(1),
  }),
  prices: z.record(
    z.string(),
    z.strictObject({
      inferencePer1000: z.number().nonnegative().nullable(),
      segmentPer1000: z.number().nonnegative().nullable(),
      trainingHour: z.number().nonnegative().nullable(),
      currency: z.string().length(3),
      asOf: z.string(),
    }),
  ),
  worker: z.strictObject({
    shards: z.number().int().positive(),
    sends: z.number().int().positive(),
    leaseSeconds: z.number().positive(),
  }),
  log: z.strictObject({ level: z.enum(['debug', 'info', 'warn', 'error']), format: z.enum(['pretty', 'json']) }),
});

/** All settings, each resolved. Secrets are not among them: they come from the environment (`secrets.ts`). */
export type Settings = z.infer<typeof settingsSchema>;
