/** Identifies the boot of this machine: what a process wrote without fsync survives its death, not the machine's. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';

const LINUX_BOOT_ID = '/proc/sys/kernel/random/boot_id';

/**
 * Returns a text that is the same for every process until the machine is started anew.
 * Linux and macOS name their boot; elsewhere it is the minute of the start, which may differ by one within a boot:
 * a journal then counts as of another boot, and its mails as unknown, never as unsent.
 */
export function readBootId(): string {
  try {
    if (process.platform === 'linux') return readFileSync(LINUX_BOOT_ID, 'utf8').trim();
    if (process.platform === 'darwin') {
      return execFileSync('/usr/sbin/sysctl', ['-n', 'kern.bootsessionuuid'], { encoding: 'utf8' }).trim();
    }
  } catch {
    // a sandbox may hide it; the time of the start is the next best
  }
  return `started-${Math.round((Date.now() / 1000 - uptime()) / 60)}`;
}
