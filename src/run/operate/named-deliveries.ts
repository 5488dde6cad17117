/** Reads which deliveries a person means: user ids, or the Message-IDs that a relay's log has. */
import { NightjarError } from '../../errors';
import { createFindings } from '../import/findings';
import type { Cell } from '../import/row';
import { findUnreadable, readRows } from '../import/rows';

export interface NamedDeliveries {
  readonly userIds: ReadonlySet<string>;
  /** With their angle brackets. */
  readonly messageIds: ReadonlySet<string>;
  /** How many were named, each once. */
  readonly count: number;
}

/** Takes user ids from the command line. */
export function nameUsers(userIds: readonly string[]): NamedDeliveries {
  const users = new Set(userIds);
  return { userIds: users, messageIds: new Set(), count: users.size };
}

const COLUMNS = ['user_id', 'message_id'] as const;

/**
 * Reads a file, CSV with a header or JSON Lines, with a column `user_id` or `message_id` (with or without angle brackets).
 * @throws E_IMPORT_FILE, E_IMPORT_ROW
 */
export async function readNamedDeliveries(file: string): Promise<NamedDeliveries> {
  const all = createFindings();
  const findings = all.forFile(file);
  const unreadable = await findUnreadable(file);
  if (unreadable !== undefined) findings.addProblem(unreadable);
  const named = { userIds: new Set<string>(), messageIds: new Set<string>() };
  const onColumns = (columns: readonly string[]) => {
    if (COLUMNS.some((column) => columns.includes(column))) return true;
    findings.addProblem({
      message: `it has no column "user_id" or "message_id"`,
      fix: 'write a header: user_id',
    });
    return false;
  };
  if (unreadable === undefined) {
    for await (const rows of readRows({ findings, onColumns })) for (const row of rows) takeRow(named, row.cells);
  }
  const error = all.error();
  if (error !== undefined) throw error;
  const count = named.userIds.size + named.messageIds.size;
  if (count > 0) return { ...named, count };
  throw new NightjarError('E_IMPORT_FILE', 'it names no delivery', {
    where: { file },
    fix: 'write one user_id a line',
  });
}

/** A row with both names one delivery, by its user. */
function takeRow(named: { userIds: Set<string>; messageIds: Set<string> }, cells: ReadonlyMap<string, Cell>): void {
  const [userId, messageId] = [cells.get('user_id'), cells.get('message_id')];
  if (typeof userId === 'string') named.userIds.add(userId);
  else if (typeof messageId === 'string') named.messageIds.add(`<${messageId.trim().replace(/^<|>$/g, '')}>`);
}
