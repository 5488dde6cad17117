/**
 * The types of a job file, and the words that nightjar uses.
 *
 * job         a file in jobs/: what to do, when, for whom; the file name is the job name
 * slot        the logical time that a run is for: a date, or a date and hour-minute
 * run         one execution of a job for one slot
 * stage       prepare, infer, deliver, report: a step of a run
 * shard       a byte range of one output object, or one query of a segment
 * slate       the item ids chosen for one recipient, in order, with the spare
 * recipient   a contact chosen for a run
 * delivery    one e-mail to one recipient in one run, with its state
 * audience    a named set of users, from a segment query or by an expression; its members are versioned per run
 */
import type { AudienceJob } from './audience-job';
import type { EmailJob } from './email-job';

declare const parsed: unique symbol;
/** A job that came out of `parseJob`: raw YAML can't reach a run. */
export type ParsedJob = (EmailJob | AudienceJob) & { readonly [parsed]: true };
