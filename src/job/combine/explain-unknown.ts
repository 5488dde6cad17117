/** Tells what is wrong with a name in an expression that is that of no query, list or audience of the job, and what was likely meant. */
import { listNames, nearestName } from '../../config/nearest';
import { OWN_WORDS } from './read-leaf';
import type { Refusal } from './tokens';

/** The job whose expression it is. */
export interface Surroundings {
  /** The job's name; undefined where it is not known. */
  readonly job?: string | undefined;
  /** Queries, lists and audiences that the name could have meant. */
  readonly known: readonly string[];
  /** The audiences among them, which other slots have too. */
  readonly audiences: readonly string[];
}

/** Signs, and words of other tools, with what is written here. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['not', 'write "!" before the name of a set'],
  ['and', 'write "&" between two sets'],
  ['or', 'write "|" between two sets'],
  ['buyers', 'write buyers(30d)'],
  ['recipients', 'write recipients(nightly-picks)'],
]);

const SYNONYMS: ReadonlyMap<string, string> = new Map([
  ['all', 'everyone'],
  ['contacts', 'everyone'],
  ['everybody', 'everyone'],
  ['unsubscribed', 'suppressed'],
  ['suppressions', 'suppressed'],
]);

/** Explains a name; the fix is left out where nothing is near. */
export function explainUnknown(name: string, around: Surroundings): Omit<Refusal, 'at'> {
  if (name === 'buyers') return { message: '"buyers" has no time', fix: 'write buyers(30d)' };
  if (name === 'recipients') return { message: '"recipients" has no job', fix: 'write recipients(nightly-picks)' };
  if (name.includes('@')) return explainSlot(name, around);
  const { known, audiences } = around;
  const [audience = '', part] = name.split('.');
  if (part !== undefined && audiences.includes(audience)) {
    const message = `"${name}" is a part of an audience of this job, which it makes of whole ones`;
    return {
      message,
      name,
      fix: `write ${audience}, or ${around.job ?? 'job'}/${name} for the part of an earlier run`,
    };
  }
  const near = nearestName(name, [...known, ...OWN_WORDS], SYNONYMS);
  const names = known.length === 0 ? '' : ` (${listNames(known)})`;
  const word = WORDS.get((near ?? name).toLowerCase());
  const isNot = name.toLowerCase() === 'not';
  const meant = isNot ? '!' : word === undefined ? near : undefined;
  return {
    ...(isNot || word !== undefined ? {} : { name }),
    message: `there is no set "${name}"; expected a query, list or audience of this job${names}, everyone, suppressed, buyers(…), recipients(…) or job/audience`,
    fix: word ?? (near === undefined ? suggestSome(name, known) : `write ${near}`),
    ...(meant === undefined ? {} : { instead: { written: name, meant } }),
  };
}

/** A slot behind a name alone: queries and lists are those of this run, and audiences of other runs want their job before them. */
function explainSlot(text: string, { job = 'job', known }: Surroundings): Omit<Refusal, 'at'> {
  const [name = '', slot = ''] = text.split('@');
  const earlier = `${job}/${name}@${slot === '' ? '2026-11-01' : slot}`;
  return {
    message: `"${text}" has a slot and no job; expected job/audience@slot`,
    name: text,
    fix: known.includes(name) ? `write ${earlier} for an earlier run, or ${name} for this one` : `write ${earlier}`,
  };
}

function suggestSome(name: string, known: readonly string[]): string {
  const list = `or define it as a list: audience.lists: { ${name}: lists/${name}.csv }`;
  return known.length === 0 ? list.slice('or '.length) : `write one of ${listNames(known)}, ${list}`;
}
