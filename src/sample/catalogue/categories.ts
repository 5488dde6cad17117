/** The categories of the sample shop, and the sentences that any of its texts may end with. */

import type { Wording } from '../rows';
import { CERAMICS, COFFEE, TEA } from './drinks';
import { FURNITURE, KITCHEN, LIGHTING } from './home';
import { PLANTS, STATIONERY, WOOL } from './making';
import type { Category } from './product';
import { BAGS, BATH, PANTRY } from './small-things';

/** The twelve main categories; their order decides nothing that a customer sees. */
export const CATEGORIES: readonly Category[] = [
  CERAMICS,
  COFFEE,
  TEA,
  PANTRY,
  KITCHEN,
  PLANTS,
  STATIONERY,
  LIGHTING,
  WOOL,
  FURNITURE,
  BATH,
  BAGS,
];

/** Closing sentences, one of which ends each description. */
export const CLOSINGS: readonly Wording[] = [
  {
    en: 'Packed in paper, without a shred of plastic.',
    de: 'In Papier verpackt, ganz ohne Plastik.',
    ja: 'プラスチックを使わず、紙で包んでお届けします。',
  },
  {
    en: 'Made in small batches by people we know by name.',
    de: 'In kleinen Mengen gemacht, von Leuten, die wir beim Namen kennen.',
    ja: '顔の見えるつくり手が、少しずつつくっています。',
  },
  {
    en: 'A favourite of ours at the counter.',
    de: 'Bei uns am Tresen sehr beliebt.',
    ja: '店頭でもスタッフに人気の品です。',
  },
  {
    en: 'Comes with a card if it is a present.',
    de: 'Auf Wunsch legen wir eine Geschenkkarte bei.',
    ja: '贈り物には、カードをお付けします。',
  },
  {
    en: 'If it is not right for you, bring it back.',
    de: 'Wenn es doch nicht passt, nehmen wir es zurück.',
    ja: 'お気に召さなければ、返品できます。',
  },
  {
    en: 'Chosen slowly, shipped quickly.',
    de: 'In Ruhe ausgesucht, schnell verschickt.',
    ja: 'じっくり選び、すぐにお届けします。',
  },
];
