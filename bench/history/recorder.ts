/** Records the statements of the real query functions, and asks the server how it would run them. */
import { Kysely, PostgresDialect } from 'kysely';
import type { Pool } from 'pg';
import type { Database } from '../../src/database/connecting/connection';
import type { Tables } from '../../src/database/schema';

export interface Recorded {
  readonly text: string;
  readonly parameters: readonly unknown[];
}

export interface Recorder {
  readonly db: Database;
  /** Takes the statements since the last call. */
  take(): readonly Recorded[];
}

/** Makes a handle on the same pool whose statements are kept. */
export function createRecorder(pool: Pool): Recorder {
  let recorded: Recorded[] = [];
  const db = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool }),
    log: ({ query }) => {
      recorded.push({ text: query.sql, parameters: query.parameters });
    },
  });
  return {
    db,
    take: () => {
      const taken = recorded;
      recorded = [];
      return taken;
    },
  };
}

/** A step of a plan: `Index Scan using run_created on run`. */
export interface PlanStep {
  readonly node: string;
  readonly table: string | undefined;
  readonly index: string | undefined;
  /** What the index is asked for. */
  readonly condition: string;
}

/** Lists the steps of a statement's plan. The statement is not run. */
export async function explain(pool: Pool, statement: Recorded): Promise<readonly PlanStep[]> {
  const rows = await pool.query<{ 'QUERY PLAN': readonly { Plan: RawPlan }[] }>({
    text: `EXPLAIN (FORMAT JSON) ${statement.text}`,
    values: [...statement.parameters],
  });
  return rows.rows.flatMap((row) => row['QUERY PLAN'].flatMap(({ Plan }) => listSteps(Plan)));
}

interface RawPlan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Index Cond'?: string;
  readonly Plans?: readonly RawPlan[];
}

function listSteps(plan: RawPlan): readonly PlanStep[] {
  const { 'Node Type': node, 'Relation Name': table, 'Index Name': index, 'Index Cond': condition = '' } = plan;
  const step = { node, table, index, condition };
  return [step, ...(plan.Plans ?? []).flatMap(listSteps)];
}
