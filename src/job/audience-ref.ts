/** Reads and writes the names by which a job means an audience of a job: `fans/tea`, `fans/tea.b`, `fans/tea@2026-11-01`. */
import { isSlot, JOB_NAME } from './keys';

/** An audience of an audience job; of one that is split a part, or all parts but `holdout`. */
export interface AudienceRef {
  readonly job: string;
  readonly name: string;
  readonly part?: string | undefined;
  /** Of the run that made it; the newest finished one where left out. */
  readonly slot?: string | undefined;
}

/** What was read, or what of the text is wrong. */
export type ReadAudienceRef =
  | { readonly ok: true; readonly ref: AudienceRef }
  | { readonly ok: false; readonly wrong: 'name' }
  /** `at` is the index of the slot in the text, `ref` is what stands before it. */
  | { readonly ok: false; readonly wrong: 'slot'; readonly ref: AudienceRef; readonly at: number };

const FORM = /^([^/@]*)\/([^/@.]*)(?:\.([^/@]*))?(?:@([^@]*))?$/;

/** Reads `job/audience`, with `.part` and then `@slot` behind it where these are meant. */
export function readAudienceRef(text: string): ReadAudienceRef {
  const [, job = '', name = '', part, slot] = FORM.exec(text) ?? [];
  if (!JOB_NAME.test(job) || !JOB_NAME.test(name) || !JOB_NAME.test(part ?? 'none'))
    return { ok: false, wrong: 'name' };
  const ref = { job, name, ...(part === undefined ? {} : { part }) };
  if (slot === undefined) return { ok: true, ref };
  return isSlot(slot)
    ? { ok: true, ref: { ...ref, slot } }
    : { ok: false, wrong: 'slot', ref, at: text.indexOf('@') + 1 };
}

/** Writes the name of an audience as job files and the command line have it. */
export function writeAudienceRef({ job, name, part, slot }: AudienceRef): string {
  return `${job}/${name}${part === undefined ? '' : `.${part}`}${slot === undefined ? '' : `@${slot}`}`;
}
