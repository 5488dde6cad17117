/** Finds where a field stands in a job file that has been read, for messages of what only a run or a plan can tell. */
import { type Path, readYaml, type YamlSource } from '../config/yaml-source';
import type { Where } from '../errors';
import type { JobBase } from './base-job';

/** A job file as it was read. */
export type JobFile = Pick<JobBase, 'file' | 'text'>;

/** Finds a field by its keys from the top down, or its nearest ancestor where the file does not have it. */
export function placeOf(job: JobFile, path: Path, part: 'key' | 'value' = 'value'): Where {
  return open(job).whereIs(path, part);
}

/** Finds a character of a text that a field holds, from 1; the text's beginning where `column` is left out. */
export function placeOfCharacter(job: JobFile, path: Path, column: number | undefined): Where {
  const where = placeOf(job, path);
  return column === undefined ? where : pointWithin(job.text, where, column);
}

/** Points into a text that begins at a place, where the file has it on one line, bare or in quotes; else at its beginning. */
export function pointWithin(text: string, where: Where, column: number): Where {
  const line = text.split('\n')[(where.line ?? 1) - 1] ?? '';
  const start = where.column ?? 1;
  const quote = /^["']/.test(line.slice(start - 1)) ? 1 : 0;
  const at = start + quote + column - 1;
  return at <= line.length + 1 && !/^[>|]/.test(line.slice(start - 1)) ? { ...where, column: at } : where;
}

/** Finds a word within the text of a field; the text's own place where the word does not stand on its first line. */
export function placeOfWord(job: JobFile, path: Path, word: string): Where {
  const where = placeOf(job, path);
  const line = job.text.split('\n')[(where.line ?? 1) - 1] ?? '';
  const at = findWord(line, word, (where.column ?? 1) - 1);
  return at < 0 ? where : { ...where, column: at + 1 };
}

/** Finds a word that is no part of a longer name, from an index on; -1 where there is none. */
export function findWord(text: string, word: string, from = 0): number {
  const at = text.indexOf(word, from);
  if (at < 0) return at;
  const isPart = /[\w/@-]/.test(text.charAt(at - 1)) || /[\w/.@-]/.test(text.charAt(at + word.length));
  return isPart ? findWord(text, word, at + 1) : at;
}

/** Finds a field whose keys stand in one text, parted by dots: `content.sections.fresh.recommend`. */
export function placeOfField(job: JobFile, field: string): Where {
  return placeOf(job, field.split('.'));
}

function open({ file, text }: JobFile): YamlSource {
  return readYaml({ file, text, code: 'E_JOB_SYNTAX' });
}
