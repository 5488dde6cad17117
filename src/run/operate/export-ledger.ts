/** Writes the ledger of a run as CSV or JSON Lines, a page at a time. */
import { escapeFormula, quoteCell } from '../../audience/formats/csv-file';
import { maskAddress } from '../../content/address';
import type { Database } from '../../database/connecting/connection';
import { type ExportedDelivery, type ExportFilter, streamDeliveries } from '../../database/ledger/ledger-export';
import type { RunRow } from '../../database/runs/runs';
import { NightjarError } from '../../errors';

export const EXPORT_FORMATS = ['jsonl', 'csv'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface ExportWish extends ExportFilter {
  readonly format: ExportFormat;
}

type Value = string | number | boolean | undefined;

/** Name → what is written; `email` only where addresses are wanted. */
const COLUMNS: readonly (readonly [string, (row: ExportedDelivery) => Value])[] = [
  ['user_id', (row) => row.userId],
  ['email', (row) => row.email],
  ['state', (row) => row.state],
  ['reason', (row) => row.reason],
  ['attempt', (row) => row.attempt],
  ['message_id', (row) => row.messageId],
  ['smtp_code', (row) => row.smtpCode],
  ['enhanced_code', (row) => row.enhancedCode],
  ['answer', (row) => row.answer],
  ['fallback', (row) => row.fallback],
  ['due_at', (row) => formatTime(row.dueAt)],
  ['claimed_at', (row) => formatTime(row.claimedAt)],
  ['answered_at', (row) => formatTime(row.answeredAt)],
];

/** Checks that the deliveries of a run are there. */
export function checkExportable(run: RunRow): void {
  if (run.kind !== 'email') {
    throw new NightjarError('E_USAGE', `${run.runId} is a run of kind audience, which has no deliveries`, {
      fix: `its files: nightjar runs show ${run.runId}`,
    });
  }
  if (run.archiveBeganAt === undefined) return;
  throw new NightjarError('E_RUN_ARCHIVED', `the deliveries of ${run.runId} are archived on S3`, {
    fix: `the archive is among its artefacts: nightjar runs show ${run.runId}`,
  });
}

/**
 * Streams the text of an export; the order is that of the user ids, and equal ledgers give equal bytes.
 * `count` is told how many rows each chunk has.
 */
export async function* exportLedger(
  db: Database,
  run: RunRow,
  wish: ExportWish & { readonly count: (rows: number) => void },
): AsyncGenerator<string> {
  const columns = COLUMNS.filter(([name]) => wish.withAddresses || name !== 'email');
  const write = wish.format === 'csv' ? writeCsvRow : writeJsonRow;
  if (wish.format === 'csv') yield `${columns.map(([name]) => name).join(',')}\r\n`;
  for await (const rows of streamDeliveries(db, run, wish)) {
    wish.count(rows.length);
    yield rows
      .map((row) => (wish.withAddresses ? row : hideAddresses(row)))
      .map((row) => write(columns.map(([name, read]) => [name, read(row)] as const)))
      .join('');
  }
}

/** What a server answers often repeats the address. */
function hideAddresses(row: ExportedDelivery): ExportedDelivery {
  return { ...row, answer: row.answer?.replace(/[^\s<>"'(),;:]+@[^\s<>"'(),;:]+/g, maskAddress) };
}

type NamedValue = readonly [string, Value];

/** Texts come from servers and files, so a spreadsheet must not take one for a formula. */
function writeCsvRow(values: readonly NamedValue[]): string {
  const cells = values.map(([, value]) => (typeof value === 'string' ? escapeFormula(value) : String(value ?? '')));
  return `${cells.map(quoteCell).join(',')}\r\n`;
}

function writeJsonRow(values: readonly NamedValue[]): string {
  return `${JSON.stringify(Object.fromEntries(values.filter(([, value]) => value !== undefined)))}\n`;
}

function formatTime(at: number | undefined): string | undefined {
  return at === undefined ? undefined : new Date(at).toISOString();
}
