/** What an import did, as a value and as text. */
import type { IdOverlap, SharedIds } from '../../database/people/id-overlap';
import type { ContactCounts } from './contacts';
import type { FileFormat, ImportWarning, WarningKind } from './findings';
import { showValue } from './findings';
import type { InteractionCounts } from './interactions';
import type { ItemCounts } from './items';
import type { SuppressionCounts } from './suppressions';
import { describeFormat } from './text-format';

/** The counts of each file that was imported, and what was doubtful. */
export interface ImportReport {
  readonly contacts?: ContactCounts;
  readonly items?: ItemCounts;
  readonly interactions?: InteractionCounts;
  readonly suppressions?: SuppressionCounts;
  /** The first 20, in the order in which they were found. */
  readonly warnings: readonly ImportWarning[];
  /** How many there are of each kind. */
  readonly warningCounts: Readonly<Partial<Record<WarningKind, number>>>;
  /** How the text of files is written that are not UTF-8 with commas and decimal points. */
  readonly formats?: readonly FileFormat[];
  /** The counts tell what would be; nothing was changed. */
  readonly dryRun?: boolean;
  /** Of a dry run: how far the ids of all interactions are those of contacts and items. */
  readonly overlap?: IdOverlap;
}

const WARNING_TEXTS: Readonly<Record<WarningKind, string>> = {
  unwritable_address: "address can't be written to (kept)",
  unknown_user: 'interaction of a user who is no contact (kept)',
  unknown_item: 'interaction with an item that is not in the catalogue (kept)',
  near_column: 'column that may be mistyped (imported as an attribute)',
  unused_column: 'column that is not imported',
};

/** Writes the report as text: a line for each file, how unusual ones were read, then the warnings by kind and the first of them; no final newline. */
export function formatImport(report: ImportReport): string {
  const { contacts, items, interactions, suppressions, warnings } = report;
  const counted = Object.entries(WARNING_TEXTS).flatMap(([kind, text]) => formatCount(report, { kind, text }));
  return [
    contacts === undefined ? [] : [`contacts      ${formatKeyed(contacts)}`],
    items === undefined ? [] : [`items         ${formatKeyed(items)}, catalogue version ${items.version}`],
    interactions === undefined
      ? []
      : [`interactions  ${interactions.read} read, ${interactions.added} added, ${interactions.duplicates} duplicates`],
    suppressions === undefined ? [] : [`suppressions  ${suppressions.read} read, ${suppressions.added} added`],
    (report.formats ?? []).map(({ file, ...format }) => `read as       ${file}: ${describeFormat(format)}`),
    counted,
    warnings.map(({ file, line, message }) => `  ${file}:${line}: ${message}`),
    formatRest(report),
    report.overlap === undefined ? [] : formatOverlap(report.overlap),
    report.dryRun === true ? ['dry run: nothing was changed'] : [],
  ]
    .flat()
    .join('\n');
}

function formatKeyed({ read, changed, unchanged, removed }: ContactCounts): string {
  return `${read} read, ${changed} new or changed, ${unchanged} unchanged, ${removed} removed`;
}

function formatCount(
  { warningCounts }: ImportReport,
  { kind, text }: { kind: string; text: string },
): readonly string[] {
  const count = Object.entries(warningCounts).find(([name]) => name === kind)?.[1] ?? 0;
  return count === 0 ? [] : [`warning: ${count} × ${text}`];
}

function formatRest({ warnings, warningCounts }: ImportReport): readonly string[] {
  const all = Object.values(warningCounts).reduce((sum, count) => sum + count, 0);
  return all > warnings.length ? [`  and ${all - warnings.length} more`] : [];
}

/** Writes how many ids the interactions share with contacts and items, with examples of both sides; nothing without interactions. */
export function formatOverlap({ users, items }: IdOverlap): readonly string[] {
  return [
    ...formatShared(users, { things: 'users of interactions', known: 'contacts' }),
    ...formatShared(items, { things: 'items of interactions', known: 'in the catalogue' }),
  ];
}

function formatShared({ ids, shared, strangers, known }: SharedIds, names: { things: string; known: string }) {
  if (ids === 0) return [];
  const first = `ids           ${shared} of ${ids} ${names.things} are ${names.known}`;
  if (shared === ids) return [first];
  const list = (some: readonly string[]) => (some.length === 0 ? 'none' : some.map(showValue).join(', '));
  return [first, `  not known: ${list(strangers)}; known are: ${list(known)}`];
}
