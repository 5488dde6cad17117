/** What a mail server can do to a run: every failure is a counted state or a named error, nothing is lost and nothing sent twice. */
import type { OpenEngines } from '../../src/cli/open-engines';
import { countDeliveries, tallyReasons } from '../../src/database/ledger/deliveries';
import { listAttempts } from '../../src/database/runs/attempts';
import { findRun, type RunRow } from '../../src/database/runs/runs';
import { exitCodeOf } from '../../src/run/follow-run';
import { readSummary } from '../../src/run/stored-summary';
import { makeTestFolder } from '../support/nightjar';
import { type FaultySmtpServer, findClosedPort, type SmtpServerOptions, startSmtpServer } from '../support/smtp-server';
import { PEOPLE } from './support/small-shop';
import { begin, driveRun, emailSource, openShop, type Rig, rigUp, type Variation } from './support/world';

const folder = makeTestFolder('nightjar-mail-faults');
const closers: (() => Promise<void>)[] = [];
let shop: OpenEngines;

beforeAll(async () => {
  shop = await openShop(folder);
}, 60_000);
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});
afterAll(() => shop.close());

async function serve(options: SmtpServerOptions): Promise<FaultySmtpServer> {
  const server = await startSmtpServer(options);
  closers.push(() => server.close());
  return server;
}

function rig(variation: Variation): Rig {
  const made = rigUp(shop, variation);
  closers.unshift(() => made.close());
  return made;
}

interface Night {
  readonly run: RunRow;
  readonly exit: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly server: FaultySmtpServer;
}

/** A whole run of forty mails against a server that fails as told. */
async function runAgainst(name: string, options: SmtpServerOptions, variation: Variation = {}): Promise<Night> {
  const server = await serve(options);
  const own = rig({ mailUrl: server.url, ...variation });
  const run = await driveRun(own, await begin(own, emailSource(name)));
  const counts = await countDeliveries(shop.db, run.runId);
  expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(PEOPLE);
  return { run, exit: exitCodeOf(run, readSummary(run)), counts, server };
}

function recipients(server: FaultySmtpServer): readonly string[] {
  return server.received.flatMap((mail) => mail.to);
}

describe('a mail server', () => {
  it('that takes every mail ends the run with exit 0', async () => {
    const { run, exit, counts, server } = await runAgainst('mail-plain', {});

    expect({ state: run.state, exit, accepted: counts.accepted }).toEqual({
      state: 'finished',
      exit: 0,
      accepted: PEOPLE,
    });
    expect(new Set(recipients(server)).size).toBe(PEOPLE);
  });

  it('that refuses some with 550 ends it with exit 4, the refusals counted by their code', async () => {
    const refuse = { reply: '550 5.1.1 no such user' };
    const { run, exit, counts } = await runAgainst('mail-550', {
      faults: { rcpt: (nth) => (nth <= 3 ? refuse : undefined) },
    });

    expect({ state: run.state, exit }).toEqual({ state: 'finished', exit: 4 });
    expect({ accepted: counts.accepted, refused: counts.refused }).toEqual({ accepted: PEOPLE - 3, refused: 3 });
    expect(await tallyReasons(shop.db, run.runId, 'refused')).toEqual([{ name: 'smtp_550_5.1.1', count: 3 }]);
    expect(readSummary(run)?.refused).toEqual([{ name: 'smtp_550_5.1.1', count: 3 }]);
  });

  it('that answers 451 has its mails deferred, each to a time, and gets them all later', async () => {
    const server = await serve({
      faults: { rcpt: (nth) => (nth <= PEOPLE ? { reply: '451 4.7.1 greylisted' } : undefined) },
    });
    const own = rig({ mailUrl: server.url, retryAfterSeconds: [600, 1200] });
    const id = await begin(own, emailSource('mail-451'));
    const before = own.clock.now();
    await driveRun(own, id, async () => (await countDeliveries(shop.db, id)).deferred === PEOPLE);
    const rows = await shop.db
      .selectFrom('delivery')
      .select(['due_at', 'reason', 'smtp_code', 'attempt'])
      .where('run_id', '=', id)
      .execute();
    expect(
      rows.every(
        (row) =>
          row.due_at >= before + 600_000 &&
          row.reason === 'smtp_451_4.7.1' &&
          row.smtp_code === 451 &&
          row.attempt === 1,
      ),
    ).toBe(true);
    expect(server.received).toEqual([]);

    const run = await driveRun(own, id);

    expect(run.state).toBe('finished');
    expect((await countDeliveries(shop.db, id)).accepted).toBe(PEOPLE);
    expect(own.clock.now()).toBeGreaterThanOrEqual(before + 600_000);
  });

  it('that puts every mailbox off (450) for ever has its mails dropped after the last wait: exit 4', async () => {
    const { run, exit, counts, server } = await runAgainst(
      'mail-450-ever',
      { faults: { rcpt: { reply: '450 4.2.0 mailbox busy' } } },
      { retryAfterSeconds: [600, 1200] },
    );

    expect({ state: run.state, exit, dropped: counts.dropped }).toEqual({
      state: 'finished',
      exit: 4,
      dropped: PEOPLE,
    });
    expect(server.commands.filter((line) => line.startsWith('RCPT'))).toHaveLength(3 * PEOPLE);
    expect(readSummary(run)?.dropped).toEqual([{ name: 'smtp_450_4.2.0', count: PEOPLE }]);
  });

  it('that closes with 421 in between loses nothing: those mails go later', async () => {
    const closing = { reply: '421 4.3.2 shutting down' };
    const { run, exit, counts, server } = await runAgainst('mail-421', {
      faults: { mail: (nth) => (nth % 10 === 5 ? closing : undefined) },
    });

    expect({ state: run.state, exit, accepted: counts.accepted }).toEqual({
      state: 'finished',
      exit: 0,
      accepted: PEOPLE,
    });
    expect(recipients(server).slice().sort()).toEqual([...new Set(recipients(server))].sort());
  });

  it.each([
    ['drops the connection', { drop: 'reset' as const }],
    ['falls silent', { silent: true as const }],
  ])(
    'that %s after the final dot leaves those mails unknown: the run is paused, exit 6, and sends none of them again',
    async (how, fault) => {
      const name = how.startsWith('drops') ? 'mail-dropped' : 'mail-silent';
      const { run, exit, counts, server } = await runAgainst(
        name,
        { faults: { body: (nth) => (nth <= 2 ? fault : undefined) } },
        { silenceMs: 300 },
      );

      expect({ state: run.state, reason: run.pausedReason, exit }).toEqual({
        state: 'paused',
        reason: 'unknown',
        exit: 6,
      });
      expect({ accepted: counts.accepted, unknown: counts.unknown }).toEqual({ accepted: PEOPLE - 2, unknown: 2 });
      expect(recipients(server)).toHaveLength(PEOPLE);
      expect(new Set(recipients(server)).size).toBe(PEOPLE);
    },
  );

  it('that is down for a night costs no attempt and no mail, and fails no run: it is tried again at most every minute, and when it is up the run goes on', async () => {
    const port = await findClosedPort();
    const own = rig({ mailUrl: `smtp://127.0.0.1:${port}` });
    const id = await begin(own, emailSource('mail-down'));
    const before = own.clock.now();

    const waiting = await driveRun(own, id, () => own.clock.now() - before > 2 * 3_600_000);

    expect(waiting.state).toBe('sending');
    const [failing] = await listAttempts(shop.db, id);
    expect(failing).toMatchObject({ stage: 'send', failure: { code: 'E_MAIL_SERVER' } });
    expect(failing?.attempts).toBeGreaterThan(100);
    const rows = await shop.db.selectFrom('delivery').select(['state', 'attempt']).where('run_id', '=', id).execute();
    expect(rows.filter((row) => row.state === 'planned' && row.attempt === 0)).toHaveLength(PEOPLE);

    const server = await serve({});
    const up = rig({ mailUrl: server.url });
    const run = await driveRun(up, id);

    expect({ id: run.runId, state: run.state, mails: server.received.length }).toEqual({
      id,
      state: 'finished',
      mails: PEOPLE,
    });
  });

  it('that refuses our credentials fails the run at once with E_MAIL_LOGIN, exit 5', async () => {
    const server = await serve({ login: { user: 'nightjar', pass: 'right' } });
    const own = rig({ mailUrl: server.url.replace('://', '://nightjar:wrong@') });

    const run = await driveRun(own, await begin(own, emailSource('mail-login')));

    expect({ state: run.state, exit: exitCodeOf(run, undefined) }).toEqual({ state: 'failed', exit: 5 });
    expect(run.error).toMatchObject({ code: 'E_MAIL_LOGIN', fix: 'check user and password in SMTP_URL' });
    expect(JSON.stringify(run.error)).not.toContain('wrong');
    expect(server.commands.filter((line) => line.startsWith('AUTH')).length).toBeLessThanOrEqual(2);
    expect((await countDeliveries(shop.db, run.runId)).planned).toBe(PEOPLE);
  });

  it('that changes its mind about our credentials in the middle gives every waiting mail back', async () => {
    const server = await serve({
      login: { user: 'nightjar', pass: 'right' },
      faults: { auth: (nth) => (nth === 1 ? undefined : { reply: '535 5.7.8 no more' }) },
    });
    const own = rig({ mailUrl: server.url.replace('://', '://nightjar:right@') });
    const id = await begin(own, emailSource('mail-login-lost'));

    await driveRun(own, id);

    const rows = await shop.db.selectFrom('delivery').select(['state', 'attempt']).where('run_id', '=', id).execute();
    expect((await findRun(shop.db, id))?.error).toMatchObject({ code: 'E_MAIL_LOGIN' });
    expect(rows.filter((row) => row.state === 'planned' && row.attempt === 0)).toHaveLength(
      PEOPLE - server.received.length,
    );
  });
});
