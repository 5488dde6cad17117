/** Imports suppressions: addresses, users and domains that must not be written to. Of an address only the hash is kept. */
import { checkAddress } from '../../content/address';
import {
  addressSubject,
  domainSubject,
  hashSubject,
  SUPPRESSION_REASONS,
  type Suppression,
  userSubject,
} from '../../content/suppression';
import { saveSuppressions } from '../../database/people/suppressions';
import { JOB_NAME } from '../../job/keys';
import { type FileImport, importRows } from './batches';
import type { ColumnRule } from './columns';
import { showValue } from './findings';
import { unprotectCell } from './formula-cell';
import { type RowScope, readCell } from './row-cells';
import { type Reading, readId, readLine, readTime, readWord } from './values';

/** What an import did to the suppressions; what was suppressed already keeps its reason. */
export interface SuppressionCounts {
  readonly read: number;
  readonly added: number;
}

/** Each row names its subject in exactly one of these. */
const SUBJECTS = ['email', 'user_id', 'domain', 'address_hash'];
const COLUMNS: ColumnRule = {
  required: [],
  oneOf: SUBJECTS,
  optional: ['topic', 'reason', 'at', 'source'],
  others: 'unused',
};
const readReason = readWord(SUPPRESSION_REASONS);

/** Imports a file of suppressions; without a topic it is for every job, without a reason `manual`, without a time `now`. */
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

function readSuppression(scope: RowScope, now: number): Suppression | undefined {
  const subject = readOneSubject(scope);
  const topic = readCell(scope, 'topic', readTopic);
  const reason = readCell(scope, 'reason', readReason) ?? 'manual';
  const at = readCell(scope, 'at', readTime) ?? now;
  const source = readCell(scope, 'source', (text) => readLine(unprotectCell(text))) ?? 'import';
  return subject === undefined ? undefined : { subject, topic, reason, source, at };
}

function readOneSubject(scope: RowScope): string | undefined {
  const { findings, row } = scope;
  const before = findings.count;
  const subjects = [
    readCell(scope, 'email', readEmail(scope)),
    readCell(scope, 'user_id', (text) => map(readId(unprotectCell(text)), userSubject)),
    readCell(scope, 'domain', readDomain),
    readCell(scope, 'address_hash', readHash),
  ].flatMap((subject) => subject ?? []);
  const [subject, ...more] = subjects;
  if (findings.count > before) return undefined;
  if (subject !== undefined && more.length === 0) return subject;
  findings.addProblem({
    line: row.line,
    message: `${subjects.length === 0 ? 'none' : 'more than one'} of ${SUBJECTS.join(', ')} is filled; expected one`,
    fix: subjects.length === 0 ? 'fill one of them, or remove the row' : 'write a row for each',
  });
  return undefined;
}

/** An address that can't be written to is kept too: it does no harm, and what can be written to may change. */
function readEmail({ row, findings }: RowScope): (text: string) => Reading<string> {
  return (text) => {
    const checked = checkAddress(text);
    if (!checked.ok) {
      const message = `email is ${showValue(text)}; it can't be written to anyway (${checked.reason})`;
      findings.addWarning('unwritable_address', row.line, message);
    }
    return map(readLine(text), addressSubject);
  };
}

function readDomain(text: string): Reading<string> {
  const value = domainSubject(text);
  return value === undefined ? { expected: 'a domain', fix: 'write mail.example' } : { value };
}

function readHash(text: string): Reading<string> {
  return /^[0-9a-f]{64}$/i.test(text)
    ? { value: hashSubject(text.toLowerCase()) }
    : { expected: 'the SHA-256 of an address in lower case, 64 hexadecimal digits', fix: 'write the address as email' };
}

function readTopic(text: string): Reading<string> {
  return JOB_NAME.test(text) ? { value: text } : { expected: 'the name of a job', fix: 'write nightly-picks' };
}

function map<T, U>(reading: Reading<T>, to: (value: T) => U): Reading<U> {
  return 'value' in reading ? { value: to(reading.value) } : reading;
}
