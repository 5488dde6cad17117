/** What an operator does with runs: cancel, retry, resolve; and that a paused run blocks no other. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import type { OpenEngines } from '../../src/cli/open-engines';
import { countDeliveries, tallyReasons } from '../../src/database/ledger/deliveries';
import { findRun, moveRun, type RunRow, runEvents } from '../../src/database/runs/runs';
import type { Engines } from '../../src/run/engines';
import { cancelRun, listPaid } from '../../src/run/operate/cancel';
import { nameUsers, readNamedDeliveries } from '../../src/run/operate/named-deliveries';
import { listUnknownMails, resolveMails } from '../../src/run/operate/resolve';
import { retryRun } from '../../src/run/operate/retry';
import { readStanding } from '../../src/run/operate/standing';
import { startRun } from '../../src/run/start-run';
import { readSummary } from '../../src/run/stored-summary';
import { reconcile, startWorker } from '../../src/run/worker';
import { makeTestFolder } from '../support/nightjar';
import { type FaultySmtpServer, type SmtpServerOptions, startSmtpServer } from '../support/smtp-server';
import { PEOPLE, prepareSmallShop, SLOT } from './support/small-shop';
import { begin, driveRun, emailSource, openWorld, type Rig, rigUp } from './support/world';

const folder = makeTestFolder('nightjar-operate');
let shop: OpenEngines;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  shop = await openWorld(folder);
  await prepareSmallShop(shop);
}, 60_000);
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
afterAll(() => shop.close());

async function serve(options: SmtpServerOptions, login = ''): Promise<{ server: FaultySmtpServer; rig: Rig }> {
  const server = await startSmtpServer(options);
  const rig = rigUp(shop, {
    mailUrl: server.url.replace('://', `://${login}`),
    retryAfterSeconds: [60],
    silenceMs: 300,
  });
  closing.push(
    () => server.close(),
    () => rig.close(),
  );
  return { server, rig };
}

const recipientsOf = (server: FaultySmtpServer) => server.received.flatMap((mail) => mail.to);

async function until(happened: () => Promise<boolean> | boolean): Promise<void> {
  for (let look = 0; look < 1500; look++) {
    if (await happened()) return;
    await wait(20);
  }
  throw new Error('it did not happen');
}

describe('nightjar runs cancel', () => {
  it('while two workers send: no mail is begun after it has answered, and everyone else is dropped', async () => {
    const server = await startSmtpServer();
    const mail = [
      { path: 'mail.url', value: server.url, flag: 'test' },
      { path: 'mail.connections', value: 1, flag: 'test' },
    ];
    const engines = await Promise.all([openWorld(folder, mail), openWorld(folder, mail)]);
    closing.push(() => server.close(), ...engines.map((one) => () => one.close()));
    const workers = await Promise.all(engines.map((one) => startWorker(one)));
    const { runId } = await startRun(engines[0], {
      source: emailSource('cancel-busy', { send: '{ rate: 20/s }' }),
      slot: SLOT,
      again: false,
    });
    await until(() => server.received.length >= 3);

    const result = await cancelRun(engines[0], runId);
    const sent = recipientsOf(server).length;
    await Promise.all(workers.map((worker) => worker.close()));

    expect(result).toMatchObject({ was: 'sending', unknown: 0, underWay: 0, accepted: sent, dropped: PEOPLE - sent });
    expect(sent).toBeLessThan(PEOPLE);
    expect(recipientsOf(server)).toHaveLength(sent);
    expect(await countDeliveries(shop.db, runId)).toMatchObject({ accepted: sent, dropped: PEOPLE - sent });
    expect(await tallyReasons(shop.db, runId, 'dropped')).toEqual([{ name: 'cancelled', count: PEOPLE - sent }]);
    expect((await findRun(shop.db, runId))?.state).toBe('cancelled');
  });

  it('tells what is paid for; a new run of the slot then uses what was bought, and done again it changes nothing', async () => {
    const rig = rigUp(shop);
    const id = await begin(rig, emailSource('cancel-paid'));
    const waiting = await driveRun(rig, id, async (run) => (await bought(run)) > 0);
    expect(await listPaid(rig.engines, waiting)).toMatchObject([{ lines: PEOPLE, cost: { currency: 'USD' } }]);

    const first = await cancelRun(rig.engines, id);
    const second = await cancelRun(rig.engines, id);

    expect(first).toMatchObject({ was: 'waiting', dropped: PEOPLE, paid: [{ lines: PEOPLE }] });
    expect(second).toEqual({ ...first, was: 'cancelled' });
    await expect(begin(rig, emailSource('cancel-paid'))).rejects.toMatchObject({
      code: 'E_USAGE',
      fix: `make a new one: nightjar run cancel-paid --date ${SLOT} --again`,
    });
    const again = await driveRun(rig, await begin(rig, emailSource('cancel-paid'), true));
    expect(again).toMatchObject({ runId: `${id}.2`, state: 'finished' });
    expect(readSummary(again)).toMatchObject({ batchJobs: [{ reused: true }], deliveries: { accepted: PEOPLE } });
  });

  it('of a run that has finished is refused', async () => {
    const rig = rigUp(shop);
    const run = await driveRun(rig, await begin(rig, emailSource('cancel-late')));

    await expect(cancelRun(rig.engines, run.runId)).rejects.toMatchObject({ code: 'E_USAGE' });
  });

  it('leaves the rows of a dead worker to the next one, which settles them', async () => {
    const { rig } = await serve({});
    const id = await begin(rig, emailSource('cancel-dead'));
    await driveRun(rig, id, (run) => run.state === 'sending');
    await sql`UPDATE delivery SET state = 'claimed', token = 'gone.1', attempt = 1, claimed_at = ${new Date(rig.engines.now())},
      lease_until = ${new Date(rig.engines.now() - 1000)} WHERE run_id = ${id} AND user_id IN ('u001', 'u002')`.execute(
      shop.db,
    );

    expect(await cancelRun(rig.engines, id)).toMatchObject({ dropped: PEOPLE - 2, underWay: 2 });
    await reconcile(rig.engines);

    expect(await countDeliveries(shop.db, id)).toMatchObject({ dropped: PEOPLE - 2, unknown: 2, claimed: 0 });
  });
});

async function bought(run: RunRow): Promise<number> {
  return (await readStanding(shop, run)).batchJobs.filter((job) => job.arn !== undefined).length;
}

describe('nightjar runs retry', () => {
  it('of a finished run sends what was refused or given up, and never what was accepted', async () => {
    const refused = await serve({
      faults: {
        rcpt: (nth) =>
          nth <= 3 ? { reply: nth === 1 ? '550 5.1.1 no such user' : '552 5.2.2 mailbox full' } : undefined,
      },
    });
    const id = await begin(refused.rig, emailSource('retry-refused'));
    const first = await driveRun(refused.rig, id);
    expect(readSummary(first)?.deliveries).toMatchObject({ refused: 3, accepted: PEOPLE - 3 });

    const well = await serve({});
    const full = await retryRun(well.rig.engines, id, { only: ['smtp_552'], fresh: undefined });
    expect(full).toEqual({
      run: id,
      was: 'finished',
      state: 'sending',
      again: [{ state: 'refused', name: 'smtp_552_5.2.2', count: 2 }],
    });
    expect(readSummary((await findRun(shop.db, id)) ?? first)).toBeUndefined();
    const second = await driveRun(well.rig, id);

    expect(recipientsOf(well.server)).toHaveLength(2);
    expect(new Set([...recipientsOf(refused.server), ...recipientsOf(well.server)]).size).toBe(PEOPLE - 1);
    expect(readSummary(second)?.deliveries).toMatchObject({ refused: 1, accepted: PEOPLE - 1 });
    expect(await attemptsOf(id)).toEqual([1]);
    await expect(retryRun(well.rig.engines, id, { only: ['smtp_552'], fresh: undefined })).rejects.toMatchObject({
      code: 'E_USAGE',
    });
  });

  it('takes what was put off until its attempts were used up, and not what a person has dropped', async () => {
    const busy = await serve({
      faults: {
        rcpt: (nth) => (nth <= 2 ? { reply: '452 4.2.2 over quota' } : undefined),
        body: (nth) => (nth === 1 ? { drop: 'reset' } : undefined),
      },
    });
    const rig: Rig = {
      ...busy.rig,
      engines: {
        ...busy.rig.engines,
        settings: { ...shop.settings, mail: { ...busy.rig.engines.settings.mail, retryAfterSeconds: [] } },
      },
    };
    const id = await begin(rig, emailSource('retry-dropped'));
    await driveRun(rig, id);
    await resolveMails(rig.engines, id, { as: 'drop', named: undefined });
    expect(readSummary(await driveRun(rig, id))?.deliveries).toMatchObject({ dropped: 3, accepted: PEOPLE - 3 });

    const well = await serve({});
    const { again } = await retryRun(well.rig.engines, id, { only: [], fresh: undefined });
    const run = await driveRun(well.rig, id);

    expect(again).toEqual([{ state: 'dropped', name: 'smtp_452_4.2.2', count: 2 }]);
    expect(recipientsOf(well.server)).toHaveLength(2);
    expect(readSummary(run)).toMatchObject({ dropped: [{ name: 'resolved_drop', count: 1 }] });
  });

  it('of a run that is paused(errors) goes on, and counts refusals from then on', async () => {
    const rig = rigUp(shop);
    const id = await begin(rig, emailSource('retry-paused'));
    await driveRun(rig, id, (run) => run.state === 'sending');
    await moveRun(shop.db, id, { from: 'sending', to: 'paused', pausedReason: 'errors', now: rig.engines.now() });
    rig.clock.advanceTo(rig.clock.now() + 60_000);

    expect(await retryRun(rig.engines, id, { only: [], fresh: undefined })).toMatchObject({
      was: 'paused(errors)',
      state: 'sending',
    });

    const { errors_since: since } = await shop.db
      .selectFrom('run')
      .select('errors_since')
      .where('run_id', '=', id)
      .executeTakeFirstOrThrow();
    expect(since).toBeGreaterThan(Date.now());
    expect((await driveRun(rig, id)).state).toBe('finished');
  });

  it('of a failed run goes on where it stopped, without the job’s files', async () => {
    const wrong = await serve({ login: { user: 'nightjar', pass: 'right' } }, 'nightjar:wrong@');
    const id = await begin(wrong.rig, emailSource('retry-failed'));
    expect((await driveRun(wrong.rig, id)).state).toBe('failed');

    const { rig, server } = await serve({});
    const result = await retryRun(rig.engines, id, { only: [], fresh: undefined });

    expect(result).toMatchObject({ was: 'failed', state: 'sending', again: [] });
    expect((await driveRun(rig, id)).state).toBe('finished');
    expect(recipientsOf(server)).toHaveLength(PEOPLE);
  });
});

async function attemptsOf(id: string): Promise<readonly number[]> {
  const rows = await shop.db.selectFrom('delivery').select('attempt').distinct().where('run_id', '=', id).execute();
  return rows.map((row) => row.attempt);
}

describe('nightjar runs resolve', () => {
  const silentTwice: SmtpServerOptions = { faults: { body: (nth) => (nth <= 3 ? { drop: 'reset' } : undefined) } };

  it('lists what to look for, masked, and settles it as a person says, by user or by Message-ID', async () => {
    const lossy = await serve(silentTwice);
    const id = await begin(lossy.rig, emailSource('resolve-some'));
    expect(await driveRun(lossy.rig, id)).toMatchObject({ state: 'paused', pausedReason: 'unknown' });

    const page = await listUnknownMails(lossy.rig.engines, id, 20);
    const [one, two, three] = page.mails;
    if (one === undefined || two === undefined || three === undefined) throw new Error('three are unknown');
    const sent = lossy.server.received.map((mail) => mail.message.toString('latin1')).join('');
    expect(page.count).toBe(3);
    expect(one.address).toBe('u…@people.example');
    for (const mail of page.mails) expect(sent).toContain(mail.messageId);

    const well = await serve({});
    const accepted = await resolveMails(well.rig.engines, id, {
      as: 'accepted',
      named: nameUsers([one.userId, 'u999']),
    });
    expect(accepted).toMatchObject({ resolved: 1, notUnknown: 1, left: 2, state: 'sending' });
    expect(await driveRun(well.rig, id)).toMatchObject({ state: 'paused', pausedReason: 'unknown' });
    const file = path.join(folder, 'relay.csv');
    writeFileSync(file, `time,message_id\n1,${two.messageId.slice(1, -1)}\n2,<other@relay>\n`);
    await resolveMails(well.rig.engines, id, { as: 'resend', named: await readNamedDeliveries(file) });
    await resolveMails(well.rig.engines, id, { as: 'drop', named: undefined });
    const run = await driveRun(well.rig, id);

    expect(recipientsOf(well.server)).toEqual([`${two.userId}@people.example`]);
    expect(readSummary(run)?.deliveries).toMatchObject({ accepted: PEOPLE - 1, dropped: 1, unknown: 0 });
    expect(readSummary(run)?.dropped).toEqual([{ name: 'resolved_drop', count: 1 }]);
  });

  it('settles only what is unknown: a second time it finds nothing', async () => {
    const lossy = await serve(silentTwice);
    const id = await begin(lossy.rig, emailSource('resolve-twice'));
    await driveRun(lossy.rig, id);

    const first = await resolveMails(lossy.rig.engines, id, { as: 'accepted', named: undefined });
    const second = await resolveMails(lossy.rig.engines, id, { as: 'resend', named: undefined });

    expect([first.resolved, second.resolved]).toEqual([3, 0]);
    expect((await driveRun(lossy.rig, id)).state).toBe('finished');
    expect(recipientsOf(lossy.server)).toHaveLength(PEOPLE);
  });

  it('does not send again what is left of a cancelled run', async () => {
    const lossy = await serve(silentTwice);
    const id = await begin(lossy.rig, emailSource('resolve-cancelled'));
    await driveRun(lossy.rig, id);
    await cancelRun(lossy.rig.engines, id);

    await expect(resolveMails(lossy.rig.engines, id, { as: 'resend', named: undefined })).rejects.toMatchObject({
      code: 'E_USAGE',
    });
    expect(await resolveMails(lossy.rig.engines, id, { as: 'drop', named: undefined })).toMatchObject({
      resolved: 3,
      state: 'cancelled',
    });
  });
});

it('a run that is paused does not hold up the next slot of its job', async () => {
  const lossy = await serve({ faults: { body: (nth) => (nth === 1 ? { drop: 'reset' } : undefined) } });
  const source = emailSource('paused-job');
  const paused = await driveRun(lossy.rig, await begin(lossy.rig, source));

  const { runId } = await startRun(lossy.rig.engines, { source, slot: '2026-03-03', again: false });
  const next = await driveRun(lossy.rig, runId);

  expect([paused.state, next.state]).toEqual(['paused', 'finished']);
  expect(readSummary(next)?.deliveries?.accepted).toBeGreaterThanOrEqual(PEOPLE - 1);
});

it('runs show tells where a run stands and what can be done', async () => {
  const lossy = await serve({ faults: { body: (nth) => (nth === 1 ? { drop: 'reset' } : undefined) } });
  const run = await driveRun(lossy.rig, await begin(lossy.rig, emailSource('standing')));

  const standing = await readStanding(lossy.rig.engines satisfies Pick<Engines, 'db'>, run);

  expect(standing.state).toBe('paused(unknown)');
  expect(standing.events.map((event) => event.state)).toEqual(
    (await runEvents(shop.db, run.runId)).map((e) => e.state),
  );
  expect(standing.batchJobs).toMatchObject([
    {
      state: 'done',
      lines: PEOPLE,
      arn: expect.stringContaining('batch-inference-job/'),
      input: expect.stringMatching(/^s3:/),
    },
  ]);
  expect(standing.deliveries).toEqual([
    { state: 'unknown', count: 1, reasons: [{ name: 'no_answer', count: 1 }] },
    { state: 'accepted', count: PEOPLE - 1, reasons: [] },
  ]);
  expect(standing.advice.map((advice) => advice.command)).toContain(`nightjar runs resolve ${run.runId} --as accepted`);
});
