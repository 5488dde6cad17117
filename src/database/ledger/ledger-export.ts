/** Streams the ledger of a run, page by page along its primary key, so that memory stays flat. */
import { sql } from 'kysely';
import type { Database } from '../connecting/connection';
import type { DeliveryState, RunOfDeliveries } from './deliveries';
import { checked } from './ledger-keys';

export interface ExportedDelivery {
  readonly userId: string;
  /** Undefined unless asked for, and where the contact is gone. */
  readonly email: string | undefined;
  readonly state: string;
  readonly reason: string | undefined;
  readonly attempt: number;
  readonly messageId: string | undefined;
  readonly smtpCode: number | undefined;
  readonly enhancedCode: string | undefined;
  readonly answer: string | undefined;
  readonly fallback: boolean;
  readonly dueAt: number;
  readonly claimedAt: number | undefined;
  readonly answeredAt: number | undefined;
}

export interface ExportFilter {
  /** All states where it is left out. */
  readonly states?: readonly DeliveryState[];
  readonly withAddresses: boolean;
}

const PAGE_ROWS = 5000;

/** Streams the deliveries of a run in the order of their user ids, a page at a time. */
export async function* streamDeliveries(
  db: Database,
  run: RunOfDeliveries,
  filter: ExportFilter,
): AsyncGenerator<readonly ExportedDelivery[]> {
  let after = '';
  while (true) {
    const rows = await selectPage(db, run, { ...filter, after });
    if (rows.length > 0) yield rows.map(readDelivery);
    after = rows.at(-1)?.user_id ?? after;
    if (rows.length < PAGE_ROWS) return;
  }
}

interface SelectedDelivery {
  user_id: string;
  email: string | null;
  state: string;
  reason: string | null;
  attempt: number;
  message_id: string | null;
  smtp_code: number | null;
  enhanced_code: string | null;
  answer: string | null;
  fallback: boolean;
  due_at: number;
  claimed_at: number | null;
  answered_at: number | null;
}

function selectPage(
  db: Database,
  run: RunOfDeliveries,
  page: ExportFilter & { readonly after: string },
): Promise<readonly SelectedDelivery[]> {
  const { states, withAddresses, after } = page;
  const email = withAddresses
    ? sql<string | null>`(SELECT c.email FROM contact c WHERE c.user_id = delivery.user_id)`
    : sql<null>`NULL::text`;
  const columns = ['user_id', 'state', 'reason', 'attempt', 'message_id', 'smtp_code', 'enhanced_code'] as const;
  return db
    .selectFrom('delivery')
    .select([...columns, 'answer', 'fallback', 'due_at', 'claimed_at', 'answered_at', email.as('email')])
    .where('job', '=', run.job)
    .where('slot', '=', run.slot)
    .where(checked(sql`run_id = ${run.runId}`))
    .where('user_id', '>', after)
    .$if(states !== undefined, (query) => query.where('state', 'in', [...(states ?? [])]))
    .orderBy('user_id')
    .limit(PAGE_ROWS)
    .execute();
}

function readDelivery(row: SelectedDelivery): ExportedDelivery {
  return {
    userId: row.user_id,
    email: row.email ?? undefined,
    state: row.state,
    reason: row.reason ?? undefined,
    attempt: row.attempt,
    messageId: row.message_id ?? undefined,
    smtpCode: row.smtp_code ?? undefined,
    enhancedCode: row.enhanced_code ?? undefined,
    answer: row.answer ?? undefined,
    fallback: row.fallback,
    dueAt: row.due_at,
    claimedAt: row.claimed_at ?? undefined,
    answeredAt: row.answered_at ?? undefined,
  };
}
