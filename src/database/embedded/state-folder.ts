/** Opens the state folder that any number of nightjar processes share: its folders and its signing secret. */
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { NightjarError, systemErrorCode } from '../../errors';
import { explainFileFailure } from './failures';

/** Absolute paths of the parts, and the secret. All but `db`, which the database makes, exist. */
export interface StateFolder {
  readonly root: string;
  readonly db: string;
  readonly s3: string;
  readonly inbox: string;
  readonly personalize: string;
  readonly journal: string;
  /** Unsubscribes that the database has not taken yet. */
  readonly unsubscribed: string;
  /** On the same disk as the others, so that a file made here can be renamed into place. */
  readonly tmp: string;
  /** Signs links; 32 random bytes as 64 hexadecimal digits, made once and the same for all processes. */
  readonly secret: string;
}

const PARTS = ['s3', 'inbox', 'personalize', 'journal', 'unsubscribed', 'tmp'] as const;
const SECRET = /^[0-9a-f]{64}$/;

/**
 * Makes what is missing of a state folder and reads its secret.
 *
 * @throws E_ENGINE_STATE where it can't be written or its secret is damaged, E_ENGINE_DISK_FULL
 */
export async function openStateFolder(dir: string): Promise<StateFolder> {
  try {
    const root = makeStateRoot(dir);
    for (const part of PARTS) mkdirSync(join(root, part), { recursive: true, mode: 0o700 });
    const at = (part: string): string => join(root, part);
    const folders = { db: at('db'), s3: at('s3'), inbox: at('inbox'), personalize: at('personalize') };
    const kept = { journal: at('journal'), unsubscribed: at('unsubscribed'), tmp: at('tmp') };
    return { root, ...folders, ...kept, secret: readSecret(root) };
  } catch (error) {
    throw explainFileFailure(error, resolve(dir));
  }
}

/** Makes the folder itself, closed to others, and returns its real path. Throws what the file system says. */
export function makeStateRoot(dir: string): string {
  const made = mkdirSync(resolve(dir), { recursive: true, mode: 0o700 });
  const root = realpathSync(dir);
  // Root's server runs as another user, who must pass through, but not look around: every part is 0700.
  if (made !== undefined && process.getuid?.() === 0) chmodSync(root, 0o711);
  return root;
}

function readSecret(root: string): string {
  const path = join(root, 'secret');
  const secret = readIfThere(path) ?? createSecret(root, path);
  if (SECRET.test(secret)) return secret;
  throw damaged(path, `restore ${path} from a backup, or delete it: links in mails already sent will stop working`);
}

/**
 * Reads the API's token of a state folder, and makes it where there is none: one for all processes, as the secret is.
 *
 * @throws E_ENGINE_STATE where it can't be written or is damaged, E_ENGINE_DISK_FULL
 */
export function keepApiToken({ root }: Pick<StateFolder, 'root'>): { readonly path: string; readonly token: string } {
  const path = join(root, 'api-token');
  try {
    const token = readIfThere(path) ?? createSecret(root, path);
    if (SECRET.test(token)) return { path, token };
  } catch (error) {
    throw explainFileFailure(error, root);
  }
  throw damaged(path, `delete ${path}: the next start makes another token`);
}

function damaged(path: string, fix: string): NightjarError {
  const message = `the secret in "${path}" is damaged; expected 64 hexadecimal digits`;
  return new NightjarError('E_ENGINE_STATE', message, { fix });
}

/** A link is made whole or not at all, and only once: of simultaneous creators all read the winner's. */
function createSecret(root: string, path: string): string {
  const draft = join(root, 'tmp', `secret.${randomBytes(6).toString('hex')}`);
  const descriptor = openSync(draft, 'wx', 0o600);
  try {
    writeSync(descriptor, randomBytes(32).toString('hex'));
    fsyncSync(descriptor);
    linkSync(draft, path);
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw error;
  } finally {
    closeSync(descriptor);
    unlinkSync(draft);
  }
  return readFileSync(path, 'utf8').trim();
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
