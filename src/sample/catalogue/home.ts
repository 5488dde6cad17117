/** Products for the room: kitchen, lighting and furniture. */

import type { Category } from './product';

/** Pots, boards and tools. */
export const KITCHEN: Category = {
  name: 'kitchen',
  products: [
    {
      group: 'pots',
      figure: 'casserole',
      variants: 'colours',
      price: [79, 149],
      title: { en: 'Cast-Iron Casserole in {v}', de: 'Gusseiserner Bräter in {v}', ja: '{v}の鋳物ホーロー鍋' },
      text: {
        en: 'For stews that take all afternoon and bread that takes all night.',
        de: 'Für Eintöpfe, die den Nachmittag, und Brote, die die Nacht brauchen.',
        ja: '午後いっぱい煮込むシチューにも、一晩寝かせたパンにも。',
      },
    },
    {
      group: 'pans',
      figure: 'frying-pan',
      variants: 'woods',
      price: [44, 82],
      title: { en: 'Iron Pan with {v} Handle', de: 'Eisenpfanne mit Griff aus {v}', ja: '{v}ハンドルの鉄フライパン' },
      text: {
        en: 'Heats evenly, browns deeply and gets better with every egg.',
        de: 'Wird gleichmäßig heiß, bräunt kräftig und mit jedem Ei besser.',
        ja: '均一に熱が入り、卵を焼くたびに育っていく一枚です。',
      },
    },
    {
      group: 'boards',
      figure: 'board',
      variants: 'woods',
      price: [26, 59],
      title: { en: '{v} Chopping Board', de: 'Schneidebrett aus {v}', ja: '{v}のまな板' },
      text: {
        en: 'One solid piece with a round hole to hang it by; oiled, never varnished.',
        de: 'Aus einem Stück, mit rundem Loch zum Aufhängen; geölt, nicht lackiert.',
        ja: '一枚板に吊り下げ用の丸い穴。塗装せず、オイルで仕上げました。',
      },
    },
    {
      group: 'mills',
      figure: 'mill',
      variants: 'woods',
      price: [32, 54],
      title: { en: '{v} Pepper Mill', de: 'Pfeffermühle aus {v}', ja: '{v}のペッパーミル' },
      text: {
        en: 'A steel grinder in a turned body, from dust to coarse in one twist.',
        de: 'Ein Stahlmahlwerk im gedrechselten Korpus, von staubfein bis grob in einem Dreh.',
        ja: 'ろくろ仕上げの本体に鋼の刃。ひとひねりで細挽きから粗挽きまで。',
      },
    },
    {
      group: 'tools',
      figure: 'utensils',
      variants: 'colours',
      price: [29, 45],
      title: { en: 'Utensil Crock in {v}', de: 'Küchentopf mit Löffeln in {v}', ja: '{v}のツールスタンド' },
      text: {
        en: 'A heavy crock with three beech spoons, always within reach.',
        de: 'Ein schwerer Topf mit drei Buchenlöffeln, immer in Reichweite.',
        ja: 'どっしりした陶器に、ブナ材のスプーンが三本。いつも手の届くところに。',
      },
    },
  ],
};

/** Lamps, lanterns and candles. */
export const LIGHTING: Category = {
  name: 'lighting',
  products: [
    {
      group: 'table lamps',
      figure: 'table-lamp',
      variants: 'colours',
      price: [59, 119],
      title: { en: 'Mushroom Lamp in {v}', de: 'Pilzleuchte in {v}', ja: '{v}のマッシュルームランプ' },
      text: {
        en: 'A warm pool of light for the bedside, with a dimmer in the cord.',
        de: 'Ein warmer Lichtkreis fürs Bett, mit Dimmer im Kabel.',
        ja: '枕元にあたたかな光を。コードで明るさを変えられます。',
      },
    },
    {
      group: 'pendants',
      figure: 'pendant',
      variants: 'colours',
      price: [69, 139],
      title: { en: 'Dome Pendant in {v}', de: 'Hängeleuchte in {v}', ja: '{v}のペンダントライト' },
      text: {
        en: 'Spun metal, white inside, made to hang low over a table full of friends.',
        de: 'Gedrücktes Metall, innen weiß, gemacht für den Tisch voller Freunde.',
        ja: '内側を白く塗った金属のかさ。人が集まる食卓の上に。',
      },
    },
    {
      group: 'desk lamps',
      figure: 'desk-lamp',
      variants: 'colours',
      price: [64, 112],
      title: { en: 'Reading Lamp in {v}', de: 'Leselampe in {v}', ja: '{v}の読書灯' },
      text: {
        en: 'Two springs, one arm and light exactly where the page is.',
        de: 'Zwei Federn, ein Arm und Licht genau dort, wo die Seite ist.',
        ja: '二つのばねと一本のアーム。読みたいところだけを照らします。',
      },
    },
    {
      group: 'candles',
      figure: 'candle',
      variants: 'scents',
      price: [18, 34],
      title: { en: '“{v}” Scented Candle', de: 'Duftkerze „{v}“', ja: 'キャンドル「{v}」' },
      text: {
        en: 'Plant wax in a glass that you will want to keep; burns for forty hours.',
        de: 'Pflanzenwachs in einem Glas, das man behält; brennt vierzig Stunden.',
        ja: '植物性ワックスを、使い終わっても取っておきたいグラスに。約四十時間。',
      },
    },
    {
      group: 'lanterns',
      figure: 'lantern',
      variants: 'colours',
      price: [34, 62],
      title: { en: 'Garden Lantern in {v}', de: 'Gartenlaterne in {v}', ja: '{v}のランタン' },
      text: {
        en: 'Keeps a flame alive on a windy balcony and looks at home on the stairs.',
        de: 'Hält die Flamme auch auf dem windigen Balkon und passt gut auf die Treppe.',
        ja: '風のあるベランダでも灯りを守ります。階段に置いても。',
      },
    },
  ],
};

/** Seats and small tables. */
export const FURNITURE: Category = {
  name: 'furniture',
  products: [
    {
      group: 'stools',
      figure: 'stool',
      variants: 'woods',
      price: [69, 129],
      title: { en: 'Three-Legged Stool in {v}', de: 'Dreibeiniger Hocker aus {v}', ja: '{v}の三脚スツール' },
      text: {
        en: 'Seat, step, bedside table: it never wobbles, because three legs cannot.',
        de: 'Sitz, Tritt oder Nachttisch: Er wackelt nie, denn drei Beine können das nicht.',
        ja: '椅子にも踏み台にも。三本脚なので、がたつきません。',
      },
    },
    {
      group: 'chairs',
      figure: 'chair',
      variants: 'colours',
      price: [119, 219],
      title: { en: 'Spindle Chair in {v}', de: 'Sprossenstuhl in {v}', ja: '{v}のスピンドルチェア' },
      text: {
        en: 'A light chair with a straight back that invites you to stay for another cup.',
        de: 'Ein leichter Stuhl mit gerader Lehne, auf dem man noch eine Tasse bleibt.',
        ja: 'もう一杯だけ、と座っていたくなる軽い椅子です。',
      },
    },
    {
      group: 'armchairs',
      figure: 'armchair',
      variants: 'colours',
      price: [290, 480],
      title: { en: 'Reading Chair in {v}', de: 'Lesesessel in {v}', ja: '{v}の読書チェア' },
      text: {
        en: 'Deep, upright and wool-covered: three chapters at a time.',
        de: 'Tief, aufrecht und mit Wolle bezogen: gut für drei Kapitel am Stück.',
        ja: '深く座れてまっすぐ支える、ウール張り。三章続けて読めます。',
      },
    },
    {
      group: 'tables',
      figure: 'side-table',
      variants: 'woods',
      price: [89, 169],
      title: { en: 'Round Side Table in {v}', de: 'Runder Beistelltisch aus {v}', ja: '{v}のサイドテーブル' },
      text: {
        en: 'Room for a lamp, a book and whatever you are drinking.',
        de: 'Platz für eine Lampe, ein Buch und das, was man gerade trinkt.',
        ja: 'ランプと本と飲みかけの一杯。それだけが置ける丸いテーブルです。',
      },
    },
    {
      group: 'shelves',
      figure: 'shelf',
      variants: 'woods',
      price: [54, 118],
      title: { en: 'Wall Shelf in {v}', de: 'Wandregal aus {v}', ja: '{v}の壁掛け棚' },
      text: {
        en: 'Two boards and four brass pins, for the small things that matter.',
        de: 'Zwei Bretter und vier Messingstifte für die kleinen Dinge, die zählen.',
        ja: '二枚の板と四本の真鍮ピン。大切な小物のための棚です。',
      },
    },
  ],
};
