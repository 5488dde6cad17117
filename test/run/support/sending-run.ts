/** Makes runs that stand right before their sending, and drives their lanes: no batch job is needed to test how mails leave. */
import { setTimeout as sleep } from 'node:timers/promises';
import { hashAddress } from '../../../src/content/address';
import { currentCatalogueVersion, saveItems } from '../../../src/database/catalogue';
import { planDeliveries, type RunOfDeliveries, saveSlates } from '../../../src/database/ledger/deliveries';
import { saveContacts } from '../../../src/database/people/contacts';
import { createRun, findRun, moveRun, savePlan } from '../../../src/database/runs/runs';
import { createMailer } from '../../../src/mail/mailer';
import { storeBundle } from '../../../src/run/bundle';
import type { Engines } from '../../../src/run/engines';
import { listOpenWork } from '../../../src/run/open-work';
import { processWork } from '../../../src/run/process-work';
import { emailSource } from './world';

/** How many people of which domain. */
export type Domains = Readonly<Record<string, number>>;

export interface SendingWish {
  readonly name: string;
  /** The value of `send` in the job file. */
  readonly send?: string;
  /** Those of `content.show` and `guard`. */
  readonly show?: string | undefined;
  readonly guard?: string | undefined;
  readonly domains: Domains;
  readonly slot?: string;
}

const ITEMS = ['i1', 'i2', 'i3'];

/** Saves what every run shows; call it once. */
export async function stockShop(engines: Engines): Promise<void> {
  const items = ITEMS.map((itemId) => ({
    itemId,
    title: `Thing ${itemId}`,
    url: `https://shop.example/${itemId}`,
    price: 10,
    currency: 'USD',
    categories: ['tea'],
    stock: 5,
    attributes: {},
  }));
  await saveItems(engines.db, items, { replace: false, now: engines.now() });
}

/** The people of a run: `<name>-0001@<domain>`, in the order of the domains. */
export function peopleOf({ name, domains }: SendingWish): readonly { userId: string; domain: string; email: string }[] {
  const all = Object.entries(domains).flatMap(([domain, count]) => Array.from({ length: count }, () => domain));
  return all.map((domain, nth) => {
    const userId = `${name}-${String(nth + 1).padStart(4, '0')}`;
    return { userId, domain, email: `${userId}@${domain}` };
  });
}

/** Makes the run; all its mails are due. */
export async function makeSendingRun(engines: Engines, wish: SendingWish): Promise<RunOfDeliveries> {
  const now = engines.now();
  const { name, slot = '2026-03-02' } = wish;
  const run = { runId: `${name}.${slot}`, job: name, slot };
  const people = peopleOf(wish);
  const contacts = people.map(({ userId, email }) => ({
    contact: { userId, email, firstName: 'Robin', consent: true as const, attributes: { group: name } },
    addressHash: hashAddress(email),
  }));
  await saveContacts(engines.db, contacts, now);
  const where = `{ consent: true, group: ${name} }`;
  const { send, show, guard } = wish;
  const source = emailSource(name, { where, send, show, guard });
  const catalogueVersion = await currentCatalogueVersion(engines.db);
  const bundleUri = await storeBundle(engines, source);
  await createRun(engines.db, { ...run, n: 1, kind: 'email', bundleUri, catalogueVersion }, now);
  const rows = people.map(({ userId, email, domain }) => ({ userId, addressHash: hashAddress(email), domain }));
  await planDeliveries(engines.db, run, { rows, now });
  await saveSlates(
    engines.db,
    run.runId,
    people.map(({ userId }) => ({ userId, itemIds: ITEMS })),
  );
  await savePlan(engines.db, run.runId, {
    version: 1,
    solutionVersionArn: 'arn',
    recipe: 'r',
    contacts: null,
    popular: [],
  });
  await moveRun(engines.db, run.runId, { from: 'planned', to: 'sending', now });
  return run;
}

/** Engines of another worker on the same database: a journal and token of its own come with `parts`. */
export function workerOn(
  base: Engines,
  url: string,
  parts: Partial<Engines> = {},
): Engines & { close(): Promise<void> } {
  const { mail } = base.settings;
  const mailer = createMailer({ url, connections: mail.connections, timeouts: { silence: 5000 } });
  const settings = { ...base.settings, mail: { ...mail, url } };
  const queue = {
    add: async () => undefined,
    setAlarms: async () => undefined,
    ping: async () => undefined,
    start: () => ({ close: async () => undefined }),
    close: async () => undefined,
  };
  return {
    ...base,
    settings,
    inboxDir: undefined,
    queue,
    mailer,
    ...parts,
    close: () => mailer.close({ force: true }),
  };
}

/**
 * Drives one lane in real time until it is done, or wants to come again later than `patienceMs` from now.
 * @returns when it wants to come again, undefined where it is done
 */
export async function driveLane(
  engines: Engines,
  runId: string,
  options: { readonly shard?: number; readonly patienceMs?: number; readonly signal?: AbortSignal } = {},
): Promise<number | undefined> {
  const { shard = 0, patienceMs = 1500, signal = new AbortController().signal } = options;
  while (!signal.aborted) {
    const outcome = await processWork(engines, { runId, stage: 'send', shard }, signal);
    if (outcome.kind === 'done') return undefined;
    const waitMs = outcome.at - engines.now();
    if (waitMs > patienceMs) return outcome.at;
    await sleep(Math.max(1, waitMs));
  }
  return engines.now();
}

/** Drives the two lanes of a run, each by a worker, until both have no more patience or are done. */
export async function driveLanes(workers: readonly Engines[], runId: string, patienceMs = 1500): Promise<void> {
  await Promise.all(workers.map((engines, shard) => driveLane(engines, runId, { shard, patienceMs })));
}

/** Does the open work of a run, whatever its stage, until it is idle or wants to come again later than now. */
export async function doOpenWork(engines: Engines, runId: string): Promise<string> {
  for (;;) {
    const run = await findRun(engines.db, runId);
    if (run === undefined) throw new Error(`there is no run ${runId}`);
    const works = await listOpenWork(engines, run);
    if (works.length === 0) return run.state;
    let later = 0;
    for (const work of works) {
      const outcome = await processWork(engines, work, new AbortController().signal);
      if (outcome.kind === 'again') later += outcome.at > engines.now() + 100 ? 1 : 0;
    }
    if (later === works.length) return run.state;
  }
}

/** Reads the ledger of a run. */
export function readLedger(engines: Pick<Engines, 'db'>, runId: string) {
  return engines.db.selectFrom('delivery').selectAll().where('run_id', '=', runId).orderBy('user_id').execute();
}
