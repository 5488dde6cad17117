/** Imports suppressions: addresses that must not be written to. They are kept as hashes only. */
import { checkAddress, hashAddress } from '../../content/address';
import { type Suppression, saveSuppressions } from '../../database/contacts';
import { type FileImport, importRows } from './batches';
import type { ColumnRule } from './columns';
import { showValue } from './findings';
import { type RowScope, readCell, requireCell } from './row-cells';
import { readLine, readTime, readWord } from './values';

/** What an import did to the suppressions; an address that was suppressed already keeps its first reason. */
export interface SuppressionCounts {
  readonly read: number;
  readonly added: number;
}

const COLUMNS: ColumnRule = { required: ['email'], optional: ['reason', 'at', 'source'], others: 'unused' };
const readReason = readWord(['unsubscribe', 'bounce', 'complaint', 'manual']);

/** Imports a file of suppressions; without a reason it is `manual`, without a time it is `now`. */
export async function importSuppressions(work: FileImport): Promise<SuppressionCounts> {
  const { db, findings, now } = work;
  let added = 0;
  const read = await importRows(work, {
    columns: COLUMNS,
    read: (scope) => readSuppression(scope, now),
    async save(rows) {
      if (!findings.failed)
        added += await saveSuppressions(
          db,
          rows.map((row) => row.value),
        );
    },
  });
  return { read, added };
}

/** An address that can't be written to is kept too: it does no harm, and what can be written to may change. */
function readSuppression(scope: RowScope, now: number): Suppression | undefined {
  const email = requireCell(scope, 'email', readLine);
  const reason = readCell(scope, 'reason', readReason) ?? 'manual';
  const at = readCell(scope, 'at', readTime) ?? now;
  const source = readCell(scope, 'source', readLine) ?? 'import';
  if (email === undefined) return undefined;
  const checked = checkAddress(email);
  if (!checked.ok) {
    const message = `email is ${showValue(email)}; it can't be written to anyway (${checked.reason})`;
    scope.findings.addWarning('unwritable_address', scope.row.line, message);
  }
  return { addressHash: hashAddress(checked.ok ? checked.address : email), reason, source, at };
}
