/** Who is chosen, who is left out and why, before and after the plan; and a run that nobody is left for. */
import { ListBatchInferenceJobsCommand } from '@aws-sdk/client-personalize';
import type { OpenEngines } from '../../src/cli/open-engines';
import { addressSubject } from '../../src/content/suppression';
import { batchJobsOf } from '../../src/database/buying/batch-jobs';
import { saveSuppressions } from '../../src/database/people/suppressions';
import { findLatestRun } from '../../src/database/runs/run-lists';
import { sumsAddUp } from '../../src/report/sums';
import { exitCodeOf } from '../../src/run/follow-run';
import { planRun } from '../../src/run/plan-run';
import { readSummary } from '../../src/run/stored-summary';
import { makeTestFolder } from '../support/nightjar';
import { startSmtpServer } from '../support/smtp-server';
import { addContacts, makeContact, PEOPLE, SLOT } from './support/small-shop';
import { begin, driveRun, emailSource, openShop, rigUp } from './support/world';

const folder = makeTestFolder('nightjar-recipients');
let shop: OpenEngines;

beforeAll(async () => {
  shop = await openShop(folder);
}, 60_000);
afterAll(() => shop.close());

const suppress = (email: string) =>
  saveSuppressions(shop.db, [
    { subject: addressSubject(email), reason: 'unsubscribe', source: 'test', at: Date.now() },
  ]);

const boughtJobs = async () =>
  (await shop.personalize.send(new ListBatchInferenceJobsCommand({}))).batchInferenceJobs ?? [];

describe('a run', () => {
  it('leaves out who can not be written to, each counted by its reason, and the plan says the same before', async () => {
    const group = { attributes: { group: 'edge' } };
    await addContacts(shop, [
      makeContact('e1', group),
      makeContact('e2', { ...group, email: 'E1@people.example' }),
      { userId: 'e3', consent: true, attributes: { group: 'edge' } },
      makeContact('e4', { ...group, email: 'nobody at all' }),
      makeContact('e5', { ...group, email: 'x@no_tld' }),
      makeContact('e6', { ...group, consent: false }),
      { userId: 'e7', email: 'e7@people.example', attributes: { group: 'edge' } },
      makeContact('e8', group),
      makeContact('e9', { ...group, consent: ['edge-cases'] }),
      makeContact('e10', { ...group, consent: ['other-topic'] }),
    ]);
    await suppress('e8@people.example');
    const rig = rigUp(shop);
    const source = emailSource('edge-cases', { where: '{ consent: true, group: edge }' });

    const plan = await planRun(rig.engines, { source, slot: SLOT });
    const run = await driveRun(rig, await begin(rig, source));
    const summary = readSummary(run);

    expect(summary?.contacts).toEqual({
      considered: PEOPLE + 10,
      leftOut: [
        { name: 'not_matched', count: PEOPLE },
        { name: 'no_consent', count: 3 },
        { name: 'address_at_sign', count: 1 },
        { name: 'address_domain', count: 1 },
        { name: 'no_address', count: 1 },
        { name: 'suppressed_unsubscribe', count: 1 },
      ],
    });
    expect(summary?.excluded).toEqual([{ name: 'duplicate_address', count: 1 }]);
    expect(summary?.deliveries?.accepted).toBe(2);
    expect(exitCodeOf(run, summary)).toBe(0);
    expect(plan).toMatchObject({ kind: 'email', recipients: 2, considered: PEOPLE + 10, cost: summary?.cost });
    expect(plan.batchJob.name).toBe(summary?.batchJobs[0]?.name);
    expect(plan.batchJob.lines).toBe(summary?.batchJobs[0]?.lines);
    expect(plan.kind === 'email' && plan.leftOut).toEqual(
      expect.arrayContaining([...(summary?.contacts?.leftOut ?? []), { name: 'duplicate_address', count: 1 }]),
    );
  });

  it('excludes who has unsubscribed, withdrawn, lost the address or gone after the plan, with the reason', async () => {
    const group = { attributes: { group: 'changing' } };
    await addContacts(
      shop,
      ['c1', 'c2', 'c3', 'c4', 'c5'].map((id) => makeContact(id, group)),
    );
    const rig = rigUp(shop);
    const id = await begin(rig, emailSource('changing', { where: '{ consent: true, group: changing }' }));
    await driveRun(rig, id, (run) => run.state === 'waiting');

    await suppress('c1@people.example');
    await addContacts(shop, [
      makeContact('c2', { ...group, consent: false }),
      makeContact('c3', { ...group, email: 'gone' }),
    ]);
    await shop.db.deleteFrom('contact').where('user_id', '=', 'c4').execute();
    const run = await driveRun(rig, id);

    expect(readSummary(run)?.excluded).toEqual([
      { name: 'address_at_sign', count: 1 },
      { name: 'contact_gone', count: 1 },
      { name: 'no_consent', count: 1 },
      { name: 'suppressed_unsubscribe', count: 1 },
    ]);
    expect(readSummary(run)?.deliveries).toMatchObject({ accepted: 1, excluded: 4 });
    expect(exitCodeOf(run, readSummary(run))).toBe(0);
  });

  it('that nobody is left for fails with E_RUN_NO_RECIPIENTS, exit 3, and nothing is bought; once somebody is there it goes on', async () => {
    const before = (await boughtJobs()).length;
    await addContacts(shop, [makeContact('n1', { consent: false, attributes: { group: 'nobody' } })]);
    const rig = rigUp(shop);
    const source = emailSource('nobody', { where: '{ consent: true, group: nobody }' });

    const failed = await driveRun(rig, await begin(rig, source));

    expect({ state: failed.state, exit: exitCodeOf(failed, undefined) }).toEqual({ state: 'failed', exit: 3 });
    expect(failed.error).toMatchObject({
      code: 'E_RUN_NO_RECIPIENTS',
      fix: 'see why: nightjar plan nobody',
      where: { file: 'jobs/nobody.yaml' },
    });
    expect(failed.error).toMatchObject({
      message: expect.stringMatching(/^no recipient is left; left out: \d+ not_matched, 1 no_consent$/),
    });
    expect(await boughtJobs()).toHaveLength(before);
    expect(await batchJobsOf(shop.db, failed.runId)).toEqual([]);

    await addContacts(shop, [makeContact('n1', { attributes: { group: 'nobody' } })]);
    const run = await driveRun(rig, await begin(rig, source));
    expect({ id: run.runId, accepted: readSummary(run)?.deliveries?.accepted }).toEqual({
      id: failed.runId,
      accepted: 1,
    });
  });
});

describe('a run made again', () => {
  it('reaches only those that the first did not, and its counts add up', async () => {
    const server = await startSmtpServer({
      faults: { rcpt: (nth) => (nth <= 2 ? { reply: '550 5.2.2 full' } : undefined) },
    });
    const rig = rigUp(shop, { mailUrl: server.url });
    const source = emailSource('again');
    const first = await driveRun(rig, await begin(rig, source));
    expect(readSummary(first)?.deliveries).toMatchObject({ accepted: PEOPLE - 2, refused: 2 });

    const same = await begin(rig, source);
    const second = await driveRun(rig, await begin(rig, source, true));
    await rig.close();
    await server.close();

    const summary = readSummary(second);
    expect(same).toBe(first.runId);
    expect(second.runId).toBe(`${first.runId}.2`);
    expect(summary?.deliveries?.accepted).toBe(2);
    expect(summary?.contacts?.leftOut).toContainEqual({ name: 'handled_before', count: PEOPLE - 2 });
    expect(summary === undefined ? ['no summary'] : sumsAddUp(summary)).toEqual([]);
    expect(new Set(server.received.flatMap((mail) => mail.to)).size).toBe(server.received.length);
  });

  it('with everyone reached is refused, and the finished run still stands for the slot', async () => {
    const rig = rigUp(shop);
    const source = emailSource('again-done');
    const first = await driveRun(rig, await begin(rig, source));

    await expect(begin(rig, source, true)).rejects.toMatchObject({
      code: 'E_RUN_NO_RECIPIENTS',
      message: expect.stringContaining(`${PEOPLE} were handled before`),
    });
    expect(await findLatestRun(shop.db, 'again-done', SLOT)).toMatchObject({ runId: first.runId, state: 'finished' });
  });
});
