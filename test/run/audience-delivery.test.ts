/** Delivering the files of audiences: to which destinations, how often, and what the next run takes as delivered. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { OpenEngines } from '../../src/cli/open-engines';
import { listDeliveries } from '../../src/database/audiences/delivered-rows';
import { findDelivered, listVersions } from '../../src/database/audiences/versions';
import { keep } from '../../src/run/keep/keep';
import { cancelRun } from '../../src/run/operate/cancel';
import { retryRun } from '../../src/run/operate/retry';
import { beginWith, firstCells, manifestOf, readFolder } from './support/audience-answers';
import { userId } from './support/small-shop';
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

function source(name: string, more = '') {
  const { file, text, template } = audienceSource(name);
  const audience = `audience: { to: audiences/${name}/, formats: [csv], change: { files: changes }, deliver: [bucket, partner] }`;
  return { file, text: `${text.replace(/^audience: .*$/m, audience)}${more}`, template };
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
  expect(failed).toMatchObject({ state: 'failed', error: { code: 'E_DESTINATION_AWAY' } });
  expect(uploads).toEqual(['tea.csv', 'tea.csv']);
});

it('what a delivery that never came to its end may have added is removed, too', async () => {
  const name = 'half-way';
  await driveRun(rig, await beginWith(rig, source(name), { slot: '2026-03-02', users: ids(1, 5) }));
  status = 403;
  const second = await beginWith(rig, source(name), { slot: '2026-03-03', users: ids(1, 9) });
  expect((await driveRun(rig, second)).state).toBe('failed');
  await cancelRun(rig.engines, second);
  status = 201;
  const third = await beginWith(rig, source(name), { slot: '2026-03-04', users: ids(2, 6) });
  expect((await driveRun(rig, third)).state).toBe('finished');

  const files = await readFolder(rig, `audiences/${name}/${third}/`);
  expect(firstCells(files.get('tea.add.csv'))).toEqual(['u006']);
  expect(firstCells(files.get('tea.remove.csv'))).toEqual(['u001', 'u007', 'u008', 'u009']);
  expect(manifestOf(files, 'tea').formats[0]).toMatchObject({ change: 'changes', added: 1, removed: 4 });
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
