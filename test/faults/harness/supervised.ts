/** A process that is started again when it ends by itself, as systemd does it, and that can be struck. */
import { setTimeout as wait } from 'node:timers/promises';
import { type LoggedProcess, type ProcessWish, startLogged } from './process';

/** Writes a line into the round's timeline. */
export type Note = (text: string) => void;

export interface Supervised {
  readonly name: string;
  /** What it ended with by itself, each time. */
  readonly exits: readonly (number | string)[];
  pid(): number | undefined;
  start(): void;
  /** SIGKILL; it stays down until `start`. */
  kill(): Promise<void>;
  freeze(): void;
  thaw(): void;
  /** SIGTERM, and its exit code; SIGKILL where that takes longer than `withinMs`, and then `stuck`. */
  stop(withinMs: number): Promise<number | string>;
}

const RESTART_MS = 500;

/** Supervises a process, which is not started yet. */
export function supervise(name: string, wish: ProcessWish, note: Note): Supervised {
  return new Supervision(name, wish, note);
}

class Supervision implements Supervised {
  readonly exits: (number | string)[] = [];
  private running: LoggedProcess | undefined;
  private isWanted = false;

  constructor(
    readonly name: string,
    private readonly wish: ProcessWish,
    private readonly note: Note,
  ) {}

  pid(): number | undefined {
    return this.running?.pid;
  }

  start(): void {
    this.isWanted = true;
    if (this.running !== undefined) return;
    this.running = startLogged(this.wish);
    void this.watch(this.running);
  }

  async kill(): Promise<void> {
    const taken = this.take();
    taken?.kill('SIGKILL');
    await taken?.ended;
  }

  freeze(): void {
    this.running?.kill('SIGSTOP');
  }

  thaw(): void {
    this.running?.kill('SIGCONT');
  }

  async stop(withinMs: number): Promise<number | string> {
    const taken = this.take();
    if (taken === undefined) return 'down';
    taken.kill('SIGCONT');
    taken.kill('SIGTERM');
    const end = await Promise.race([taken.ended, wait(withinMs, 'stuck', { ref: false })]);
    if (taken.isAlive()) taken.kill('SIGKILL');
    await taken.ended;
    return end;
  }

  private async watch(process: LoggedProcess): Promise<void> {
    const end = await process.ended;
    if (this.running !== process) return;
    this.running = undefined;
    this.exits.push(end);
    this.note(`${this.name} ended by itself with ${end}`);
    await wait(RESTART_MS);
    if (this.isWanted && this.running === undefined) this.start();
  }

  /** Takes the process out of supervision. */
  private take(): LoggedProcess | undefined {
    this.isWanted = false;
    const taken = this.running;
    this.running = undefined;
    return taken;
  }
}
