/** Delivering the files of audiences: to which destinations, how often, and what the next run takes as delivered. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { OpenEngines } from '../../src/cli/open-engines';
import { listDeliveries } from '../../src/database/audiences/delivered-rows';
import { findDelivered, listVersions } from '../../src/database/audiences/versions';
import { findRun } from '../../src/database/runs/runs';
import { place as placeOf } from '../../src/run/engines';
import { keep } from '../../src/run/keep/keep';
import { approveRun } from '../../src/run/operate/approve';
import { cancelRun } from '../../src/run/operate/cancel';
import { resolveRestored } from '../../src/run/operate/resolve-restored';
import { retryRun } from '../../src/run/operate/retry';
import { processWork } from '../../src/run/process-work';
import { writeObject } from '../../src/storage/objects';
import { beginWith, firstCells, manifestOf, readFolder } from './support/audience-answers';
import { dyingAt } from './support/old-run';
import { addContacts, makeContact, userId } from './support/small-shop';
import { audienceSource, driveRun, openShop, type Rig, rigUp } from './support/world';

const ids = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => userId(from + n));

/** Several nights of a job take longer than one. */
jest.setTimeout(300_000);

let state: string;
let shop: OpenEngines;
let rig: Rig;
let server: Server;
let uploads: string[] = [];
let status = 201;
beforeAll(async () => {
  state = mkdtempSync(path.join(tmpdir(), 'nightjar-delivery-'));
  shop = await openShop(state);
  server = createServer((request, answer) => {
    request.resume();
    request.on('end', () => {
      uploads.push(path.basename(request.url ?? ''));
      answer.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/in/`;
  const bare = rigUp(shop);
  const destinations = {
    bucket: { url: `s3://${shop.settings.storage.bucket}/partner/` },
    partner: { url, retryAfterSeconds: [0.01] },
  };
  rig = { ...bare, engines: { ...bare.engines, settings: { ...bare.engines.settings, destinations } } };
});
beforeEach(() => {
  uploads = [];
  status = 201;
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await shop.close();
  rmSync(state, { recursive: true, force: true });
});

function source(name: string, more = '', deliver = '[bucket, partner]') {
  const { file, text, template } = audienceSource(name);
  const audience = `audience: { to: audiences/${name}/, formats: [csv], change: { files: changes }, deliver: ${deliver} }`;
  return { file, text: `${text.replace(/^audience: .*$/m, audience)}${more}`, template };
}

const retry = (runId: string) => retryRun(rig.engines, runId, { only: [], fresh: undefined });

/** Writes a version and delivers nothing of it. */
async function writeOnly(job: ReturnType<typeof source>, slot: string, users: readonly string[]): Promise<string> {
  const runId = await beginWith(rig, job, { slot, users });
  await driveRun(rig, runId, (run) => run.state === 'writing');
  await processWork(rig.engines, { runId, stage: 'write', shard: 0 }, new AbortController().signal);
  return runId;
}

it('goes to every destination once, the manifest last; who was refused is tried again when a person says so', async () => {
  const job = source('sending-on');
  status = 403;
  const runId = await beginWith(rig, job, { slot: '2026-03-02', users: ids(1, 5) });
  const failed = await driveRun(rig, runId);
  expect(failed).toMatchObject({ state: 'failed', error: { code: 'E_DESTINATION_REFUSED' } });
  expect(uploads).toEqual(['tea.csv']);
  expect(await findDelivered(shop.db, { job: 'sending-on', audience: 'tea', part: '' })).toBeUndefined();

  status = 201;
  await retryRun(rig.engines, runId, { only: [], fresh: undefined });
  expect((await driveRun(rig, runId)).state).toBe('finished');
  expect(uploads).toEqual(['tea.csv', 'tea.csv', 'tea.manifest.json']);
  const own = await readFolder(rig, `audiences/sending-on/${runId}/`);
  expect(await readFolder(rig, `partner/${runId}/`)).toEqual(own);
  const [version] = await listVersions(shop.db, { runId });
  if (version === undefined) throw new Error('no version');
  expect((await listDeliveries(shop.db, version)).map(({ destination }) => destination)).toEqual(['bucket', 'partner']);
});

it('a destination that is away for a moment is waited for, and then fails the run with the way on', async () => {
  status = 503;
  const runId = await beginWith(rig, source('waiting-for'), { slot: '2026-03-02', users: ids(1, 5) });
  const failed = await driveRun(rig, runId);
  const fix = `when it is back, let the run go on: nightjar runs retry ${runId}`;
  expect(failed).toMatchObject({ state: 'failed', error: { code: 'E_DESTINATION_AWAY', fix } });
  expect(uploads).toEqual(['tea.csv', 'tea.csv']);
});

it('what a delivery that never came to its end may have added is removed, and what it may have removed is added again', async () => {
  const name = 'half-way';
  await driveRun(rig, await beginWith(rig, source(name), { slot: '2026-03-02', users: ids(1, 5) }));
  status = 403;
  const second = await beginWith(rig, source(name), { slot: '2026-03-03', users: ids(3, 9) });
  expect((await driveRun(rig, second)).state).toBe('failed');
  await cancelRun(rig.engines, second);
  status = 201;
  const third = await beginWith(rig, source(name), { slot: '2026-03-04', users: ids(2, 6) });
  expect((await driveRun(rig, third)).state).toBe('finished');

  const files = await readFolder(rig, `audiences/${name}/${third}/`);
  expect(firstCells(files.get('tea.add.csv'))).toEqual(['u002', 'u006']);
  expect(firstCells(files.get('tea.remove.csv'))).toEqual(['u001', 'u007', 'u008', 'u009']);
  expect(manifestOf(files, 'tea').formats[0]).toMatchObject({ change: 'changes', added: 2, removed: 4 });
});

it('the rows that were delivered last outlive their run', async () => {
  const name = 'outliving';
  const job = source(name, 'keep: 1d\n');
  const first = await beginWith(rig, job, { slot: '2026-03-02', users: ids(1, 5) });
  await driveRun(rig, first);
  rig.clock.advanceTo(rig.clock.now() + 2 * 86_400_000);
  await keep(rig.engines, new AbortController().signal);
  expect([...(await readFolder(rig, `audiences/${name}/`)).keys()]).toEqual([]);
  const kept = [...(await readFolder(rig, `versions/${name}/tea/`)).keys()];
  expect(kept).toEqual([`${first}/csv.rows.tsv`, `${first}/members.tsv`]);

  const second = await beginWith(rig, job, { slot: '2026-03-05', users: ids(2, 6) });
  await driveRun(rig, second);
  const files = await readFolder(rig, `audiences/${name}/${second}/`);
  expect(firstCells(files.get('tea.remove.csv'))).toEqual(['u001']);
  const left = [...(await readFolder(rig, `versions/${name}/tea/`)).keys()];
  expect(left).toEqual([`${second}/csv.rows.tsv`, `${second}/members.tsv`]);
});

it('so do those of which a delivery has begun since', async () => {
  const name = 'half-outliving';
  const job = source(name, 'keep: 1d\n');
  const first = await beginWith(rig, job, { slot: '2026-03-02', users: ids(1, 5) });
  await driveRun(rig, first);
  status = 403;
  const second = await beginWith(rig, job, { slot: '2026-03-03', users: ids(1, 7) });
  await driveRun(rig, second);
  await cancelRun(rig.engines, second);
  rig.clock.advanceTo(rig.clock.now() + 2 * 86_400_000);
  await keep(rig.engines, new AbortController().signal);
  const rowFiles = async () =>
    [...(await readFolder(rig, `versions/${name}/tea/`)).keys()].filter((file) => file.endsWith('.rows.tsv'));
  expect(await rowFiles()).toEqual([`${first}/csv.rows.tsv`, `${second}/csv.rows.tsv`]);

  status = 201;
  const third = await beginWith(rig, job, { slot: '2026-03-05', users: ids(2, 6) });
  await driveRun(rig, third);
  const files = await readFolder(rig, `audiences/${name}/${third}/`);
  expect(firstCells(files.get('tea.remove.csv'))).toEqual(['u001', 'u007']);
  expect(await rowFiles()).toEqual([`${third}/csv.rows.tsv`]);
});

it('a process that dies while it writes a version anew does not pass the one before for it', async () => {
  const name = 'dying-anew';
  await driveRun(rig, await beginWith(rig, source(name), { slot: '2026-03-02', users: ids(1, 5) }));
  const late = await writeOnly(source(name), '2026-03-04', ids(3, 9));
  await driveRun(rig, await beginWith(rig, source(name), { slot: '2026-03-03', users: ids(1, 7) }));
  uploads = [];
  for (let nth = 2; uploads.length === 0 && nth < 90; nth++) {
    const { engines } = dyingAt(rig.engines, nth);
    await processWork(engines, { runId: late, stage: 'deliver', shard: 0 }, new AbortController().signal).catch(
      () => undefined,
    );
    if ((await findRun(rig.engines.db, late))?.state === 'failed') await retry(late);
  }
  expect((await driveRun(rig, late)).state).toBe('finished');
  const files = await readFolder(rig, `partner/${late}/`);
  expect(firstCells(files.get('tea.add.csv'))).toEqual(['u008', 'u009']);
  expect(firstCells(files.get('tea.remove.csv'))).toEqual(['u001', 'u002']);
});

it('a version that was written before another run began its delivery removes what that one may have added', async () => {
  const name = 'crossing';
  await driveRun(rig, await beginWith(rig, source(name), { slot: '2026-03-02', users: ids(1, 5) }));
  const late = await writeOnly(source(name), '2026-03-04', ids(2, 6));
  status = 403;
  const half = await beginWith(rig, source(name), { slot: '2026-03-03', users: ids(1, 8) });
  expect((await driveRun(rig, half)).state).toBe('failed');
  status = 201;
  expect((await driveRun(rig, late)).state).toBe('finished');
  const files = await readFolder(rig, `partner/${late}/`);
  expect(firstCells(files.get('tea.remove.csv'))).toEqual(['u001', 'u007', 'u008']);

  uploads = [];
  await retry(half);
  expect((await driveRun(rig, half)).error).toMatchObject({
    code: 'E_RUN_OVERTAKEN',
    message: `tea of the later slot 2026-03-04 has been delivered, by the run ${late}`,
    fix: `nightjar runs cancel ${half}`,
  });
  expect(uploads).toEqual([]);
});

it('a late retry asks for consent again, and takes back whom it had brought to some destinations', async () => {
  const name = 'late-retry';
  await driveRun(rig, await beginWith(rig, source(name), { slot: '2026-03-02', users: ids(1, 5) }));
  status = 403;
  const second = await beginWith(rig, source(name), { slot: '2026-03-03', users: ids(2, 7) });
  expect((await driveRun(rig, second)).state).toBe('failed');
  await addContacts(shop, [makeContact('u007', { consent: false })]);
  status = 201;
  rig.clock.advanceTo(rig.clock.now() + 2 * 3_600_000);
  await retry(second);
  expect((await driveRun(rig, second)).state).toBe('finished');
  await addContacts(shop, [makeContact('u007')]);
  for (const folder of ['partner', `audiences/${name}`]) {
    const files = await readFolder(rig, `${folder}/${second}/`);
    expect(firstCells(files.get('tea.add.csv'))).toEqual(['u006']);
    expect(firstCells(files.get('tea.remove.csv'))).toEqual(['u001', 'u007']);
  }
  const left = [...(await readFolder(rig, `versions/${name}/tea/${second}/`)).keys()];
  expect(left).toEqual(['csv.rows.tsv', 'members.tsv']);
});

it('a guard on the size is asked again of what is written anew, and of nothing that a person has let pass', async () => {
  const name = 'shrinking';
  const job = source(name, 'guard: { members: { shrink: 30% } }\n');
  await driveRun(rig, await beginWith(rig, job, { slot: '2026-03-02', users: ids(1, 10) }));
  status = 403;
  const second = await beginWith(rig, job, { slot: '2026-03-03', users: ids(1, 9) });
  expect((await driveRun(rig, second)).state).toBe('failed');
  await addContacts(
    shop,
    ids(1, 4).map((id) => makeContact(id, { consent: false })),
  );
  status = 201;
  uploads = [];
  rig.clock.advanceTo(rig.clock.now() + 2 * 3_600_000);
  await retry(second);
  expect(await driveRun(rig, second)).toMatchObject({
    state: 'paused',
    pausedReason: 'guard:members.shrink',
    error: { message: expect.stringContaining('tea has 5 after 10, 50 % fewer') },
  });
  expect(uploads).toEqual([]);
  await approveRun(rig.engines, second, 'somebody');
  expect((await driveRun(rig, second)).state).toBe('finished');
  await addContacts(
    shop,
    ids(1, 4).map((id) => makeContact(id)),
  );
  const files = await readFolder(rig, `partner/${second}/`);
  expect(firstCells(files.get('tea.remove.csv'))).toEqual(['u001', 'u002', 'u003', 'u004', 'u010']);
});

it('a destination that fails holds up no other', async () => {
  const name = 'holding-nothing-up';
  status = 403;
  const runId = await beginWith(rig, source(name, '', '[partner, bucket]'), { slot: '2026-03-02', users: ids(1, 5) });
  expect(await driveRun(rig, runId)).toMatchObject({ state: 'failed', error: { code: 'E_DESTINATION_REFUSED' } });
  expect([...(await readFolder(rig, `partner/${runId}/`)).keys()]).toEqual(['tea.csv', 'tea.manifest.json']);
  status = 201;
  await retry(runId);
  expect((await driveRun(rig, runId)).state).toBe('finished');
});

it('nor does it hold up other audiences and parts; a retry delivers what is missing', async () => {
  const name = 'holding-no-part-up';
  const more = 'combine: { fans: tea, rest: "everyone & !tea" }, split: { a: 40%, b: 40%, holdout: 20% }';
  const job = source(name, '', `[partner, bucket], ${more}`);
  const files = ['fans.a', 'fans.b', 'rest.a', 'rest.b'].flatMap((part) => [`${part}.csv`, `${part}.manifest.json`]);
  const delivered: string[] = [];
  const log: typeof rig.engines.log = (_level, message, { part, destination } = {}) => {
    if (message === 'audience delivered') delivered.push(`${part} ${destination}`);
  };
  const logged = { ...rig, engines: { ...rig.engines, log } };

  status = 403;
  const runId = await beginWith(rig, job, { slot: '2026-03-02', users: ids(1, 20) });
  const failed = await driveRun(logged, runId);
  expect(failed).toMatchObject({ state: 'failed', error: { code: 'E_DESTINATION_REFUSED' } });
  expect([...(await readFolder(rig, `partner/${runId}/`)).keys()]).toEqual(files);
  expect(uploads).toEqual(files.filter((file) => file.endsWith('.csv')));
  expect(delivered).toEqual(['a bucket', 'b bucket', 'a bucket', 'b bucket']);

  // Of what is delivered in full, nothing is delivered again.
  uploads = [];
  await retry(runId);
  expect((await driveRun(logged, runId)).state).toBe('failed');
  expect(uploads).toEqual(files.filter((file) => file.endsWith('.csv')));
  status = 201;
  uploads = [];
  await retry(runId);
  expect((await driveRun(logged, runId)).state).toBe('finished');
  expect(uploads).toEqual(files);
  expect(delivered.slice(4)).toEqual(['a partner', 'b partner', 'a partner', 'b partner']);
});

it('a restored database delivers nothing that it may have delivered, and is not relied on for differences', async () => {
  const name = 'restored-since';
  await driveRun(rig, await beginWith(rig, source(name), { slot: '2026-03-02', users: ids(1, 5) }));
  const second = await beginWith(rig, source(name), { slot: '2026-03-03', users: ids(2, 6) });
  await driveRun(rig, second, (run) => run.state === 'writing');
  const mark = { version: 1, mark: 9 };
  const place = `runs/${second}/sending.json`;
  await writeObject(rig.engines.s3, placeOf(rig.engines, place), [JSON.stringify(mark)], {
    contentType: 'application/json',
  });
  uploads = [];
  expect(await driveRun(rig, second)).toMatchObject({ state: 'paused', pausedReason: 'restored' });
  expect(uploads).toEqual([]);
  await resolveRestored(rig.engines, name);
  const third = await beginWith(rig, source(name), { slot: '2026-03-04', users: ids(2, 7) });
  await driveRun(rig, third);
  const folder = `audiences/${name}/${third}/`;
  const because = 'delivery_not_finished';
  expect(manifestOf(await readFolder(rig, folder), 'tea').formats[0]).toMatchObject({ change: 'full', because });
  const fourth = await beginWith(rig, source(name), { slot: '2026-03-05', users: ids(2, 8) });
  await driveRun(rig, fourth);
  const files = await readFolder(rig, `audiences/${name}/${fourth}/`);
  expect(manifestOf(files, 'tea').formats[0]).toMatchObject({ change: 'changes', added: 1, removed: 0 });
});

it('a destination that is new begins with whole files', async () => {
  const name = 'new-partner';
  await driveRun(rig, await beginWith(rig, source(name, '', '[bucket]'), { slot: '2026-03-02', users: ids(1, 5) }));
  const second = await beginWith(rig, source(name), { slot: '2026-03-03', users: ids(2, 6) });
  expect((await driveRun(rig, second)).state).toBe('finished');
  expect(uploads).toEqual(['tea.remove.csv', 'tea.csv', 'tea.manifest.json']);
  const files = await readFolder(rig, `audiences/${name}/${second}/`);
  expect(firstCells(files.get('tea.csv'))).toEqual(ids(2, 6));
  expect(manifestOf(files, 'tea').formats[0]).toMatchObject({ change: 'full', because: 'new_destination' });
  const third = await beginWith(rig, source(name), { slot: '2026-03-04', users: ids(2, 7) });
  await driveRun(rig, third);
  expect([...(await readFolder(rig, `audiences/${name}/${third}/`)).keys()]).toEqual([
    'tea.add.csv',
    'tea.manifest.json',
  ]);
});
