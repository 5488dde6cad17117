/** Gives a lane's mails their turns at the sender's rate, which all workers share. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../database/connecting/connection';
import { mostAhead, reservePace } from '../../database/pacing/pace';

/** What is reserved in one statement. */
const CHUNK_SECONDS = 0.25;
/** A slot that is older is given up: a server that was slow must not be caught up with by a burst. */
const LATE_MS = 300;
/**
 * Mails of all lanes together, in seconds of the rate, that have a turn and whose body has not begun: so many go at once when
 * a server that hung comes back. With what is late or caught up it stays below one second's worth.
 */
const UNDER_WAY_SECONDS = 0.6;

export interface Turn {
  /** The body begins: the mail no longer waits for the server. */
  begun(): void;
  /** The mail is through, begun or not. */
  done(): void;
}

export interface Turns {
  /** Mails a second, of all workers together; undefined where nothing limits them. */
  setRate(perSecond: number | undefined): void;
  /** Tells how many turns the batch will take, so that no more slots are reserved than are used. */
  expect(count: number): void;
  /** Waits for the next turn; undefined where the lane is to stop. */
  take(): Promise<Turn | undefined>;
}

export interface TurnsOptions {
  readonly db: Database;
  readonly now: () => number;
  readonly signal: AbortSignal;
  readonly sender: string;
  /** Lanes of all workers together. */
  readonly lanes: number;
}

/** A lane without work at a slow rate is one too many: few enough mails are under way only if few lanes are. */
export function activeLanes(perSecond: number | undefined, lanes: number): number {
  if (perSecond === undefined) return lanes;
  return Math.max(1, Math.min(lanes, Math.floor(perSecond * UNDER_WAY_SECONDS)));
}

/** Creates the turns of one lane. */
export function createTurns(options: TurnsOptions): Turns {
  return new LaneTurns(options);
}

const FREE_TURN: Turn = { begun: () => undefined, done: () => undefined };

class LaneTurns implements Turns {
  private perSecond: number | undefined;
  private expected = 0;
  private slots: number[] = [];
  private reserving: Promise<void> | undefined;
  private underWay = 0;
  private readonly waiting: (() => void)[] = [];
  /** After a mail that began late, the next one keeps its distance from it. */
  private notBefore = 0;

  constructor(private readonly options: TurnsOptions) {}

  setRate(perSecond: number | undefined): void {
    if (perSecond !== this.perSecond) this.slots = [];
    this.perSecond = perSecond;
  }

  expect(count: number): void {
    this.expected = count;
  }

  async take(): Promise<Turn | undefined> {
    const { perSecond } = this;
    const { signal } = this.options;
    if (perSecond === undefined) return signal.aborted ? undefined : FREE_TURN;
    await this.enter(perSecond);
    try {
      const slot = await this.waitForSlot(perSecond);
      if (slot !== undefined) return this.makeTurn(slot, perSecond);
    } catch (error) {
      this.leave();
      throw error;
    }
    this.leave();
    return undefined;
  }

  private async enter(perSecond: number): Promise<void> {
    const most = Math.max(1, Math.floor((perSecond * UNDER_WAY_SECONDS) / activeLanes(perSecond, this.options.lanes)));
    while (this.underWay >= most) await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.underWay += 1;
  }

  private leave(): void {
    this.underWay -= 1;
    this.waiting.shift()?.();
  }

  private makeTurn(slot: number, perSecond: number): Turn {
    let isOpen = true;
    const end = () => {
      if (isOpen) this.leave();
      isOpen = false;
    };
    return {
      begun: () => {
        const now = this.options.now();
        if (now > slot + LATE_MS) this.notBefore = now + 1000 / perSecond;
        end();
      },
      done: end,
    };
  }

  /** A slot that is late, or that a clock which has jumped puts far ahead, is given up for another. */
  private async waitForSlot(perSecond: number): Promise<number | undefined> {
    const { now, signal } = this.options;
    this.expected -= 1;
    while (!signal.aborted) {
      const slot = await this.nextSlot(perSecond);
      const waitMs = Math.max(slot, this.notBefore) - now();
      if (waitMs > mostAhead(perSecond)) {
        this.slots = [];
        this.notBefore = 0;
        continue;
      }
      if (waitMs > 1) await sleep(waitMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return undefined;
      if (now() - slot <= LATE_MS + Math.max(0, this.notBefore - slot)) return slot;
    }
    return undefined;
  }

  private async nextSlot(perSecond: number): Promise<number> {
    for (;;) {
      const slot = this.slots.shift();
      if (slot !== undefined && this.options.now() - slot <= LATE_MS) return slot;
      if (slot !== undefined) continue;
      this.reserving ??= this.reserve(perSecond).finally(() => {
        this.reserving = undefined;
      });
      await this.reserving;
    }
  }

  private async reserve(perSecond: number): Promise<void> {
    const { db, sender, lanes, now } = this.options;
    const most = Math.max(1, Math.floor((perSecond * CHUNK_SECONDS) / activeLanes(perSecond, lanes)));
    const count = Math.max(1, Math.min(most, this.expected + 1));
    const startsAt = await reservePace(db, { sender, count, perSecond, now: now() });
    this.slots = Array.from({ length: count }, (_, nth) => startsAt + (nth * 1000) / perSecond);
  }
}
