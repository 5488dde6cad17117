/** A full disk under each thing that a run writes: a named error that no waiting mends, nothing lost, and it goes on once there is room. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { OpenEngines } from '../../src/cli/open-engines';
import { batchJobsOf } from '../../src/database/buying/batch-jobs';
import { countDeliveries } from '../../src/database/ledger/deliveries';
import { startLocalAws } from '../../src/local/endpoint';
import { openJournal, readJournals } from '../../src/mail/journal';
import { explainFailure } from '../../src/run/explain-failure';
import { exitCodeOf } from '../../src/run/follow-run';
import { createS3Client, ensureBucket } from '../../src/storage/client';
import { headObject, writeObject } from '../../src/storage/objects';
import { makeTestFolder } from '../support/nightjar';
import { startSmtpServer } from '../support/smtp-server';
import { PEOPLE } from './support/small-shop';
import { begin, driveRun, emailSource, openShop, rigUp } from './support/world';

const isRoot = process.getuid?.() === 0;

/** What holds the small disk open, the last first. */
const closers: (() => unknown)[] = [];

/** Gives an action a disk of a few kilobytes. */
async function withSmallDisk<T>(size: string, action: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(path.join(tmpdir(), 'nightjar-small-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]);
  try {
    return await action(folder);
  } finally {
    for (const close of closers.splice(0).reverse()) await close();
    execFileSync('umount', [folder]);
    rmSync(folder, { recursive: true });
  }
}

function fill(folder: string): void {
  try {
    execFileSync('dd', ['if=/dev/zero', `of=${path.join(folder, 'ballast')}`, 'bs=1k'], { stdio: 'ignore' });
  } catch {
    // dd fails when the disk is full, which is what it is for.
  }
}

describe('a full disk', () => {
  if (!isRoot) {
    it.todo('needs root, to mount a small disk');
    return;
  }
  const folder = makeTestFolder('nightjar-full-disk');
  let shop: OpenEngines;
  beforeAll(async () => {
    shop = await openShop(folder);
  }, 60_000);
  afterAll(() => shop.close());

  it('under the temporary folder fails the run before anything is bought; with room it goes on', async () => {
    await withSmallDisk('64k', async (tempDir) => {
      fill(tempDir);
      const rig = rigUp(shop);
      const full = { ...rig, engines: { ...rig.engines, tempDir } };
      const source = emailSource('full-temp');

      const failed = await driveRun(full, await begin(full, source));

      expect({ state: failed.state, exit: exitCodeOf(failed, undefined) }).toEqual({ state: 'failed', exit: 5 });
      expect(failed.error).toMatchObject({ code: 'E_ENGINE_DISK_FULL', fix: 'free some space, then run it again' });
      expect(await batchJobsOf(shop.db, failed.runId)).toEqual([]);
      expect(readdirSync(tempDir)).toEqual(['ballast']);

      rmSync(path.join(tempDir, 'ballast'));
      const run = await driveRun(full, await begin(full, source));
      expect({ id: run.runId, state: run.state }).toEqual({ id: failed.runId, state: 'finished' });
    });
  });

  it('under the send journal stops the sending: what was not begun stays planned, and with room it goes on', async () => {
    await withSmallDisk('8k', async (dir) => {
      const server = await startSmtpServer({});
      const rig = rigUp(shop, { mailUrl: server.url });
      const journal = openJournal({ dir, token: 'full', bootId: rig.engines.bootId });
      closers.push(
        () => server.close(),
        () => rig.close(),
        () => journal.close(),
      );
      journal.begin('x'.repeat(3900));
      fill(dir);
      const full = { ...rig, engines: { ...rig.engines, journal } };
      const source = emailSource('full-journal');

      const failed = await driveRun(full, await begin(full, source));

      const counts = await countDeliveries(shop.db, failed.runId);
      expect(failed.error).toMatchObject({ code: 'E_ENGINE_DISK_FULL' });
      expect(counts.accepted).toBe(server.received.length);
      expect(counts.accepted + counts.planned).toBe(PEOPLE);
      expect(counts.planned).toBeGreaterThan(PEOPLE / 2);

      rmSync(path.join(dir, 'ballast'));
      const run = await driveRun(full, await begin(full, source));
      expect({
        state: run.state,
        sent: new Set(server.received.flatMap((mail) => mail.to)).size,
        mails: server.received.length,
      }).toEqual({
        state: 'finished',
        sent: PEOPLE,
        mails: PEOPLE,
      });
    });
  });

  it('in the middle of a line of the send journal spoils no later one', async () => {
    await withSmallDisk('8k', async (dir) => {
      const journal = openJournal({ dir, token: 'torn', bootId: 'boot' });
      closers.push(() => journal.close());
      journal.begin('u1');
      journal.begin('x'.repeat(4096 - statSync(journal.file).size - 3 - 10));
      fill(dir);

      journal.accept('u1');
      expect(() => journal.begin('u2')).toThrow(expect.objectContaining({ code: 'E_ENGINE_DISK_FULL' }));
      rmSync(path.join(dir, 'ballast'));
      journal.begin('u3');

      const [left] = await readJournals(dir, 'boot');
      expect([left?.begun.has('u2'), left?.begun.has('u3'), left?.accepted.has('u1')]).toEqual([false, true, false]);
    });
  });

  it('under the local AWS is E_ENGINE_DISK_FULL too, and leaves nothing half-written', async () => {
    await withSmallDisk('2m', async (stateDir) => {
      const unused = async () => ({ ok: false as const, failureReason: 'not for this test' });
      const compute = { train: unused, infer: unused, segment: unused, close: async () => undefined };
      const local = await startLocalAws({
        stateDir,
        credentials: null,
        region: 'us-east-1',
        accountId: '123456789012',
        jobSeconds: 0,
        compute,
        now: () => Date.now(),
      });
      const s3 = createS3Client({
        region: 'us-east-1',
        endpoint: local.endpoint,
        credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      });
      closers.push(
        () => local.close(),
        () => s3.destroy(),
      );
      await ensureBucket(s3, 'shop', { create: true });

      const thrown = await writeObject(s3, { bucket: 'shop', key: 'large' }, [Buffer.alloc(4_000_000)], {
        contentType: 'text/plain',
      }).catch((error: unknown) => error);

      expect(explainFailure(thrown)).toMatchObject({ code: 'E_ENGINE_DISK_FULL', retry: 'afterFix', exitCode: 5 });
      expect(await headObject(s3, { bucket: 'shop', key: 'large' })).toBeUndefined();
    });
  });
});
