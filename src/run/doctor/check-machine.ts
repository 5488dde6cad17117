/** Looks at this machine: the disk under the state folder, and the secret that signs links. */
import { access, constants, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Settings } from '../../config/settings';
import { type Examination, failed, ok, type Verdict, warning } from './finding';

export interface MachineCase {
  readonly settings: Pick<Settings, 'database' | 'publicUrl' | 'mail'>;
  /** Absolute. */
  readonly stateDir: string;
  /** NIGHTJAR_SECRET, undefined where it is not set. */
  readonly secret: string | undefined;
}

const GIB = 1024 ** 3;
const MIN_SECRET = 32;

/** Examines this machine. */
export async function examineMachine(exam: Examination, world: MachineCase): Promise<void> {
  await exam.check('machine', 'disk', () => checkDisk(world.stateDir));
  await exam.check('machine', 'secret', async () => checkSecret(world));
  await exam.check('machine', 'links', async () => checkLinks(world.settings));
}

async function checkDisk(stateDir: string): Promise<Verdict> {
  const folder = await findFolder(stateDir);
  try {
    await access(folder, constants.W_OK);
  } catch {
    return failed(`${folder} can't be written to`, 'name another folder with --state, or give this user the right');
  }
  const { bavail, bsize } = await statfs(folder);
  const freeBytes = bavail * bsize;
  const detail = `${(freeBytes / GIB).toFixed(1)} GiB are free in ${stateDir}`;
  if (freeBytes >= GIB) return ok(detail);
  return warning(detail, 'free some space, or name another folder with --state');
}

/** A state folder that is not made yet will be made below the nearest one that is there. */
async function findFolder(folder: string): Promise<string> {
  const isThere = await access(folder).then(
    () => true,
    () => false,
  );
  return isThere || dirname(folder) === folder ? folder : findFolder(dirname(folder));
}

/** The embedded default keeps one in the state folder; elsewhere links must survive the loss of this machine. */
function checkSecret({ settings, secret }: MachineCase): Verdict {
  const fix = 'export NIGHTJAR_SECRET="$(openssl rand -hex 32)", the same on all machines, and keep it for ever';
  if (secret !== undefined) {
    if (secret.length >= MIN_SECRET) return ok('NIGHTJAR_SECRET signs the unsubscribe links');
    return failed(`NIGHTJAR_SECRET is shorter than ${MIN_SECRET} characters`, fix);
  }
  if (settings.database.url === 'embedded') return ok('the one of the state folder signs the unsubscribe links');
  return failed('NIGHTJAR_SECRET is not set; it signs the unsubscribe links', fix);
}

function checkLinks({ publicUrl, mail }: MachineCase['settings']): Verdict {
  const { hostname, protocol } = new URL(publicUrl);
  if (mail.url !== 'embedded' && /(^|\.)(example|invalid|test|localhost)$/.test(hostname)) {
    return warning(`links in mails point to ${publicUrl}, which is no real host`, 'set publicUrl to your own');
  }
  if (protocol === 'https:' || mail.url === 'embedded') return ok(`links in mails point to ${publicUrl}`);
  return warning(
    `links in mails point to ${publicUrl}, without TLS; mailbox providers want https for one-click unsubscribe`,
    'set publicUrl to an https URL',
  );
}
