/** Imports files into the database: all of them, or, where a single row is wrong, nothing. */
import type { Database } from '../../database/connection';
import { withLock } from '../../database/lock';
import type { FileImport } from './batches';
import { importContacts } from './contacts';
import { createFindings, type FileFindings, type Findings } from './findings';
import { importInteractions } from './interactions';
import { importItems } from './items';
import type { ImportReport } from './report';
import { findUnreadable } from './rows';
import { importSuppressions } from './suppressions';

/** The files to import, by kind: CSV with a header, or JSON Lines where the name ends in .jsonl, .ndjson or .json. */
export interface ImportOptions {
  readonly db: Database;
  /** Paths. */
  readonly contacts?: string;
  readonly items?: string;
  readonly interactions?: string;
  readonly suppressions?: string;
  /** Also removes contacts and items that their file no longer has. */
  readonly replace: boolean;
  /** Epoch ms. */
  readonly now: number;
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
  const files = await openFindings(options, findings);
  failOn(findings);
  return withLock(options.db, 'import', () =>
    options.db.transaction().execute(async (db) => {
      const { replace, now } = options;
      const run = <Counts>(file: FileFindings | undefined, importKind: (work: FileImport) => Promise<Counts>) =>
        file === undefined ? undefined : importKind({ db, findings: file, replace, now });
      const contacts = await run(files.contacts, importContacts);
      const items = await run(files.items, importItems);
      const interactions = await run(files.interactions, importInteractions);
      const suppressions = await run(files.suppressions, importSuppressions);
      failOn(findings);
      return {
        ...(contacts === undefined ? {} : { contacts }),
        ...(items === undefined ? {} : { items }),
        ...(interactions === undefined ? {} : { interactions }),
        ...(suppressions === undefined ? {} : { suppressions }),
        warnings: findings.warnings,
        warningCounts: findings.warningCounts,
      };
    }),
  );
}

function failOn(findings: Findings): void {
  const error = findings.error();
  if (error !== undefined) throw error;
}

type Kind = 'contacts' | 'items' | 'interactions' | 'suppressions';

/** Looks for every file before anything is read, so that a mistyped path costs no time. */
async function openFindings(
  options: ImportOptions,
  findings: Findings,
): Promise<Readonly<Record<Kind, FileFindings | undefined>>> {
  const open = async (file: string | undefined) => {
    if (file === undefined) return undefined;
    const own = findings.forFile(file);
    const problem = await findUnreadable(file);
    if (problem !== undefined) own.addProblem(problem);
    return own;
  };
  return {
    contacts: await open(options.contacts),
    items: await open(options.items),
    interactions: await open(options.interactions),
    suppressions: await open(options.suppressions),
  };
}
