/** Opens the formats that an audience job names: nightjar's own, and those of the project's files. */
import { FORMATS, findFormat } from '../../audience/formats/all';
import { readCustomFormat } from '../../audience/formats/custom/read';
import type { AudienceFormat } from '../../audience/formats/format';
import { NightjarError } from '../../errors';

/** Name → text of `formats/<name>.yaml`. */
export type FormatFiles = Readonly<Record<string, string>>;

/** Lists the names that job files may use. */
export function formatNames(files: FormatFiles = {}): readonly string[] {
  return [...FORMATS.map(({ name }) => name), ...Object.keys(files)];
}

/**
 * Opens one format; undefined where there is none.
 * @throws E_FORMAT_SYNTAX, E_FORMAT_FIELD where its file is wrong, or has the name of a format of nightjar's
 */
export function openFormat(name: string, files: FormatFiles = {}): AudienceFormat | undefined {
  const own = findFormat(name);
  const text = Object.hasOwn(files, name) ? files[name] : undefined;
  const file = `formats/${name}.yaml`;
  if (text === undefined) return own;
  if (own === undefined) return readCustomFormat({ name, file, text });
  throw new NightjarError('E_FORMAT_FIELD', `the file has the name of a format of nightjar's: ${own.title}`, {
    where: { file, line: 1, column: 1 },
    fix: `rename it, to formats/my-${name}.yaml say, and name that in audience.formats`,
  });
}

/** Opens the formats of a job in its order. @throws as `openFormat` */
export function openFormats(names: readonly string[], files: FormatFiles = {}): readonly AudienceFormat[] {
  return names.flatMap((name) => openFormat(name, files) ?? []);
}
