/** Prints the audiences of a run: who is in them, who was left out, and what their files hold. */
import { nameOf } from './audience-notes';
import { layOut } from './columns';
import { describeChanges, describeFiles } from './describe-files';
import { countOf, formatCount } from './figures';
import { listTallies, row } from './labelled';
import type { AudienceSummary, FormatSummary, PartSummary, QuerySummary, RunSummary } from './summary';

/** Prints a query of which a person should know. */
export function describeQuery({ name, query, users, error }: QuerySummary): readonly string[] {
  return [
    ...row('query', `${name}: ${users === 0 ? 'nobody' : countOf(users, 'user')}`),
    ...(error === undefined ? [] : row('', error)),
    ...row('', query),
  ];
}

/** Prints an audience: its members, by part where it is split, and who was left out of it and of its formats. */
export function describeAudience(audience: AudienceSummary): readonly string[] {
  const { name, query, segmentUsers, members, leftOut, formats = [], parts = [], change, error } = audience;
  const since = change === undefined ? '' : `; ${describeChanges(change)} since ${change.run}`;
  if (audience.isWithdrawn === true) return row('audience', `${name}: withdrawn${since}`);
  return [
    ...row('audience', `${name}: ${countOf(members, 'member')} of ${countOf(segmentUsers, 'user')}${since}`),
    ...(error === undefined ? [] : row('', `no answer: ${error}`)),
    ...row('', query),
    ...listTallies(leftOut, 'left out: '),
    ...parts.filter(({ name: part, isWithdrawn }) => part !== '' || isWithdrawn === true).flatMap(describePart),
    ...formats.filter((format) => parts.length === 0 || hasLosses(format)).flatMap(describeFormat),
  ];
}

/** A format that has everybody is told in the table of files alone. */
function hasLosses({ leftOut, values = [] }: FormatSummary): boolean {
  return leftOut.length + values.length > 0;
}

function describePart({ name, members, isHeldOut, isWithdrawn }: PartSummary): readonly string[] {
  // An audience that is split now may have been whole.
  if (isWithdrawn === true)
    return row('', `${''.padStart(9)}  ${name === '' ? 'all in one' : `part ${name}`}: withdrawn`);
  const apart = isHeldOut === true ? ', kept out of all files' : '';
  return row('', `${formatCount(members).padStart(9)}  in part ${name}${apart}`);
}

function describeFormat({ name, people, leftOut, values }: FormatSummary): readonly string[] {
  return [
    ...row('', `${name}: ${countOf(people, 'person', 'people')}`),
    ...listTallies(leftOut, 'left out: '),
    ...listTallies(values ?? [], 'without: '),
  ];
}

const HEAD = ['AUDIENCE', 'FORMAT', 'MEMBERS', 'ROWS', 'FILES'];
/** Names that are longer stand on a line of their own. */
const NAME_WIDTH = 30;

/** Prints a table of what the files hold, a line for each part and format; nothing where there are none. */
export function listFiles({ audiences = [], delivery }: RunSummary): readonly string[] {
  const rows = audiences.flatMap(({ name, parts = [] }) =>
    parts.flatMap((part) => listPart(nameOf(name, part.name), part)),
  );
  if (delivery === undefined || rows.length === 0) return [];
  const { folder, destinations } = delivery;
  return [
    ...row('files', folder),
    ...(destinations.length === 0 ? [] : row('', `delivered to ${destinations.join(', ')}`)),
    ...layOut([HEAD, ...rows], [2, 3]).map((line) => `    ${line}`),
  ];
}

function listPart(name: string, { members, isHeldOut, formats }: PartSummary): readonly (readonly string[])[] {
  const isLong = name.length > NAME_WIDTH;
  const first = isLong ? `${name.slice(0, NAME_WIDTH - 1)}…` : name;
  if (isHeldOut === true) return [[first, '', formatCount(members), '', 'none: held out']];
  return formats.map((files, index) => [
    index === 0 ? first : '',
    files.format,
    index === 0 ? formatCount(members) : '',
    formatCount(files.rows),
    describeFiles(files),
  ]);
}
