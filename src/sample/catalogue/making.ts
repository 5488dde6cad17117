/** Products to grow, write and knit with: plants, stationery and wool. */

import type { Category } from './product';

/** Plants in pots. */
export const PLANTS: Category = {
  name: 'plants',
  products: [
    {
      group: 'foliage',
      figure: 'snake-plant',
      variants: 'colours',
      price: [19, 38],
      title: { en: 'Snake Plant, Pot in {v}', de: 'Bogenhanf, Topf in {v}', ja: 'サンスベリア（鉢：{v}）' },
      text: {
        en: 'Forgives dark corners, dry weeks and long holidays.',
        de: 'Verzeiht dunkle Ecken, trockene Wochen und lange Ferien.',
        ja: '日陰も乾燥も長い休暇も、おおらかに許してくれます。',
      },
    },
    {
      group: 'cacti',
      figure: 'cactus',
      variants: 'colours',
      price: [12, 26],
      title: { en: 'Window Cactus, Pot in {v}', de: 'Fensterkaktus, Topf in {v}', ja: '窓辺のサボテン（鉢：{v}）' },
      text: {
        en: 'Wants sun, wants little water, and flowers when nobody is watching.',
        de: 'Will Sonne, will wenig Wasser und blüht, wenn niemand hinsieht.',
        ja: '日差しと少しの水だけ。誰も見ていないときに花を咲かせます。',
      },
    },
    {
      group: 'foliage',
      figure: 'monstera',
      variants: 'colours',
      price: [29, 59],
      title: { en: 'Monstera, Pot in {v}', de: 'Monstera, Topf in {v}', ja: 'モンステラ（鉢：{v}）' },
      text: {
        en: 'A new split leaf every few weeks, and plenty of character in between.',
        de: 'Alle paar Wochen ein neues geschlitztes Blatt, dazwischen viel Charakter.',
        ja: '数週間ごとに、切れ込みのある新しい葉がひらきます。',
      },
    },
    {
      group: 'trees',
      figure: 'olive-tree',
      variants: 'colours',
      price: [34, 72],
      title: {
        en: 'Little Olive Tree, Pot in {v}',
        de: 'Kleiner Olivenbaum, Topf in {v}',
        ja: '小さなオリーブの木（鉢：{v}）',
      },
      text: {
        en: 'A round crown of silver leaves for balconies that dream of the south.',
        de: 'Eine runde Krone aus silbrigen Blättern für Balkone mit Fernweh.',
        ja: '銀色の葉が丸く茂る、南の国を思うベランダのための一本です。',
      },
    },
    {
      group: 'hanging',
      figure: 'hanging-plant',
      variants: 'colours',
      price: [22, 41],
      title: { en: 'Trailing Ivy, Hanging Pot in {v}', de: 'Efeu in der Ampel, {v}', ja: '吊り鉢のアイビー（{v}）' },
      text: {
        en: 'Falls from the ceiling in green ropes and softens any window.',
        de: 'Fällt in grünen Ranken von der Decke und macht jedes Fenster weicher.',
        ja: '天井から緑の蔓がこぼれ、窓辺をやわらかくします。',
      },
    },
  ],
};

/** Paper and pens. */
export const STATIONERY: Category = {
  name: 'stationery',
  products: [
    {
      group: 'notebooks',
      figure: 'notebook',
      variants: 'colours',
      price: [11, 22],
      title: { en: 'Linen Notebook in {v}', de: 'Leinennotizbuch in {v}', ja: '{v}のリネンノート' },
      text: {
        en: 'Opens flat, takes ink without bleeding, and numbers its own pages.',
        de: 'Liegt flach, verträgt Tinte und nummeriert seine Seiten selbst.',
        ja: '平らに開き、インクがにじまず、ページ番号つき。',
      },
    },
    {
      group: 'sketchbooks',
      figure: 'sketchbook',
      variants: 'colours',
      price: [14, 27],
      title: { en: 'Spiral Sketchbook in {v}', de: 'Spiralskizzenbuch in {v}', ja: '{v}のスケッチブック' },
      text: {
        en: 'Heavy, slightly rough paper that likes pencil, ink and a little water.',
        de: 'Schweres, leicht raues Papier für Bleistift, Tusche und etwas Wasser.',
        ja: '鉛筆にもインクにも、少しの水にもなじむ厚手の紙です。',
      },
    },
    {
      group: 'pens',
      figure: 'pen',
      variants: 'colours',
      price: [24, 64],
      title: { en: 'Fountain Pen in {v}', de: 'Füllfederhalter in {v}', ja: '{v}の万年筆' },
      text: {
        en: 'A steel nib that starts at once and a barrel that warms in the hand.',
        de: 'Eine Stahlfeder, die sofort schreibt, und ein Schaft, der in der Hand warm wird.',
        ja: 'すぐに書き出せるペン先と、手の中であたたまる軸。',
      },
    },
    {
      group: 'pencils',
      figure: 'pencils',
      variants: 'colours',
      price: [9, 18],
      title: { en: 'Pencil Pot in {v}', de: 'Stiftebecher in {v}', ja: '{v}の鉛筆立て' },
      text: {
        en: 'Six cedar pencils, sharpened, in a pot that will not tip over.',
        de: 'Sechs gespitzte Zedernstifte in einem Becher, der nicht kippt.',
        ja: '削りたての杉の鉛筆六本と、倒れにくいペン立て。',
      },
    },
    {
      group: 'letters',
      figure: 'envelope',
      variants: 'colours',
      price: [10, 19],
      title: { en: 'Letter Set in {v}', de: 'Briefset in {v}', ja: '{v}のレターセット' },
      text: {
        en: 'Twelve sheets, twelve envelopes, and a reason to write to someone.',
        de: 'Zwölf Bögen, zwölf Umschläge und ein Grund, jemandem zu schreiben.',
        ja: '便箋十二枚、封筒十二枚。誰かに手紙を書く理由になります。',
      },
    },
  ],
};

/** Yarn and what is made of it. */
export const WOOL: Category = {
  name: 'wool',
  products: [
    {
      group: 'yarn',
      figure: 'yarn',
      variants: 'colours',
      price: [7, 14],
      title: { en: 'Merino Yarn in {v}, 100 g', de: 'Merinogarn in {v}, 100 g', ja: '{v}のメリノ毛糸 100 g' },
      text: {
        en: 'Soft, round and even; one ball makes a hat, three a scarf.',
        de: 'Weich, rund und gleichmäßig; ein Knäuel für eine Mütze, drei für einen Schal.',
        ja: 'やわらかく均一な糸。一玉で帽子、三玉でマフラーが編めます。',
      },
    },
    {
      group: 'blankets',
      figure: 'blanket',
      variants: 'colours',
      price: [69, 129],
      title: { en: 'Lambswool Blanket in {v}', de: 'Lammwolldecke in {v}', ja: '{v}のラムウールブランケット' },
      text: {
        en: 'Woven in a small mill, brushed on both sides, big enough for two.',
        de: 'In einer kleinen Weberei gewebt, beidseitig gebürstet, groß genug für zwei.',
        ja: '小さな工場で織り、両面を起毛。二人で使える大きさです。',
      },
    },
    {
      group: 'hats',
      figure: 'beanie',
      variants: 'colours',
      price: [22, 38],
      title: { en: 'Ribbed Beanie in {v}', de: 'Rippenmütze in {v}', ja: '{v}のニット帽' },
      text: {
        en: 'Warm ears, no itch, and a bobble for those who want one.',
        de: 'Warme Ohren, kein Kratzen und ein Bommel für alle, die einen mögen.',
        ja: '耳まであたたかく、ちくちくしません。ぼんぼんつき。',
      },
    },
    {
      group: 'socks',
      figure: 'socks',
      variants: 'colours',
      price: [13, 24],
      title: { en: 'Cabin Socks in {v}', de: 'Hüttensocken in {v}', ja: '{v}のウールソックス' },
      text: {
        en: 'Thick soles for cold floors and long films.',
        de: 'Dicke Sohlen für kalte Böden und lange Filme.',
        ja: '冷たい床と長い映画のための、厚手の靴下です。',
      },
    },
    {
      group: 'cushions',
      figure: 'cushion',
      variants: 'colours',
      price: [34, 59],
      title: { en: 'Knitted Cushion in {v}', de: 'Strickkissen in {v}', ja: '{v}のニットクッション' },
      text: {
        en: 'Cable-knit on the front, cotton behind, feathers between.',
        de: 'Vorne Zopfmuster, hinten Baumwolle, dazwischen Federn.',
        ja: '表はケーブル編み、裏はコットン、中は羽根です。',
      },
    },
  ],
};
