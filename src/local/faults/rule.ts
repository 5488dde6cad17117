/** Defines the rules by which the local AWS misbehaves on demand. */
import { z } from 'zod';

const COUNTING = {
  /** An AWS operation such as `PutObject`; `*` stands for all of the service. */
  operation: z.string().min(1),
  /** Only calls whose ARN, job name, or bucket and key contain this text. */
  resource: z.string().min(1).optional(),
  /** How often the rule fires before it is spent. */
  count: z.union([z.int().min(1), z.literal('always')]).default(1),
  /** So many matching calls pass before it fires. */
  skip: z.int().min(0).default(0),
};

const SERVICE = z.enum(['personalize', 's3']);
const ONLY_PERSONALIZE = z.literal('personalize');
const MESSAGE = z.string().min(1).optional();

/** Refusals: the operation is not performed, and the client gets an error answer. */
const REFUSAL = z.strictObject({
  service: SERVICE,
  kind: z.enum(['throttle', 'error', 'access-denied']),
  message: MESSAGE,
  ...COUNTING,
});
const QUOTA = z.strictObject({
  service: ONLY_PERSONALIZE,
  kind: z.literal('quota'),
  message: MESSAGE,
  ...COUNTING,
});
/** The connection is cut after the effect, or before it. */
const LOST_ANSWER = z.strictObject({ service: SERVICE, kind: z.literal('lost-answer'), ...COUNTING });
const REFUSED_CONNECTION = z.strictObject({ service: SERVICE, kind: z.literal('refused-connection'), ...COUNTING });
const SLOW = z.strictObject({ service: SERVICE, kind: z.literal('slow'), ms: z.int().min(1), ...COUNTING });
/** What befalls a job after its create call was answered. */
const JOB = z.strictObject({
  service: ONLY_PERSONALIZE,
  kind: z.enum(['create-failed', 'output-missing', 'output-cut']),
  message: MESSAGE,
  ...COUNTING,
});

/** Reads one rule; members that it doesn't know are refused, since a rule that never fires hides what a test meant. */
export const FAULT_RULE = z.discriminatedUnion('kind', [REFUSAL, QUOTA, LOST_ANSWER, REFUSED_CONNECTION, SLOW, JOB]);

/** Holds one rule with its defaults filled in. */
export type FaultRule = z.infer<typeof FAULT_RULE>;
/** Holds one rule as a file or a test writes it. */
export type FaultRuleInput = z.input<typeof FAULT_RULE>;
/** Names the services whose calls can be made to fail. */
export type FaultService = z.infer<typeof SERVICE>;

/** Reads what a resource keeps of the rule that will befall its job; kept with it so that a restart doesn't heal it. */
export const JOB_FAULT = z.object({
  kind: z.enum(['create-failed', 'output-missing', 'output-cut']),
  message: z.string().optional(),
});

/** Holds what befalls a job after its creation. */
export type JobFault = z.infer<typeof JOB_FAULT>;
