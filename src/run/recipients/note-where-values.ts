/** Notes values in `where` that no contact has: they match nobody, or leave nobody out, without a word. */
import { listNames, nearestName } from '../../config/nearest';
import type { Database } from '../../database/connecting/connection';
import { GROUPING_COLUMNS, hasContacts, listValues } from '../../database/people/contact-attributes';
import { isColumn } from '../../job/attributes';
import type { AudienceJob } from '../../job/audience-job';
import type { Scalar, Where } from '../../job/base-job';
import type { EmailJob } from '../../job/email-job';
import { isCondition, isValue } from '../../job/where';

/** Contacts in whom a value is looked for first; in most cases it is there. */
const SAMPLED_CONTACTS = 20_000;
/** An attribute with more values tells people apart, and is not judged. */
const MOST_VALUES = 1000;
/** More are not told in full. */
const VALUES_SHOWN = 12;

/** Tells of the values of `where`, with the nearest one that contacts have. Names, addresses and times are not judged. */
export async function noteWhereValues(db: Database, job: EmailJob | AudienceJob): Promise<string[]> {
  const [section, where] =
    job.kind === 'email' ? ['recipients', job.recipients.where] : ['audience', job.audience.where];
  const notes: string[] = [];
  for (const [name, wanted] of Object.entries(where)) {
    const isJudged = GROUPING_COLUMNS.includes(name) || (name !== 'consent' && !isColumn(name));
    if (isJudged) notes.push(...(await noteValues(db, `${section}.where.${name}`, { name, wanted })));
  }
  return notes;
}

interface Asked {
  readonly name: string;
  readonly wanted: Where[string];
}

async function noteValues(db: Database, at: string, { name, wanted }: Asked): Promise<readonly string[]> {
  const isLacking = (values: readonly string[]) => (one: Scalar) =>
    !values.some((value) => isValue({ name, value }, one));
  const sampled = await listValues(db, name, { contacts: SAMPLED_CONTACTS, most: MOST_VALUES });
  const doubtful = valuesIn(wanted).filter(isLacking(sampled));
  if (doubtful.length === 0 || sampled.length === MOST_VALUES) return [];
  const known = await listValues(db, name, { most: MOST_VALUES });
  if (known.length === MOST_VALUES || known.some((value) => value.includes('@'))) return [];
  if (known.length === 0) return noteNone(db, at, { name, wanted });
  return doubtful.filter(isLacking(known)).flatMap((one) => {
    const near = nearestName(String(one), known);
    // That nobody is left out may well be.
    if (near === undefined && isCondition(wanted)) return [];
    const values = known.length > VALUES_SHOWN ? 'values are others' : `values are ${listNames(known)}`;
    const hint = near === undefined ? values : `did you mean ${JSON.stringify(near)}?`;
    return [`${at} asks for ${JSON.stringify(one)}, which no contact has; ${hint}`];
  });
}

/** Of an attribute that nobody has, `checkWhere` tells. */
async function noteNone(db: Database, at: string, { name, wanted }: Asked): Promise<readonly string[]> {
  if (!GROUPING_COLUMNS.includes(name) || isCondition(wanted) || !(await hasContacts(db))) return [];
  return [`${at} asks for a ${name}, and no contact has one`];
}

function valuesIn(wanted: Where[string]): readonly Scalar[] {
  const values = isCondition(wanted) ? wanted.not : wanted;
  if (values === undefined) return [];
  return typeof values === 'object' ? values : [values];
}
