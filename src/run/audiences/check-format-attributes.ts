/** Checks the attributes of contacts that a team's own formats write: one that no contact has would leave a column empty without a word. */
import { listNames, nearestName } from '../../config/nearest';
import { readYaml } from '../../config/yaml-source';
import type { Database } from '../../database/connecting/connection';
import { isAttributeThere, sampleAttributeNames } from '../../database/people/contact-attributes';
import { combineErrors, NightjarError, type Where } from '../../errors';
import { isColumn } from '../../job/attributes';
import type { AudienceJob } from '../../job/audience-job';
import { type FormatFiles, openFormat } from './open-formats';

/** An attribute that a file of `formats/` names. */
interface NamedAttribute {
  readonly field: string;
  readonly name: string;
  readonly where: Where;
}

/**
 * Checks the formats of a job.
 *
 * @returns what a person should know: where no contact has any attribute yet, nobody can tell which there will be
 * @throws E_FORMAT_FIELD, all problems at once, with the nearest names
 */
export async function checkFormatAttributes(
  db: Database,
  { audience }: AudienceJob,
  files: FormatFiles = {},
): Promise<readonly string[]> {
  const named = audience.formats.flatMap((format) => attributesOf(format, files));
  const wanted = [...new Set([...audience.attributes, ...named.map(({ name }) => name)])];
  if (wanted.length === 0) return [];
  const known = await sampleAttributeNames(db);
  if (known.length === 0) {
    return [`no contact has attributes yet, so nobody can tell whether these will be there: ${listNames(wanted)}`];
  }
  const problems: NightjarError[] = [];
  for (const attribute of named) {
    if (!(await isAttributeThere(db, attribute.name))) problems.push(explain(attribute, known));
  }
  const problem = combineErrors(problems);
  if (problem !== undefined) throw problem;
  return [];
}

function attributesOf(format: string, files: FormatFiles): readonly NamedAttribute[] {
  const text = Object.hasOwn(files, format) ? files[format] : undefined;
  const columns = text === undefined ? [] : (openFormat(format, files)?.columns(NOTHING) ?? []);
  if (text === undefined || columns.every(({ source }) => source?.kind !== 'attribute')) return [];
  const yaml = readYaml({ file: `formats/${format}.yaml`, text, code: 'E_FORMAT_SYNTAX' });
  return columns.flatMap(({ source }, index): NamedAttribute[] => {
    if (source?.kind !== 'attribute') return [];
    const where = yaml.whereIs(['columns', index, 'attribute'], 'value');
    return [{ field: `columns[${index}].attribute`, name: source.name, where }];
  });
}

/** Columns of a team's own format are the same in all files. */
const NOTHING = { runId: '', at: '', audience: '', path: [], attributes: [] };

function explain({ field, name, where }: NamedAttribute, known: readonly string[]): NightjarError {
  const near = nearestName(name, known);
  const message = `${field} is ${JSON.stringify(name)}, and no contact has it; attributes are ${listNames(known)}`;
  const fix =
    near === undefined ? 'import contacts with that column, or name one of these' : `write "attribute: ${near}"`;
  return new NightjarError('E_FORMAT_FIELD', message, { where, fix: isColumn(name) ? `write "from: ${name}"` : fix });
}
