/**
 * Marks of claims that were taken from their worker, beside the journals of the machine.
 *
 * A lease goes by a clock, and a clock may jump there and back between two looks of the worker that holds it. Journal and mark
 * decide without one: who takes a claim marks it first and reads the journal then; who begins a mail writes its line first
 * and looks for the mark then. So at least one of the two sees the other.
 */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

const NAME = /^taken-([\w-]+)\.\d+$/;

function markOf(dir: string, claim: string): string {
  return join(dir, `taken-${claim}`);
}

/** Marks claims, before the journals are read; `claim` is the token that the rows carry, `<worker>.<number>`. */
export function markTaken(dir: string, claims: Iterable<string>): void {
  for (const claim of new Set(claims)) {
    if (NAME.test(`taken-${claim}`)) writeFileSync(markOf(dir, claim), '', { mode: 0o600 });
  }
}

/** Tells whether somebody has taken a claim; looked at after the journal line of a mail is written. */
export function isTaken(dir: string, claim: string): boolean {
  return existsSync(markOf(dir, claim));
}

/** Removes the marks of workers of which `isOver` says that they begin nothing more. */
export async function removeMarks(
  dir: string,
  isOver: (mark: { readonly worker: string; readonly markedAt: number }) => boolean,
): Promise<void> {
  for (const name of await readdir(dir).catch(() => [])) {
    const worker = NAME.exec(name)?.[1];
    const facts = worker === undefined ? undefined : await stat(join(dir, name)).catch(() => undefined);
    if (worker === undefined || facts === undefined) continue;
    if (isOver({ worker, markedAt: facts.mtimeMs })) rmSync(join(dir, name), { force: true });
  }
}
