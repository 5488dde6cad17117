/** Says in a few words what the files of a format hold. */
import { countOf, formatCount } from './figures';
import type { PartFiles } from './summary';

/** Writes who came and who went: `+12 -3`. */
export function describeChanges({ gained, lost }: { readonly gained: number; readonly lost: number }): string {
  return `+${formatCount(gained)} -${formatCount(lost)}`;
}

/** Writes `whole`, `whole, 3 files`, `+12 -3`, `no change`; rows to be removed stand beside whole files too. */
export function describeFiles({ files }: Pick<PartFiles, 'files'>): string {
  const whole = files.filter(({ change }) => change === 'full').length;
  const changes = [
    ...describeRows(files, { change: 'add', sign: '+' }),
    ...describeRows(files, { change: 'remove', sign: '-' }),
  ].join(' ');
  if (whole === 0) return changes === '' ? 'no change' : changes;
  const parts = ['whole', ...(whole === 1 ? [] : [countOf(whole, 'file')]), ...(changes === '' ? [] : [changes])];
  return parts.join(', ');
}

function describeRows(
  files: PartFiles['files'],
  { change, sign }: { readonly change: 'add' | 'remove'; readonly sign: string },
): readonly string[] {
  const found = files.filter((file) => file.change === change);
  const rows = found.reduce((sum, file) => sum + file.rows, 0);
  return found.length === 0 ? [] : [`${sign}${formatCount(rows)}`];
}
