/** Tells of audiences what a person should look at. */
import { quoteLine } from '../config/quote';
import { countOf, formatCount, formatShare } from './figures';
import type { AudienceSummary, LeftBehindSummary, RunSummary } from './summary';

/** A warning wants somebody to act; a note explains what else would surprise. */
export interface AudienceNote {
  readonly tone: 'warning' | 'note';
  readonly text: string;
}

/**
 * Lists what is odd about the audiences of a run: drift, nobody in them, people whom platforms hold of what is no longer in
 * the job, and parts that are too small for a platform.
 */
export function listAudienceNotes({
  audiences = [],
  leftBehind = [],
}: Pick<RunSummary, 'audiences' | 'leftBehind'>): readonly AudienceNote[] {
  return [
    ...audiences.flatMap(noteDrift),
    ...audiences.flatMap(noteEmpty),
    ...leftBehind.map((left) => ({ tone: 'warning' as const, text: tellLeftBehind(left) })),
    ...noteSmall(audiences),
  ];
}

/** Tells who still has the people of an audience that is no longer in the job, and how they are taken out. */
export function tellLeftBehind(left: LeftBehindSummary): string {
  const { name, members, slot } = left;
  const people = `${countOf(members, 'person', 'people')} of ${slot}`;
  return `${name} is no longer in the job, and ${tellHolders(left)} still ${left.destinations.length > 1 ? 'hold' : 'holds'} ${people}; to have them removed: add ${quoteLine('withdraw', [name])} to audience`;
}

/** Names the destinations that hold an audience, or whoever has taken its files where there are none. */
export function tellHolders({ destinations }: Pick<LeftBehindSummary, 'destinations'>): string {
  if (destinations.length === 0) return 'whoever took its files';
  return `${destinations.length === 1 ? 'the destination' : 'the destinations'} ${destinations.join(', ')}`;
}

function noteDrift({ name, members, change }: AudienceSummary): readonly AudienceNote[] {
  if (change?.drifts !== true) return [];
  const { run, gained, lost } = change;
  const both = Math.max(0, members - gained);
  const share = formatShare(both, both + gained + lost);
  const text =
    `${name} drifts: of the people in it now or delivered by ${run}, ${share} are in both (+${formatCount(gained)} ` +
    `-${formatCount(lost)}). Have its query, the model or the catalogue changed?`;
  return [{ tone: 'warning', text }];
}

function noteEmpty({ name, members, segmentUsers, isWithdrawn }: AudienceSummary): readonly AudienceNote[] {
  if (members > 0 || isWithdrawn === true) return [];
  const text = segmentUsers === 0 ? 'found no user' : `may address none of ${countOf(segmentUsers, 'user')}`;
  return [{ tone: 'warning', text: `${name} has no members: it ${text}` }];
}

/** By format, since a platform is what one has to do something about. */
function noteSmall(audiences: readonly AudienceSummary[]): readonly AudienceNote[] {
  const small = new Map<string, { readonly least: number; readonly names: string[] }>();
  for (const { name, parts } of audiences) {
    for (const part of parts ?? []) {
      for (const { format, rows, fewerThan } of part.formats) {
        if (fewerThan === undefined) continue;
        const found = small.get(format) ?? { least: fewerThan, names: [] };
        found.names.push(`${nameOf(name, part.name)} (${formatCount(rows)})`);
        small.set(format, found);
      }
    }
  }
  return [...small].map(([format, { least, names }]) => ({
    tone: 'note' as const,
    text: `${format}: the platform uses no audience of fewer than ${formatCount(least)}: ${names.join(', ')}`,
  }));
}

/** Names an audience, or a part of one, as its files do: `drama`, `drama.b`. */
export function nameOf(audience: string, part: string): string {
  return part === '' ? audience : `${audience}.${part}`;
}
