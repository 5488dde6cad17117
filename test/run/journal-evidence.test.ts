/** What the journal of a killed worker says of the mails that it had claimed. */
import { randomBytes } from 'node:crypto';
import type { OpenEngines } from '../../src/cli/open-engines';
import { findRun } from '../../src/database/runs/runs';
import { openJournal } from '../../src/mail/journal';
import { loadBundle } from '../../src/run/bundle';
import { createAnswerWriter } from '../../src/run/sending/answers';
import { openLane } from '../../src/run/sending/lane';
import { takeNextStep } from '../../src/run/sending/next-claim';
import { journalKey, settleUnsettled } from '../../src/run/sending/recover';
import { makeTestFolder } from '../support/nightjar';
import { type RecordingServer, startRecordingServer } from './support/recording-server';
import { makeSendingRun, readLedger, stockShop, workerOn } from './support/sending-run';
import { openWorld } from './support/world';

const folder = makeTestFolder('nightjar-journal-evidence');
let base: OpenEngines;
let server: RecordingServer;

beforeAll(async () => {
  base = await openWorld(folder);
  server = await startRecordingServer();
  await stockShop(base);
}, 60_000);
afterAll(async () => {
  await server.close();
  await base.close();
});

it('settles as accepted what a server had taken, plans again what was not begun, and knows nothing of the rest', async () => {
  const token = randomBytes(8).toString('hex');
  const journal = openJournal({ dir: base.journalDir, token, bootId: base.bootId });
  const worker = workerOn(base, server.url, { token, journal });
  const { runId } = await makeSendingRun(base, { name: 'killed', domains: { 'a.test': 3 } });
  const run = await findRun(base.db, runId);
  if (run === undefined) throw new Error('there is no run');
  const bundle = await loadBundle(worker, run);
  if (bundle.job.kind !== 'email') throw new Error('it sends no mail');
  const { job } = bundle;
  const context = { engines: worker, run, bundle, shard: 0, signal: new AbortController().signal };
  const lane = await openLane(context, job);
  const step = await takeNextStep(lane);
  if (step.kind !== 'claimed') throw new Error('nothing was claimed');
  const [taken, begun, untouched] = step.claim.rows.map(({ userId, attempt }) => ({ userId, attempt }));
  if (taken === undefined || begun === undefined || untouched === undefined)
    throw new Error('three were to be claimed');
  for (const delivery of [taken, begun]) journal.begin(journalKey(runId, delivery));
  journal.accept(journalKey(runId, taken));
  const later = { ...base, now: () => base.now() + 3_600_000, inboxDir: undefined };

  expect(await settleUnsettled({ ...context, engines: later }, job)).toBe(3);

  const ledger = new Map((await readLedger(base, runId)).map((row) => [row.user_id, row]));
  expect(ledger.get(taken.userId)).toMatchObject({ state: 'accepted', reason: 'found_in_journal', attempt: 1 });
  expect(ledger.get(begun.userId)).toMatchObject({ state: 'unknown', reason: 'worker_died' });
  expect(ledger.get(untouched.userId)).toMatchObject({ state: 'planned', reason: 'never_begun', attempt: 0 });

  const late = createAnswerWriter(lane, {
    token: step.claim.token,
    claimedAt: step.claim.claimed.at,
    onWritten: async () => undefined,
  });
  late.add(1, { userId: taken.userId, state: 'accepted', smtpCode: 250, answer: '250 ok', shown: ['i001'] });
  await late.flushAll();
  const [row] = (await readLedger(base, runId)).filter((one) => one.user_id === taken.userId);
  expect(row).toMatchObject({ state: 'accepted', reason: null, smtp_code: 250, shown: ['i001'] });
  journal.close();
  await worker.close();
});
