/** A disk of some megabytes in memory, which can be filled; only root can mount it. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';

export interface SmallDisk {
  /** Leaves no byte free. */
  fill(): void;
  empty(): void;
  unmount(): void;
}

/** Mounts one on a folder, which is made. */
export function mountSmallDisk(folder: string, megabytes: number): SmallDisk {
  mkdirSync(folder, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0711`, 'tmpfs', folder]);
  const ballast = path.join(folder, 'ballast');
  return {
    fill: () => {
      try {
        execFileSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=4k'], { stdio: 'ignore' });
      } catch {
        // dd says that the disk is full: that is what it was for.
      }
    },
    empty: () => rmSync(ballast, { force: true }),
    unmount: () => {
      execFileSync('umount', [folder]);
    },
  };
}
