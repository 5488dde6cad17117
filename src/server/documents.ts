/** The documents of the API as schemas: what calls are checked by, and what openapi.json is written from. */
import { z } from 'zod';
import { PATTERN_FORMS, parseAddressPattern } from '../job/address-pattern';
import { JOB_NAME, slotOf } from '../job/keys';

/** Members that are not named here may be there too, and new ones may come: readers must pass over what they don't know. */
const open = z.looseObject;

const time = z.iso.datetime().describe('ISO 8601, UTC');
const count = z.int().nonnegative();

/** Takes nothing. */
export const nothing = z.strictObject({});

export const jobName = z.string().regex(JOB_NAME, 'expected the name of a job');
export const jobPath = z.strictObject({ job: jobName });
/** The database takes no NUL, and no half of a surrogate pair. */
const text = z.string().refine((value) => !/[\0\p{Surrogate}]/u.test(value), 'expected a text of whole characters');
const runName = z.string().regex(/^[\w.-]{1,80}$/, 'expected the id of a run');
export const runPath = z.strictObject({ run: runName.describe('Id of a run') });

export const slot = z
  .string()
  .refine((text) => isSlot(text), 'expected a date, or a date and a time: 2026-03-01 or 2026-03-01T0630')
  .meta({ pattern: '^\\d{4}-\\d{2}-\\d{2}(T\\d{4})?$', examples: ['2026-03-01', '2026-03-01T0630'] });

function isSlot(text: string): boolean {
  try {
    return slotOf(text) === text;
  } catch {
    return false;
  }
}

const money = z.object({
  amount: z.number().optional().describe('Left out where it is not known'),
  currency: z.string(),
});
const where = open({ file: z.string(), line: z.int(), column: z.int(), step: z.string() }).partial();
const problem = open({ code: z.string(), message: z.string(), where: where.optional(), fix: z.string().optional() });

/** What every answer that is no success holds. */
export const errorDocument = z
  .object({ version: z.literal(1), error: problem.extend({ others: z.array(problem).optional() }) })
  .describe('An error: scripts go by its code, which docs/exit-codes.md lists');

export const jobDocument = open({
  name: z.string(),
  kind: z.enum(['email', 'audience', 'wrong']).describe('wrong where its file is: nightjar jobs check tells'),
  about: z.string(),
  schedule: open({ cron: z.string(), timezone: z.string() }).optional(),
  after: z.string().optional().describe('The job that it follows'),
  next: time.optional().describe('When workers start it next'),
  nextSlot: z.string().optional(),
  pausedAt: time.optional(),
  params: z
    .array(open({ name: z.string(), type: z.string() }))
    .optional()
    .describe('What a run may be given'),
});

const param = z.union([text.max(1000), z.number(), z.boolean(), z.array(text.max(1000)).max(1000)]);

const addressPattern = z
  .string()
  .max(254)
  .refine((text) => parseAddressPattern(text) !== undefined, `expected ${PATTERN_FORMS}`);

/** What a run is asked for with. */
export const startBody = z.strictObject({
  slot: slot.optional().describe('Today by the time zone of the schedule, where left out'),
  params: z.record(text.max(40), param).default({}).describe('Values of the params of the job'),
  onlyTo: z.array(addressPattern).min(1).max(1000).optional().describe('Nobody else gets a mail of it'),
  limit: z.int().positive().max(1_000_000_000).optional().describe('At most so many recipients'),
  again: z.boolean().default(false).describe('A new run of a slot that was run; nobody gets a second mail'),
});

/** What a plan is asked for with: what its run would be. */
export const planBody = startBody.omit({ again: true });

export const startedDocument = open({
  run: z.string(),
  how: z
    .enum(['created', 'found', 'resumed'])
    .describe('found: it was there before; resumed: it had failed, and goes on'),
  state: z.string(),
});

export const runRow = open({
  run: z.string(),
  job: z.string(),
  slot: z.string(),
  kind: z.enum(['email', 'audience']),
  state: z.string().describe('As docs/operating.md lists them; paused with its reason, as paused(unknown)'),
  exitCode: z.int().optional().describe('That nightjar run ends with; once it has come to a stand'),
  createdAt: time,
  finishedAt: time.optional(),
  requestedBy: z.string().optional(),
});

export const runDocument = open({
  run: z.string(),
  job: z.string(),
  slot: z.string(),
  kind: z.enum(['email', 'audience']),
  state: z.string(),
  cost: money.optional().describe('Once it is finished, as the rest of the report: nightjar runs show RUN --json'),
  details: open({
    state: z.string(),
    events: z.array(open({ state: z.string(), at: time })),
    batchJobs: z.array(open({ name: z.string(), state: z.string(), lines: count, reused: z.boolean() })),
    deliveries: z.array(open({ state: z.string(), count })),
    guards: z.array(open({ guard: z.string(), limit: z.string(), figure: z.string() })).describe('That have paused it'),
    advice: z.array(open({ to: z.string(), command: z.string() })).describe('What a person can do'),
  }),
});

export const listQuery = z.strictObject({
  job: jobName.optional(),
  before: runName.optional().describe('Goes on after this run: next of the page before'),
  limit: z.coerce.number().int().min(1).max(200).default(20),
});

export const planDocument = open({
  kind: z.enum(['email', 'audience']),
  job: z.string(),
  slot: z.string(),
  batchJob: open({ lines: count, reused: z.boolean() }).describe('reused: it was bought before, and costs nothing'),
  cost: money,
});

export const approvedDocument = open({
  run: z.string(),
  was: z.string(),
  state: z.string(),
  approved: z.array(open({ guard: z.string(), figure: z.string(), by: z.string() })),
});

export const cancelledDocument = open({
  run: z.string(),
  was: z.string(),
  dropped: count,
  accepted: count,
  unknown: count,
  underWay: count.describe('Mails that a mail server has not answered yet'),
  paid: z.array(open({ name: z.string(), cost: money })).describe("Batch jobs that can't be stopped"),
});

export const retryBody = z.strictObject({
  only: z.array(text.min(1).max(100)).max(100).default([]).describe('Of a finished run what failed for these reasons'),
});

export const retriedDocument = open({
  run: z.string(),
  was: z.string(),
  state: z.string(),
  again: z.array(open({ state: z.string(), name: z.string(), count })),
});

export const pausedDocument = open({ job: z.string(), paused: z.boolean(), changed: z.boolean() });
