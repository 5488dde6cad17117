/** Writes the interactions of a large shop, from a seed: Zipf's law over items and users, tastes in groups, sessions. */

import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { hashPair } from '../../src/local/recommender/identity';

export interface LargeShop {
  readonly interactions: number;
  readonly items: number;
  readonly users: number;
  readonly seed: number;
}

/** Groups of items; a user likes two of them. */
const GROUPS = 50;
const START_SECONDS = 1_700_000_000;
const YEAR_SECONDS = 31_536_000;
const LINES_AT_A_TIME = 10_000;

/** Writes a CSV of USER_ID, ITEM_ID and TIMESTAMP, in no order; every item and user has at least one row. */
export async function writeLargeShop(file: string, shop: LargeShop): Promise<void> {
  const stream = createWriteStream(file);
  stream.write('USER_ID,ITEM_ID,TIMESTAMP\n');
  const users = createZipf(shop.users, 0.6);
  const items = createZipf(Math.ceil(shop.items / GROUPS), 0.9);
  let lines: string[] = [];
  for (let row = 0; row < shop.interactions; row++) {
    const draw = (turn: number): number => hashPair(hashPair(shop.seed, row), turn) / 4_294_967_296;
    const user = row < shop.users ? row : users(draw(1));
    const group = draw(2) < 0.8 ? (user * 7 + (draw(3) < 0.7 ? 0 : 13)) % GROUPS : Math.floor(draw(3) * GROUPS);
    const item = row < shop.items ? row : Math.min(shop.items - 1, items(draw(4)) * GROUPS + group);
    lines.push(`u${user},i${item},${START_SECONDS + Math.floor(draw(5) * YEAR_SECONDS)}\n`);
    if (lines.length < LINES_AT_A_TIME) continue;
    if (!stream.write(lines.join(''))) await once(stream, 'drain');
    lines = [];
  }
  stream.end(lines.join(''));
  await once(stream, 'finish');
}

/** Draws places from 0 by a number in [0, 1): place k in proportion to 1 / (k + 1)^exponent. */
function createZipf(count: number, exponent: number): (draw: number) => number {
  const sums = new Float64Array(count);
  let total = 0;
  for (let place = 0; place < count; place++) {
    total += 1 / (place + 1) ** exponent;
    sums[place] = total;
  }
  return (draw) => {
    let low = 0;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? 0) < draw * total) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}
