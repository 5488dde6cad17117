import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { explainFileFailure } from '../../../src/database/embedded/failures';
import { startEmbeddedPostgres } from '../../../src/database/embedded/postgres';
import { openStateFolder } from '../../../src/database/embedded/state-folder';
import { formatError, isNightjarError } from '../../../src/errors';
import { makeTestFolder, runSql } from '../../support/database';

describe('a state folder that cannot be used', () => {
  let folder: string;

  async function failToStart(stateDir: string): Promise<string> {
    const failure = await startEmbeddedPostgres({ stateDir }).then(
      () => undefined,
      (error: unknown) => error,
    );
    return isNightjarError(failure) ? formatError(failure) : `no named error: ${String(failure)}`;
  }

  beforeEach(async () => {
    folder = await makeTestFolder();
  });

  afterEach(async () => {
    spawnSync('umount', [join(folder, 'disk')], { stdio: 'ignore' });
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  });

  it('is named, with the cause and a way out, where it lies below a file', async () => {
    await writeFile(join(folder, 'file'), '');
    const stateDir = join(folder, 'file/state');

    const text = await failToStart(stateDir);

    expect(text).toBe(
      'error[E_ENGINE_STATE]\n' +
        `  the state folder "${stateDir}" cannot be used: ENOTDIR: not a directory, mkdir '${stateDir}'\n` +
        '  fix: name a folder on a local disk that this user may write: --state DIR',
    );
  });

  it('is named where the system has no room left, with a way out', () => {
    const noRoom = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });

    const text = formatError(explainFileFailure(noRoom, '/data/.nightjar'));

    expect(text).toBe(
      'error[E_ENGINE_DISK_FULL]\n' +
        '  the disk that holds "/data/.nightjar" is full\n' +
        '  fix: free at least 100 MB there, or name a folder on another disk: --state DIR',
    );
  });

  it('is refused where its secret is damaged', async () => {
    await writeFile(join(folder, 'secret'), 'not a secret');

    await expect(openStateFolder(folder)).rejects.toMatchObject({ code: 'E_ENGINE_STATE' });
  });

  if (!mayMount()) return;

  it('holds nothing half-made when its disk fills up on the first start, and works when there is room', async () => {
    const disk = join(folder, 'disk');
    await mountDisk(disk, '12m');
    const stateDir = join(disk, 'state');

    const text = await failToStart(stateDir);
    const left = await readdir(join(stateDir, 'db'));
    spawnSync('mount', ['-o', 'remount,size=200m', disk]);
    const postgres = await startEmbeddedPostgres({ stateDir });
    const rows = await runSql(postgres.connection, 'SELECT 1 AS one');
    await postgres.release();
    await postgres.waitUntilStopped();

    expect(text).toContain(`error[E_ENGINE_DISK_FULL]\n  the disk that holds "${stateDir}/db" is full\n`);
    expect(left).toEqual(['run']);
    expect(rows).toEqual([{ one: 1 }]);
  });

  it('is named where its disk is full on a later start, and works when there is room', async () => {
    const disk = join(folder, 'disk');
    await mountDisk(disk, '200m');
    const stateDir = join(disk, 'state');
    const first = await startEmbeddedPostgres({ stateDir });
    await first.release();
    await first.waitUntilStopped();
    spawnSync('sh', ['-c', `cat /dev/zero > '${join(disk, 'ballast')}'`]);

    const text = await failToStart(stateDir);
    await rm(join(disk, 'ballast'));
    const second = await startEmbeddedPostgres({ stateDir });
    await second.release();
    await second.waitUntilStopped();

    expect(text).toContain('error[E_ENGINE_DISK_FULL]');
    expect(existsSync(join(stateDir, 'db/data/postmaster.pid'))).toBe(false);
  });
});

async function mountDisk(path: string, size: string): Promise<void> {
  await mkdir(path);
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path]);
  if (status !== 0) throw new Error(`mount: ${stderr}`);
  await chmod(path, 0o755);
}

/** Mounting takes root with all its rights, which a container may lack: then the two tests that need a small disk are not there. */
function mayMount(): boolean {
  return spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' }).status === 0;
}
