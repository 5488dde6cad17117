/** Products for the table: ceramics, coffee and tea. */

import type { Category } from './product';

/** Bowls, mugs and vases. */
export const CERAMICS: Category = {
  name: 'ceramics',
  products: [
    {
      group: 'mugs',
      figure: 'mug',
      variants: 'colours',
      price: [16, 28],
      title: { en: 'Stoneware Mug in {v}', de: 'Steinzeugbecher in {v}', ja: '{v}のマグカップ' },
      text: {
        en: 'A generous mug with a handle that fits three fingers and a rim that is kind to the lips.',
        de: 'Ein großer Becher mit Platz für drei Finger am Henkel und einem angenehm schmalen Rand.',
        ja: '指が三本入る持ち手と、口当たりのよい縁。たっぷり入るマグカップです。',
      },
    },
    {
      group: 'bowls',
      figure: 'bowl',
      variants: 'colours',
      price: [18, 34],
      title: { en: 'Breakfast Bowl in {v}', de: 'Frühstücksschale in {v}', ja: '{v}の朝食ボウル' },
      text: {
        en: 'Deep enough for porridge, wide enough for noodles, and pretty enough to leave on the table.',
        de: 'Tief genug für Porridge, weit genug für Nudeln und zu schön für den Schrank.',
        ja: 'おかゆにも麺にもちょうどよい深さ。出しっぱなしにしたくなる器です。',
      },
    },
    {
      group: 'vases',
      figure: 'vase',
      variants: 'colours',
      price: [24, 58],
      title: { en: 'Bottle Vase in {v}', de: 'Flaschenvase in {v}', ja: '{v}の一輪挿し' },
      text: {
        en: 'A slender vase for one good branch, thrown by hand and glazed inside and out.',
        de: 'Eine schlanke Vase für einen einzelnen Zweig, von Hand gedreht und innen wie außen glasiert.',
        ja: '枝を一本だけ飾りたい日に。ろくろで挽き、内側まで釉薬をかけました。',
      },
    },
    {
      group: 'plates',
      figure: 'plate',
      variants: 'colours',
      price: [14, 30],
      title: { en: 'Dinner Plate in {v}', de: 'Essteller in {v}', ja: '{v}のディナープレート' },
      text: {
        en: 'A flat, calm plate with a raised edge that keeps the sauce where it belongs.',
        de: 'Ein flacher, ruhiger Teller mit leicht erhöhtem Rand, an dem jede Soße haltmacht.',
        ja: '少し立ち上がった縁がソースを受け止める、静かなたたずまいの平皿です。',
      },
    },
    {
      group: 'jugs',
      figure: 'pitcher',
      variants: 'colours',
      price: [28, 49],
      title: { en: 'Farmhouse Jug in {v}', de: 'Landhauskrug in {v}', ja: '{v}のピッチャー' },
      text: {
        en: 'Pours water, milk or a bunch of tulips without a drip.',
        de: 'Gießt Wasser und Milch, ohne zu tropfen, und steht auch Tulpen gut.',
        ja: '水もミルクも、しずくを残さず注げます。チューリップを生けても。',
      },
    },
  ],
};

/** Beans and what brews them. */
export const COFFEE: Category = {
  name: 'coffee',
  products: [
    {
      group: 'beans',
      figure: 'pouch',
      variants: 'roasts',
      price: [9, 16],
      title: { en: '“{v}” Coffee Beans, 250 g', de: 'Kaffeebohnen „{v}“, 250 g', ja: 'コーヒー豆「{v}」250 g' },
      text: {
        en: 'A medium roast with a round body and a clear finish, roasted every Tuesday.',
        de: 'Eine mittlere Röstung, rund und klar im Abgang, jeden Dienstag frisch aus der Trommel.',
        ja: '丸みのあるコクと澄んだ後味の中煎り。毎週火曜日に焙煎しています。',
      },
    },
    {
      group: 'espresso',
      figure: 'tin',
      variants: 'roasts',
      price: [11, 19],
      title: { en: '“{v}” Espresso Tin, 250 g', de: 'Espressodose „{v}“, 250 g', ja: 'エスプレッソ缶「{v}」250 g' },
      text: {
        en: 'A dark roast with cocoa and toasted nuts, at its best short and strong.',
        de: 'Eine dunkle Röstung mit Kakao und gerösteten Nüssen, am besten kurz und kräftig.',
        ja: 'カカオと炒ったナッツの香り。短く濃く淹れたい深煎りです。',
      },
    },
    {
      group: 'brewers',
      figure: 'dripper',
      variants: 'colours',
      price: [24, 39],
      title: { en: 'Pour-Over Set in {v}', de: 'Handfilter-Set in {v}', ja: '{v}のドリッパーセット' },
      text: {
        en: 'A ceramic dripper on a glass server, for two slow cups.',
        de: 'Ein Keramikfilter auf einer Glaskanne, für zwei Tassen in aller Ruhe.',
        ja: '陶器のドリッパーとガラスサーバー。ゆっくり淹れる二杯のために。',
      },
    },
    {
      group: 'brewers',
      figure: 'moka-pot',
      variants: 'colours',
      price: [29, 46],
      title: { en: 'Stovetop Moka Pot in {v}', de: 'Herdkanne in {v}', ja: '{v}のマキネッタ' },
      text: {
        en: 'Gurgles like a small steam engine and makes the kitchen smell of morning.',
        de: 'Gluckert wie eine kleine Dampflok und lässt die Küche nach Morgen duften.',
        ja: '小さな蒸気機関のような音とともに、台所を朝の香りで満たします。',
      },
    },
    {
      group: 'cups',
      figure: 'espresso-cup',
      variants: 'colours',
      price: [12, 22],
      title: { en: 'Espresso Cup in {v}', de: 'Espressotasse in {v}', ja: '{v}のエスプレッソカップ' },
      text: {
        en: 'Thick walls, a small saucer, and just enough room for three good sips.',
        de: 'Dicke Wände, eine kleine Untertasse und Platz für genau drei gute Schlucke.',
        ja: '厚手の器に小さなソーサー。おいしい三口のためのカップです。',
      },
    },
  ],
};

/** Leaves and what they steep in. */
export const TEA: Category = {
  name: 'tea',
  products: [
    {
      group: 'loose tea',
      figure: 'caddy',
      variants: 'teas',
      price: [8, 18],
      title: { en: '“{v}” Loose Tea, 100 g', de: 'Loser Tee „{v}“, 100 g', ja: '茶葉「{v}」100 g' },
      text: {
        en: 'Whole leaves in a tin that closes with a soft click; good for forty cups.',
        de: 'Ganze Blätter in einer Dose, die leise klickt; genug für vierzig Tassen.',
        ja: '静かに閉まる缶に入れた茶葉。およそ四十杯分です。',
      },
    },
    {
      group: 'teapots',
      figure: 'teapot',
      variants: 'colours',
      price: [34, 68],
      title: { en: 'Round Teapot in {v}', de: 'Runde Teekanne in {v}', ja: '{v}のティーポット' },
      text: {
        en: 'Holds three cups, pours in a clean arc and keeps its lid on.',
        de: 'Fasst drei Tassen, gießt in sauberem Bogen, und der Deckel bleibt, wo er ist.',
        ja: '三杯分。きれいな弧を描いて注げ、ふたも落ちません。',
      },
    },
    {
      group: 'tea bowls',
      figure: 'tea-bowl',
      variants: 'colours',
      price: [19, 42],
      title: { en: 'Tea Bowl in {v}', de: 'Teeschale in {v}', ja: '{v}の茶碗' },
      text: {
        en: 'A bowl to hold with both hands, each with its own drip of glaze.',
        de: 'Eine Schale für beide Hände; bei jeder verläuft die Glasur ein wenig anders.',
        ja: '両手で包む茶碗。釉薬の流れは一つずつ違います。',
      },
    },
    {
      group: 'kettles',
      figure: 'kettle',
      variants: 'colours',
      price: [39, 75],
      title: { en: 'Enamel Kettle in {v}', de: 'Emaillekessel in {v}', ja: '{v}のホーローケトル' },
      text: {
        en: 'Sings when it boils and looks well on any stove, gas or induction.',
        de: 'Singt, wenn es kocht, und macht auf Gas wie auf Induktion eine gute Figur.',
        ja: 'お湯が沸くと歌います。ガスでもIHでも使えるケトルです。',
      },
    },
  ],
};
