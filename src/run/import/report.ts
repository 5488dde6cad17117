/** Prints what an import did. */
import type { ImportReport } from './import-files';

/** Formats the report of an import, a line a file, then the warnings. */
export function formatImport(report: ImportReport): string {
  const { contacts, items, interactions, suppressions } = report;
  const lines = [
    contacts && `contacts       ${contacts.read} read, ${contacts.changed} new or changed, ${contacts.removed} removed`,
    items &&
      `items          ${items.read} read, ${items.changed} new or changed, ${items.removed} removed, catalogue version ${items.version}`,
    interactions &&
      `interactions   ${interactions.read} read, ${interactions.added} new, ${interactions.read - interactions.added} were there`,
    suppressions && `suppressions   ${suppressions.read} read, ${suppressions.added} new`,
    ...report.warnings.map((warning) => `warning        ${warning.count} ${warning.name}`),
  ];
  return lines.filter((line) => line !== undefined).join('\n');
}
