/** Queries on guards that a person has let pass for a run. */
import type { Database } from '../connecting/connection';

export interface GuardApproval {
  readonly guard: string;
  /** How far it was, in a unit of the guard's own; greater is worse. */
  readonly measure: number;
  /** What was found and what is allowed, in words. */
  readonly figure: string;
  readonly limit: string;
  readonly by: string;
  readonly at: number;
}

/** Notes approvals. */
export async function saveApprovals(db: Database, runId: string, approvals: readonly GuardApproval[]): Promise<void> {
  if (approvals.length === 0) return;
  await db
    .insertInto('guard_approval')
    .values(
      approvals.map(({ guard, measure, figure, limit, by, at }) => ({
        run_id: runId,
        guard,
        measure,
        figure,
        limited: limit,
        approved_by: by,
        approved_at: new Date(at),
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Lists the approvals of a run in the order in which they were given. */
export async function listApprovals(db: Database, runId: string): Promise<readonly GuardApproval[]> {
  const query = db.selectFrom('guard_approval').selectAll().where('run_id', '=', runId);
  const rows = await query.orderBy('approved_at').orderBy('guard').execute();
  return rows.map((row) => ({
    guard: row.guard,
    measure: row.measure,
    figure: row.figure,
    limit: row.limited,
    by: row.approved_by,
    at: row.approved_at,
  }));
}
