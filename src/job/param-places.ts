/** Knows where a job file may not use params: what starts it, what guards it, and what its files are. */
import { nameField } from '../config/field-schema';
import type { Problem } from '../config/problems';
import type { Path } from '../config/yaml-source';

interface Place {
  readonly path: readonly string[];
  readonly why: string;
}

const STARTS = 'decides when workers start the job, which have no values';
const PROTECTS = 'protects a run, so whoever starts one must not be able to change it';

const REFUSED: readonly Place[] = [
  { path: ['kind'], why: 'decides which keys the file may have' },
  { path: ['schedule'], why: STARTS },
  { path: ['after'], why: STARTS },
  { path: ['keep'], why: PROTECTS },
  { path: ['guard'], why: PROTECTS },
  { path: ['notify'], why: PROTECTS },
  { path: ['audience', 'topic'], why: PROTECTS },
  { path: ['send', 'from'], why: 'is the sender, which is warmed up and signed for' },
  { path: ['send', 'onlyTo'], why: PROTECTS },
  { path: ['send', 'proof'], why: PROTECTS },
  { path: ['content', 'template'], why: 'names the files that are kept with a run' },
  { path: ['audience', 'lists'], why: 'names the files that are kept with a run' },
  { path: ['audience', 'formats'], why: 'names the files that are kept with a run' },
  { path: ['audience', 'combine'], why: 'decides who is in an audience, by names and signs that a value could change' },
];

/** Tells whether params may stand at a path, or below it. */
export function takesParams(path: Path): boolean {
  return path[0] !== 'params' && findRefused(path) === undefined && !isSubject(path);
}

function findRefused(path: Path): Place | undefined {
  return REFUSED.find((place) => place.path.every((step, index) => path[index] === step));
}

function isSubject(path: Path): boolean {
  return path[0] === 'content' && path[1] === 'subject';
}

/** Explains the first reference at a path that takes none; `names` as they are written, `params.category`. */
export function refusePlace(path: Path, names: readonly string[]): readonly Problem[] {
  const name = names.find((written) => written.startsWith('params.'));
  if (name === undefined) return [];
  const field = nameField(path);
  const written = `\${${name}}`;
  if (isSubject(path)) {
    const message = `${field} has ${written}; expected {{${name}}}, as it is a Handlebars text`;
    return [{ path, part: 'value', message, fix: `write {{${name}}}` }];
  }
  const why = findRefused(path)?.why ?? 'is not filled in';
  const message = `${field} has ${written}; expected no param there: it ${why}`;
  return [{ path, part: 'value', message, fix: 'write the value out' }];
}
