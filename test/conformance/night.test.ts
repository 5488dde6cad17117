/** A whole night by two worker processes in every world: the same mails, the same audience files, and nothing that must not be. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { planCalm } from '../faults/harness/plan';
import { type RoundResult, runRound } from '../faults/harness/round';
import { type Servers, startServers } from '../faults/harness/servers';
import { CHOSEN, makeShop, PEOPLE, type Shop } from '../faults/harness/shop';

let folder: string;
let shop: Shop;
let servers: Servers;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'nightjar-conformance-'));
  // The embedded database runs as another user where this is root.
  chmodSync(folder, 0o711);
  shop = await makeShop(folder);
  servers = await startServers(shop);
}, 120_000);
afterAll(async () => {
  await servers.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

/** The night of the first world, which the others' must equal. */
let first: RoundResult | undefined;

const WORLDS = [
  ['embedded PostgreSQL 18 with the queue on it', 'embedded'],
  ['PostgreSQL 15 and Redis', 'redis'],
  ['PostgreSQL 15 with the queue on it', 'postgres'],
] as const;

it.each(WORLDS)(
  '%s',
  async (_name, kind) => {
    const audiences = first?.facts?.audiences;
    const night = await runRound(planCalm(kind), { shop, servers, audiences, folder: path.join(folder, kind) });
    expect(night.violations).toEqual([]);
    first ??= night;

    expect(tellWhatMatters(night)).toEqual(tellWhatMatters(first));
    expect(night.facts?.mails).toHaveLength(PEOPLE);
    expect(night.facts?.ledger).toHaveLength(CHOSEN.length);
  },
  120_000,
);

/** All that a night leaves but its times and who did what. */
function tellWhatMatters({ facts }: RoundResult) {
  return {
    ledger: facts?.ledger.map((row) => `${row.user_id} ${row.state} ${row.reason ?? ''} ${row.attempt}`),
    mails: facts?.mails.map((mail) => `${mail.to} ${mail.messageId}`).sort(),
    bought: facts?.bought.map((job) => `${job.name} ${job.status}`).sort(),
    reported: facts?.reported,
    audiences: facts?.audiences,
  };
}
