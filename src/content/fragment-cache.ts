/** Keeps what a template made of items, for mails that show them again, in memory that is bounded. */
import type { Fragment } from './mime/transfer-encoding';

/** Of text and octets together: what is over is forgotten, what was used last is kept. */
const KEPT_BYTES = 32 * 2 ** 20;
/** Items that were not found, to tell those that are shown often. */
const REMEMBERED = 8192;
/** An item that is shown that often is kept, though never twice in the same way: other templates, places and time zones have their own. */
const OFTEN = 8;
/** Of an entry beside its texts. */
const OVERHEAD = 400;

/** Fragments by the item that they show, and by a key that says all that they depend on beside. */
export class FragmentCache {
  /** What was used since the half before was full. */
  private recent = new Map<object, Map<string, Fragment>>();
  private former = new Map<object, Map<string, Fragment>>();
  private bytes = 0;
  /** The key under which an item was not found first, and how often it was not found. Holds no item that is gone. */
  private missed = new WeakMap<object, { readonly key: string; times: number }>();
  private remembered = 0;

  constructor(private readonly limit = KEPT_BYTES) {}

  find(item: object, key: string): Fragment | undefined {
    const fragment = this.recent.get(item)?.get(key);
    if (fragment !== undefined) return fragment;
    const former = this.former.get(item)?.get(key);
    if (former !== undefined) this.keep(item, key, former);
    return former;
  }

  /** Tells whether a fragment that was not found should be kept: where items are many, most of them are not shown again in time. */
  isWanted(item: object, key: string): boolean {
    const missed = this.missed.get(item);
    if (this.recent.has(item) || missed?.key === key) return true;
    if (missed !== undefined) return ++missed.times > OFTEN;
    if (this.remembered >= REMEMBERED) {
      this.missed = new WeakMap();
      this.remembered = 0;
    }
    this.missed.set(item, { key, times: 1 });
    this.remembered += 1;
    return false;
  }

  keep(item: object, key: string, fragment: Fragment): void {
    const size = sizeOf(fragment);
    if (this.bytes + size > this.limit / 2) {
      this.former = this.recent;
      this.recent = new Map();
      this.bytes = 0;
    }
    const ofItem = this.recent.get(item) ?? new Map<string, Fragment>();
    this.recent.set(item, ofItem.set(key, fragment));
    this.bytes += size;
  }
}

/** In bytes, about. */
function sizeOf({ text, first, others }: Fragment): number {
  return OVERHEAD + 2 * text.length + first.octets.length + others.octets.length;
}
