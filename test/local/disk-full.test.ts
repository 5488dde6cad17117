import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateDatasetGroupCommand, ListDatasetGroupsCommand } from '@aws-sdk/client-personalize';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CREDENTIALS, REGION, startTestAws } from './support/local-aws';

const Bucket = 'shop';
const isRoot = process.getuid?.() === 0;

/** Mounts a disk of 4 MB and runs an action on it. */
async function onSmallDisk(action: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'nightjar-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder]);
  try {
    await action(folder);
  } finally {
    execFileSync('umount', [folder]);
    rmSync(folder, { recursive: true });
  }
}

describe('a full disk', () => {
  if (!isRoot) {
    it.todo('needs root, to mount a small disk');
    return;
  }

  it('is named, keeps what was there, and is no longer one once there is room', async () => {
    await onSmallDisk(async (stateDir) => {
      const aws = await startTestAws({ stateDir });
      const settings = { endpoint: aws.endpoint, region: REGION, credentials: CREDENTIALS };
      const s3 = new S3Client({ ...settings, forcePathStyle: true, maxAttempts: 1 });
      const put = (Key: string, size: number) =>
        s3.send(new PutObjectCommand({ Bucket, Key, Body: Buffer.alloc(size, 'x') }));
      try {
        await s3.send(new CreateBucketCommand({ Bucket }));
        await put('kept', 1000);

        await expect(put('kept', 6_000_000)).rejects.toMatchObject({
          name: 'InsufficientStorage',
          message: 'The disk of the local AWS is full.',
        });
        const kept = await s3.send(new GetObjectCommand({ Bucket, Key: 'kept' }));
        expect((await kept.Body?.transformToByteArray())?.length).toBe(1000);
        expect(readdirSync(join(stateDir, 's3', '.tmp'))).toEqual([]);
        await put('fits', 100_000);
      } finally {
        s3.destroy();
        await aws.stop();
      }
    });
  });

  it('lets no half resource of Personalize remain', async () => {
    await onSmallDisk(async (stateDir) => {
      const aws = await startTestAws({ stateDir });
      try {
        execFileSync('dd', ['if=/dev/zero', `of=${join(stateDir, 'filler')}`, 'bs=64k'], { stdio: 'ignore' });
      } catch {
        // dd fails when the disk is full, as it should be now.
      }
      const create = () => aws.personalize.send(new CreateDatasetGroupCommand({ name: 'shop' }));
      try {
        await expect(create()).rejects.toMatchObject({ name: 'InsufficientStorage' });
        expect((await aws.personalize.send(new ListDatasetGroupsCommand({}))).datasetGroups).toEqual([]);
        rmSync(join(stateDir, 'filler'));
        await create();
      } finally {
        await aws.stop();
      }
    });
  });
});
