/** Following a run: through an outage of the database, and to an end where the state folder is deleted. */
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { type OpenEngines, openEngines } from '../../src/cli/open-engines';
import { loadSettings } from '../../src/config/load';
import { createRun, moveRun } from '../../src/database/runs/runs';
import { followRun, type Progress } from '../../src/run/follow-run';
import { makeTestFolder, ROOT } from '../support/nightjar';
import { type PostgresServer, startPostgresServer } from '../support/postgres-server';
import { SLOT } from './support/small-shop';

const folder = makeTestFolder('nightjar-follow');
let server: PostgresServer;
let engines: OpenEngines;

beforeAll(async () => {
  server = await startPostgresServer();
  const { settings } = loadSettings({
    defaultText: readFileSync(path.join(ROOT, 'config', 'default.yaml'), 'utf8'),
    files: [],
    env: {},
    overrides: [{ path: 'database.url', value: await server.createDatabase(), flag: 'test' }],
  });
  const env = { NIGHTJAR_SECRET: 'a'.repeat(32) };
  engines = await openEngines({ settings, stateDir: folder, env, log: () => undefined, jobSeconds: 0 });
}, 60_000);
afterAll(async () => {
  await engines.close();
  await server.stop();
});

async function startSending(job: string): Promise<string> {
  const run = { runId: `${job}.${SLOT}`, job, slot: SLOT, n: 1, kind: 'email' as const };
  await createRun(engines.db, { ...run, bundleUri: 's3://nightjar/none', catalogueVersion: 1 }, Date.now());
  await moveRun(engines.db, run.runId, { from: 'planned', to: 'sending', now: Date.now() });
  return run.runId;
}

/** Follows a run and keeps what is told; `told` waits until something like it was. */
function follow(runId: string) {
  const progress: Progress[] = [];
  let wake: () => void = () => undefined;
  const onProgress = (one: Progress) => {
    progress.push(one);
    wake();
  };
  const ended = followRun(engines, runId, { onProgress, signal: new AbortController().signal });
  const told = async (isIt: (one: Progress) => boolean) => {
    while (!progress.some(isIt)) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return { ended, told };
}

it('waits while the database of a server is away, says so, and goes on when it is back', async () => {
  const id = await startSending('follow-away');
  const { ended, told } = follow(id);
  await told((one) => one.state === 'sending' && one.failing === undefined);

  await server.kill();
  await told((one) => one.failing !== undefined);
  await server.restart();
  await moveRun(engines.db, id, { from: 'sending', to: 'finished', now: Date.now() });

  expect(await ended).toMatchObject({ runId: id, state: 'finished' });
});

it('ends where the state folder is deleted', async () => {
  const id = await startSending('follow-deleted');
  const { ended, told } = follow(id);
  await told((one) => one.state === 'sending');

  rmSync(engines.journalDir, { recursive: true });

  await expect(ended).rejects.toMatchObject({ code: 'E_ENGINE_STATE', exitCode: 5 });
});
