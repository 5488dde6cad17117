/** Products to eat, wash with and carry: pantry, bath and bags. */

import type { Category } from './product';

/** Jars, bars and bottles. */
export const PANTRY: Category = {
  name: 'pantry',
  products: [
    {
      group: 'jams',
      figure: 'jam',
      variants: 'flavours',
      price: [6, 10],
      title: { en: '{v} Jam', de: 'Fruchtaufstrich {v}', ja: 'ジャム（{v}）' },
      text: {
        en: 'Cooked in a copper pan, twelve jars at a time, with more fruit than sugar.',
        de: 'Im Kupfertopf gekocht, zwölf Gläser auf einmal, mit mehr Frucht als Zucker.',
        ja: '銅鍋で十二瓶ずつ。砂糖よりも果実をたっぷり使っています。',
      },
    },
    {
      group: 'chocolate',
      figure: 'chocolate',
      variants: 'flavours',
      price: [5, 9],
      title: { en: 'Dark Chocolate, {v}', de: 'Zartbitterschokolade {v}', ja: 'ダークチョコレート（{v}）' },
      text: {
        en: 'Seventy per cent cocoa that snaps cleanly and melts slowly.',
        de: 'Siebzig Prozent Kakao, der sauber bricht und langsam schmilzt.',
        ja: 'カカオ七十パーセント。ぱきっと割れ、ゆっくりとけます。',
      },
    },
    {
      group: 'honey',
      figure: 'honey',
      variants: 'flavours',
      price: [8, 14],
      title: { en: 'Blossom Honey, {v}', de: 'Blütenhonig {v}', ja: '百花はちみつ（{v}）' },
      text: {
        en: 'Stirred until creamy, for toast, tea and secret spoonfuls.',
        de: 'Cremig gerührt, für Brot, Tee und heimliche Löffel.',
        ja: 'トーストにも紅茶にも、こっそりひとさじにも。なめらかに仕上げました。',
      },
    },
    {
      group: 'syrups',
      figure: 'bottle',
      variants: 'flavours',
      price: [9, 16],
      title: { en: '{v} Cordial, 500 ml', de: 'Sirup {v}, 500 ml', ja: 'コーディアル（{v}）500 ml' },
      text: {
        en: 'One part cordial, six parts cold water, a slice of something and some ice.',
        de: 'Ein Teil Sirup, sechs Teile kaltes Wasser, eine Scheibe von etwas und Eis.',
        ja: '一に対して冷たい水を六。氷と果物のひと切れを添えて。',
      },
    },
    {
      group: 'biscuits',
      figure: 'biscuits',
      variants: 'flavours',
      price: [7, 12],
      title: { en: 'Butter Biscuits, {v}', de: 'Butterkekse {v}', ja: 'バタービスケット（{v}）' },
      text: {
        en: 'Crisp at the edge, short in the middle, and gone by Thursday.',
        de: 'Am Rand knusprig, in der Mitte mürbe und am Donnerstag schon weg.',
        ja: '縁はさくさく、中はほろり。木曜日にはもうありません。',
      },
    },
  ],
};

/** Soap, towels and quiet evenings. */
export const BATH: Category = {
  name: 'bath',
  products: [
    {
      group: 'soaps',
      figure: 'soap',
      variants: 'scents',
      price: [6, 11],
      title: { en: '“{v}” Bar Soap', de: 'Stückseife „{v}“', ja: '石けん「{v}」' },
      text: {
        en: 'Cold-pressed, cured for six weeks, stamped by hand.',
        de: 'Kalt gerührt, sechs Wochen gereift, von Hand gestempelt.',
        ja: 'コールドプロセスで六週間熟成。一つずつ手で刻印しました。',
      },
    },
    {
      group: 'hand wash',
      figure: 'dispenser',
      variants: 'scents',
      price: [12, 22],
      title: { en: '“{v}” Hand Wash', de: 'Handseife „{v}“', ja: 'ハンドソープ「{v}」' },
      text: {
        en: 'Gentle enough for ten times a day, in a bottle made to be refilled.',
        de: 'Mild genug für zehnmal am Tag, in einer Flasche zum Nachfüllen.',
        ja: '一日に何度でも使えるやさしさ。詰め替えて長く使えるボトルです。',
      },
    },
    {
      group: 'bath salts',
      figure: 'salts',
      variants: 'scents',
      price: [14, 26],
      title: { en: '“{v}” Bath Salts', de: 'Badesalz „{v}“', ja: 'バスソルト「{v}」' },
      text: {
        en: 'Two spoonfuls, warm water, a closed door.',
        de: 'Zwei Löffel, warmes Wasser und eine geschlossene Tür.',
        ja: '二さじとお湯と、閉めた扉。それで十分です。',
      },
    },
    {
      group: 'towels',
      figure: 'towels',
      variants: 'colours',
      price: [18, 39],
      title: { en: 'Waffle Towels in {v}', de: 'Waffelhandtücher in {v}', ja: '{v}のワッフルタオル' },
      text: {
        en: 'A set of three that dries you fast and itself even faster.',
        de: 'Ein Satz von dreien, der schnell trocknet und noch schneller selbst trocken ist.',
        ja: '体もタオルもすぐ乾く、三枚組のワッフル織りです。',
      },
    },
    {
      group: 'brushes',
      figure: 'brush',
      variants: 'woods',
      price: [16, 29],
      title: { en: 'Bath Brush in {v}', de: 'Badebürste aus {v}', ja: '{v}のボディブラシ' },
      text: {
        en: 'A long curved handle that reaches the one spot that always itches.',
        de: 'Ein langer, geschwungener Stiel für genau die Stelle, die immer juckt.',
        ja: 'いつもかゆいあの場所まで届く、ゆるやかに曲がった長い柄。',
      },
    },
  ],
};

/** What goes out of the house with you. */
export const BAGS: Category = {
  name: 'bags',
  products: [
    {
      group: 'totes',
      figure: 'tote',
      variants: 'colours',
      price: [19, 36],
      title: { en: 'Market Tote in {v}', de: 'Markttasche in {v}', ja: '{v}のトートバッグ' },
      text: {
        en: 'Sturdy canvas with an inner pocket, sized for leeks and library books.',
        de: 'Fester Canvas mit Innentasche, groß genug für Lauch und Leihbücher.',
        ja: '丈夫なキャンバス地に内ポケット。長ねぎも図書館の本も入ります。',
      },
    },
    {
      group: 'backpacks',
      figure: 'backpack',
      variants: 'colours',
      price: [69, 129],
      title: { en: 'Day Backpack in {v}', de: 'Tagesrucksack in {v}', ja: '{v}のデイパック' },
      text: {
        en: 'Waxed cotton, leather straps, and a place for everything you forget.',
        de: 'Gewachste Baumwolle, Lederriemen und ein Fach für alles, was man vergisst.',
        ja: 'ワックスコットンと革のベルト。忘れがちな物の居場所もあります。',
      },
    },
    {
      group: 'weekenders',
      figure: 'weekender',
      variants: 'colours',
      price: [98, 189],
      title: { en: 'Weekend Bag in {v}', de: 'Reisetasche in {v}', ja: '{v}のボストンバッグ' },
      text: {
        en: 'Three days of clothes, one book, and a shape that fits the rack of any train.',
        de: 'Kleidung für drei Tage, ein Buch und eine Form, die in jede Gepäckablage passt.',
        ja: '三日分の服と本を一冊。どの列車の網棚にも収まる形です。',
      },
    },
    {
      group: 'umbrellas',
      figure: 'umbrella',
      variants: 'colours',
      price: [29, 58],
      title: { en: 'Long Umbrella in {v}', de: 'Stockschirm in {v}', ja: '{v}の長傘' },
      text: {
        en: 'Eight ribs, a wooden handle, and the courage to face a westerly wind.',
        de: 'Acht Streben, ein Holzgriff und der Mut, dem Westwind zu trotzen.',
        ja: '八本の骨と木の持ち手。西風にも負けません。',
      },
    },
    {
      group: 'pouches',
      figure: 'purse',
      variants: 'colours',
      price: [15, 32],
      title: { en: 'Zip Pouch in {v}', de: 'Reißverschlusstasche in {v}', ja: '{v}のポーチ' },
      text: {
        en: 'For pens, plugs, plasters or the small change of three countries.',
        de: 'Für Stifte, Stecker, Pflaster oder das Kleingeld aus drei Ländern.',
        ja: 'ペンにも充電器にも絆創膏にも。三か国分の小銭にも。',
      },
    },
  ],
};
