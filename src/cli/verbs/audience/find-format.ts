/** Finds the audience formats that a project can use: those of nightjar, and its own in formats/. */
import path from 'node:path';
import { FORMATS, findFormat } from '../../../audience/formats/all';
import { readCustomFormat } from '../../../audience/formats/custom/read';
import type { AudienceFormat } from '../../../audience/formats/format';
import { nearestName } from '../../../config/nearest';
import { NightjarError } from '../../../errors';
import { FORMAT_SYNONYMS } from '../../../job/format-synonyms';
import { type CliContext, projectDir } from '../../context';
import { readFormats } from '../../project';

/** Lists nightjar's formats, then the project's own by name. @throws E_FORMAT_FIELD, E_FORMAT_SYNTAX */
export function listFormats(context: CliContext): readonly AudienceFormat[] {
  return [
    ...FORMATS,
    ...Object.keys(readFormats(projectDir(context)))
      .sort()
      .map((name) => readOwn(context, name)),
  ];
}

/** Finds a format by name. @throws E_USAGE where there is none, E_FORMAT_FIELD and E_FORMAT_SYNTAX where the file is wrong */
export function requireFormat(context: CliContext, name: string): AudienceFormat {
  const found = findFormat(name);
  if (found !== undefined) return found;
  const own = Object.keys(readFormats(projectDir(context)));
  if (own.includes(name)) return readOwn(context, name);
  const near = nearestName(name, [...FORMATS.map((format) => format.name), ...own], FORMAT_SYNONYMS);
  throw new NightjarError('E_USAGE', `there is no audience format ${JSON.stringify(name)}`, {
    fix: near === undefined ? 'nightjar audience formats' : `nightjar audience formats ${near}`,
  });
}

function readOwn(context: CliContext, name: string): AudienceFormat {
  const text = readFormats(projectDir(context))[name] ?? '';
  return readCustomFormat({ name, file: path.join('formats', `${name}.yaml`), text });
}
