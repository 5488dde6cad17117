/** Generates the sample shop: people, things and 90 days of visits, all from one seed. */

import { createResidents } from './contacts';
import { HISTORY_DAYS, simulateInteractions } from './interactions';
import { createItems } from './items';
import { createRandom } from './random';
import type { SampleContact, SampleInteraction, SampleItem, SampleUnsubscribed } from './rows';
import { drawTastes } from './taste';

const DAY_MS = 86_400_000;
/** The slots of all seeds lie in the 180 days from here. */
const FIRST_SLOT_MS = Date.UTC(2026, 0, 12);
/** The hour of the night, UTC, at which the shop's history ends. */
const NIGHT_MS = 2 * 3_600_000;

/** A shop that never was, with its history up to one night. */
export interface Shop {
  /** 1,200, ascending by user id. */
  readonly contacts: readonly SampleContact[];
  /** 600, in twelve categories of 50. */
  readonly items: readonly SampleItem[];
  /** About 60,000, ascending by time, within the 90 days before `now`. */
  readonly interactions: readonly SampleInteraction[];
  /** Who asked for no more mail; all of them are contacts. */
  readonly unsubscribed: readonly SampleUnsubscribed[];
  /** `YYYY-MM-DD`, fixed by the seed. */
  readonly slot: string;
  /** Epoch ms: 02:00 UTC on the day of the slot. */
  readonly now: number;
  /**
   * Tells how much a person likes an item at `now`: over 0, at most 1. The ground truth, which no engine may see.
   *
   * @throws RangeError for an id that the shop does not have
   */
  readonly affinity: (userId: string, itemId: string) => number;
}

/** Generates the shop of a seed (a whole number): equal for equal seeds, on every machine. */
export function generateShop(seed: number): Shop {
  const slotMs = FIRST_SLOT_MS + createRandom(seed, 'slot').integer(0, 179) * DAY_MS;
  const now = slotMs + NIGHT_MS;
  const items = createItems(seed, now);
  const { residents, unsubscribed } = createResidents(seed, now);
  const contacts = residents.map((resident) => resident.contact);
  const tastes = drawTastes(
    seed,
    contacts.map((contact) => contact.locale),
    items,
  );
  const personAt = positions(contacts.map((contact) => contact.userId));
  const itemAt = positions(items.map((item) => item.itemId));
  return {
    contacts,
    items,
    interactions: simulateInteractions({ seed, now, residents, items, tastes }),
    unsubscribed,
    slot: new Date(slotMs).toISOString().slice(0, 10),
    now,
    affinity: (userId, itemId) => tastes.affinity(personAt(userId), itemAt(itemId), HISTORY_DAYS),
  };
}

function positions(ids: readonly string[]): (id: string) => number {
  const known = new Map(ids.map((id, index) => [id, index]));
  return (id) => {
    const position = known.get(id);
    if (position === undefined) throw new RangeError(`the sample shop has no "${id}"`);
    return position;
  };
}
