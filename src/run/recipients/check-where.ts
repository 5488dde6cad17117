/** Checks the attributes of contacts that a job names: one that no contact has would match nobody or fill no column, without a word. */
import { nearestName } from '../../config/nearest';
import type { Database } from '../../database/connecting/connection';
import { isAttributeThere, sampleAttributeNames } from '../../database/people/contact-attributes';
import { combineErrors, NightjarError } from '../../errors';
import { CONTACT_COLUMNS, isColumn } from '../../job/attributes';
import type { Where } from '../../job/base-job';
import type { ParsedJob } from '../../job/definition';
import { placeOf } from '../../job/place';

/**
 * Checks that contacts have the attributes that a job demands of them. One that must be absent, or must not have some value,
 * may be lacking; and where there are no attributes at all, nobody can tell.
 *
 * @throws E_JOB_FIELD, all of them at once, with the nearest names
 */
export async function checkWhere(db: Database, job: ParsedJob): Promise<void> {
  const section = job.kind === 'email' ? 'recipients' : 'audience';
  const where = job.kind === 'email' ? job.recipients.where : job.audience.where;
  const demanded = Object.entries(where).filter(([name, wanted]) => isAttribute(name) && demandsValue(wanted));
  const written = job.kind === 'audience' ? job.audience.attributes : [];
  const asked = [
    ...demanded.map(([name]) => ({
      name,
      what: `${[section, 'where', name].join('.')} asks for`,
      path: [section, 'where', name],
      columns: CONTACT_COLUMNS,
      fixOf: (near: string) => `write "${near}:"`,
    })),
    ...written.map((name, index) => ({
      name,
      what: `audience.attributes[${index}] is ${JSON.stringify(name)},`,
      path: ['audience', 'attributes', index],
      columns: [],
      fixOf: (near: string) => `write ${near} instead of ${name}`,
    })),
  ];
  const problems: NightjarError[] = [];
  for (const { name, what, path, columns, fixOf } of asked) {
    if (await isAttributeThere(db, name)) continue;
    const known = await sampleAttributeNames(db);
    if (known.length === 0) return;
    const near = nearestName(name, [...known, ...columns]);
    const message = `${what} an attribute that no contact has; attributes are ${known.join(', ')}`;
    const fix = near === undefined ? 'import contacts with that column, or name one of these' : fixOf(near);
    problems.push(new NightjarError('E_JOB_FIELD', message, { where: placeOf(job, path), fix }));
  }
  const problem = combineErrors(problems);
  if (problem !== undefined) throw problem;
}

function isAttribute(name: string): boolean {
  return name !== 'consent' && !isColumn(name);
}

function demandsValue(wanted: Where[string]): boolean {
  if (typeof wanted !== 'object' || !('exists' in wanted || 'not' in wanted)) return true;
  const { exists, min, max, before, after } = wanted;
  return exists === true || [min, max, before, after].some((limit) => limit !== undefined);
}
