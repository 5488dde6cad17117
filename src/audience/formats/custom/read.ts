/** Reads a format of a team's own: all its problems at once, each with line and column, or the format. */
import { describeSchema } from '../../../config/field-schema';
import { compareByPlace } from '../../../config/place-order';
import { explainIssues } from '../../../config/problems';
import { readYaml } from '../../../config/yaml-source';
import { combineErrors, NightjarError } from '../../../errors';
import type { AudienceFormat } from '../format';
import { buildFormat } from './build';
import { customSchema } from './schema';

interface FormatText {
  readonly name: string;
  /** Its path, for messages. */
  readonly file: string;
  readonly text: string;
}

/** @throws E_FORMAT_SYNTAX if the text is not YAML, E_FORMAT_FIELD if fields are wrong; `others` holds the further problems */
export function readCustomFormat({ name, file, text }: FormatText): AudienceFormat {
  const source = readYaml({ file, text, code: 'E_FORMAT_SYNTAX' });
  if (typeof source.value !== 'object' || source.value === null || Array.isArray(source.value)) {
    throw new NightjarError('E_FORMAT_FIELD', 'the file is no map of keys; expected about, columns and others', {
      where: { file, line: 1, column: 1 },
      fix: 'start with "about: …" and "columns:", as docs/audience-formats.md shows',
    });
  }
  const result = customSchema.safeParse(source.value, { reportInput: true });
  if (result.success) return buildFormat(name, result.data);
  const problems = explainIssues(result.error.issues, { schema: describeSchema(customSchema), noun: 'format' });
  const errors = problems.map(
    ({ path, part, message, fix }) =>
      new NightjarError('E_FORMAT_FIELD', message, { where: source.whereIs(path, part), fix }),
  );
  throw combineErrors(errors.sort(compareByPlace)) ?? result.error;
}
