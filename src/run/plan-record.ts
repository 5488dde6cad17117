/** The plan of a run as the database keeps it: what later stages go by. */
import { z } from 'zod';

const tally = z.object({ name: z.string(), count: z.number() });

/** The filter of the batch jobs, and those of its placeholders that numbers are for; absent where there is none. */
const filter = z.object({ arn: z.string(), compared: z.array(z.string()) }).optional();
const recipientAudience = z.object({
  /** As the job file has it, `job/name`. */
  name: z.string(),
  runId: z.string(),
  members: z.number(),
  /** Epoch ms. */
  finishedAt: z.number(),
  /** Of the member files; nobody is in two. */
  uris: z.array(z.string()),
});

/** The audience whose members the recipients are. */
export type RecipientAudience = z.infer<typeof recipientAudience>;

const planSchema = z.object({
  version: z.literal(1),
  solutionVersionArn: z.string(),
  recipe: z.string(),
  filter,
  /** E-mail runs whose job has sections: all that is bought, each with the parts that it is for; the fields above say the first. */
  sources: z
    .array(z.object({ parts: z.array(z.string()), solutionVersionArn: z.string(), recipe: z.string(), filter }))
    .optional(),
  /** E-mail runs: who was considered and left out. */
  contacts: z.object({ considered: z.number(), leftOut: z.array(tally) }).nullable(),
  /** E-mail runs whose recipients are an audience: decided once, whatever runs finish afterwards. */
  audience: recipientAudience.optional(),
  /** E-mail runs: popular items, the most popular first; the fallback and the fill for gaps. */
  popular: z.array(z.string()),
  /** E-mail runs whose fallback goes by an attribute of contacts: its value → popular items. */
  popularBy: z.object({ attribute: z.string(), lists: z.record(z.string(), z.array(z.string())) }).optional(),
  /** What the batch jobs were expected to cost when they were decided on; amount null where no price was known. */
  estimate: z.object({ amount: z.number().nullable(), currency: z.string() }).optional(),
  /** E-mail runs: recipients of the slot, over all of its runs. */
  recipients: z.number().optional(),
});

export type PlanRecord = z.infer<typeof planSchema>;

/** Reads the stored plan of a run. */
export function readPlan(plan: unknown): PlanRecord {
  return planSchema.parse(plan);
}
