/** Names the present boot of this machine: what a killed process left is certain only within one boot. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { uptime } from 'node:os';
import { promisify } from 'node:util';

/** Where the system names no boot, its start is rounded to this, so that a clock being set rarely makes a new boot. */
const ROUNDING_MS = 60_000;

/** Reads a text that stays the same until the machine starts anew. A false change is harmless, a false sameness is not. */
export async function readBootId(now: () => number): Promise<string> {
  const id = process.platform === 'darwin' ? await readDarwinBoot() : await readLinuxBoot();
  return id ?? `started-${Math.round((now() - uptime() * 1000) / ROUNDING_MS)}`;
}

async function readLinuxBoot(): Promise<string | undefined> {
  const text = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  return text.trim() || undefined;
}

async function readDarwinBoot(): Promise<string | undefined> {
  const result = await promisify(execFile)('sysctl', ['-n', 'kern.bootsessionuuid']).catch(() => ({ stdout: '' }));
  return result.stdout.trim() || undefined;
}
