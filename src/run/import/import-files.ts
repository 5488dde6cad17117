/** Imports files into the database: all of them, or, where a single row is wrong, nothing. */
import type { Database } from '../../database/connecting/connection';
import { withLock } from '../../database/connecting/lock';
import { readIdOverlap } from '../../database/people/id-overlap';
import type { FileImport } from './batches';
import { type ColumnMappings, IMPORT_KINDS, type ImportKind, mapColumns } from './column-mapping';
import { importContacts } from './contacts';
import { readDecimals } from './decimals';
import { createFindings, type FileFindings, type Findings } from './findings';
import { importInteractions } from './interactions';
import { importItems } from './items';
import type { ImportReport } from './report';
import type { RowSource } from './row';
import { openFile } from './rows';
import { importSuppressions } from './suppressions';

/** What to import, by kind: a path (CSV with a header, or JSON by the ending of the name) or another source. */
export interface ImportOptions extends Partial<Readonly<Record<ImportKind, string | RowSource>>> {
  readonly db: Database;
  /** How the columns of a kind are renamed; as they stand unless given. */
  readonly mappings?: ColumnMappings;
  /** Also removes contacts and items that their file no longer has. */
  readonly replace: boolean;
  /** Does everything and then undoes it, so that the report tells what would be. */
  readonly dryRun?: boolean;
  /** Epoch ms. */
  readonly now: number;
}

/** Carries the report of a dry run out of the transaction, which it rolls back. */
class Undone extends Error {
  constructor(readonly report: ImportReport) {
    super('dry run');
  }
}

/**
 * Imports files in one transaction, so that a process that dies leaves nothing half-done.
 * Contacts and items come before the interactions that name them. Simultaneous imports wait for each other.
 *
 * @throws E_IMPORT_FILE if a file can't be read or lacks a column, E_IMPORT_ROW if rows are wrong;
 * all problems of all files are in one error
 */
export async function importFiles(options: ImportOptions): Promise<ImportReport> {
  const findings = createFindings();
  const opened = await openSources(options, findings);
  failOn(findings);
  const work = withLock(options.db, 'import', () =>
    options.db.transaction().execute(async (db) => {
      const report = await importAll(db, { options, opened, findings });
      if (options.dryRun === true) throw new Undone(report);
      return report;
    }),
  );
  return work.catch((error: unknown) => {
    if (error instanceof Undone) return error.report;
    throw error;
  });
}

interface Opened {
  readonly source: RowSource;
  readonly findings: FileFindings;
}

type OpenedKinds = Partial<Readonly<Record<ImportKind, Opened>>>;

async function importAll(
  db: Database,
  { options, opened, findings }: { options: ImportOptions; opened: OpenedKinds; findings: Findings },
): Promise<ImportReport> {
  const { replace, now } = options;
  const run = <Counts>(file: Opened | undefined, importKind: (work: FileImport) => Promise<Counts>) =>
    file === undefined ? undefined : importKind({ db, ...file, replace, now });
  const contacts = await run(opened.contacts, importContacts);
  const items = await run(opened.items, importItems);
  const interactions = await run(opened.interactions, importInteractions);
  const suppressions = await run(opened.suppressions, importSuppressions);
  failOn(findings);
  return {
    ...(contacts === undefined ? {} : { contacts }),
    ...(items === undefined ? {} : { items }),
    ...(interactions === undefined ? {} : { interactions }),
    ...(suppressions === undefined ? {} : { suppressions }),
    warnings: findings.warnings,
    warningCounts: findings.warningCounts,
    ...(findings.formats.length === 0 ? {} : { formats: findings.formats }),
    ...(options.dryRun === true ? { dryRun: true, overlap: await readIdOverlap(db) } : {}),
  };
}

function failOn(findings: Findings): void {
  const error = findings.error();
  if (error !== undefined) throw error;
}

/** Looks for every source before anything is read, so that a mistyped path costs no time. */
async function openSources(options: ImportOptions, findings: Findings): Promise<OpenedKinds> {
  const opened: Partial<Record<ImportKind, Opened>> = {};
  for (const kind of IMPORT_KINDS) {
    const given = options[kind];
    if (given === undefined) continue;
    const plain = typeof given === 'string' ? openFile(given) : given;
    const mapping = options.mappings?.[kind];
    const named = mapping === undefined ? plain : mapColumns(plain, mapping);
    const source = readDecimals(named, { kind, decimal: mapping?.decimal });
    const own = findings.forFile(source.name);
    const problem = await source.findUnreadable();
    if (problem !== undefined) own.addProblem(problem);
    opened[kind] = { source, findings: own };
  }
  return opened;
}
