/** First and last names, countries and time zones by language. */

import type { SampleLocale } from './rows';

/** A name as written and as it stands in an address (ASCII, lower case). */
export interface Name {
  readonly written: string;
  readonly latin: string;
}

/** Where a person lives; `utcOffsetHours` is the zone's standard time, in which visits are placed. */
export interface Home {
  readonly country: string;
  readonly timeZone: string;
  readonly utcOffsetHours: number;
}

/** The names and homes from which the contacts of one language are composed. */
export interface People {
  readonly firstNames: readonly Name[];
  readonly lastNames: readonly Name[];
  /** A home that stands twice is twice as likely. */
  readonly homes: readonly Home[];
}

const LATIN_LETTERS: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss', é: 'e' };

/** Reads names in Latin script from a list with spaces. */
function latinNames(list: string): Name[] {
  return list.split(' ').map((written) => ({
    written,
    latin: written.toLowerCase().replace(/[^a-z]/g, (letter) => LATIN_LETTERS[letter] ?? ''),
  }));
}

/** Reads names from a list of `written/latin` with spaces. */
function pairedNames(list: string): Name[] {
  return list.split(' ').map((pair) => {
    const [written = '', latin = ''] = pair.split('/');
    return { written, latin };
  });
}

const home = (country: string, timeZone: string, utcOffsetHours: number): Home => ({
  country,
  timeZone,
  utcOffsetHours,
});

const ENGLISH: People = {
  firstNames: latinNames(
    'Alice Amelia Arthur Beatrice Ben Callum Charlotte Chloe Daniel Dylan Edith Eleanor Ella Ethan Finn Freya George ' +
      'Grace Hannah Harriet Harry Imogen Isaac Isla Jack James Jasmine Joseph Leo Lily Lucy Mabel Maya Molly Nathan ' +
      'Noah Nora Oliver Olivia Oscar Poppy Rosie Ruby Samuel Sophie Theo Thomas Violet William Zoe',
  ),
  lastNames: latinNames(
    'Adams Ashby Bailey Barnes Bennett Brooks Burton Carter Chapman Clarke Cole Cooper Dawson Ellis Fletcher Foster ' +
      'Gibson Grant Hale Harper Hayes Holloway Hughes Jennings Keller Lambert Lawson Marsh Mason Miller Moore Morgan ' +
      'Murray Nolan Parker Pearce Porter Quinn Reed Rhodes Shaw Sinclair Stone Sutton Turner Walsh Warren Webb Wells Young',
  ),
  homes: [
    home('GB', 'Europe/London', 0),
    home('GB', 'Europe/London', 0),
    home('US', 'America/New_York', -5),
    home('US', 'America/Chicago', -6),
    home('US', 'America/Los_Angeles', -8),
    home('CA', 'America/Toronto', -5),
    home('IE', 'Europe/Dublin', 0),
    home('AU', 'Australia/Sydney', 10),
    home('NZ', 'Pacific/Auckland', 12),
  ],
};

const GERMAN: People = {
  firstNames: latinNames(
    'Anja Anton Bärbel Björn Carla Christian Clara Daniela Elias Emma Felix Finja Florian Frieda Greta Günther Hanna ' +
      'Heike Ida Jakob Jana Jonas Jörg Jürgen Käthe Karl Katrin Klara Lena Leonie Lukas Malte Marie Matthias Mia ' +
      'Moritz Nele Niklas Paul Paula Rosa Sabine Sören Stefan Theresa Tobias Ursula Uwe Wiebke Zoë',
  ),
  lastNames: latinNames(
    'Albrecht Bäcker Bauer Baumgärtner Becker Böhm Brandt Dietrich Engel Fischer Frank Fuchs Graf Groß Günther Hahn ' +
      'Hartmann Hofmann Jäger Jung Kaiser Keller Köhler König Krämer Krause Krüger Kühn Lang Lehmann Lorenz Ludwig ' +
      'Möller Müller Neumann Peters Pfeiffer Richter Roth Sauer Schäfer Schröder Schubert Schütz Seidel Stein Vogel ' +
      'Voß Wagner Weiß Winkler Wolf Zimmermann',
  ),
  homes: [
    home('DE', 'Europe/Berlin', 1),
    home('DE', 'Europe/Berlin', 1),
    home('DE', 'Europe/Berlin', 1),
    home('AT', 'Europe/Vienna', 1),
    home('CH', 'Europe/Zurich', 1),
  ],
};

const JAPANESE: People = {
  firstNames: pairedNames(
    '葵/aoi 明美/akemi 綾/aya 彩香/ayaka 大輔/daisuke 恵美/emi 遥/haruka 陽斗/haruto 春樹/haruki 蓮/ren 光/hikaru 浩/hiroshi ' +
      '一郎/ichiro 淳/jun 和也/kazuya 健太/kenta 健一/kenichi 琴音/kotone 舞/mai 真由美/mayumi 美咲/misaki 美月/mizuki ' +
      '直樹/naoki 奈々/nana 莉子/riko 亮/ryo 涼太/ryota 咲/saki 桜/sakura 翔/sho 翔太/shota 颯太/sota 鈴/suzu 拓也/takuya ' +
      '太郎/taro 智子/tomoko 翼/tsubasa 海斗/kaito 結衣/yui 優/yu 裕子/yuko 悠真/yuma 由美/yumi 優奈/yuna 雪/yuki 雄大/yudai',
  ),
  lastNames: pairedNames(
    '佐藤/sato 鈴木/suzuki 高橋/takahashi 田中/tanaka 伊藤/ito 渡辺/watanabe 山本/yamamoto 中村/nakamura 小林/kobayashi ' +
      '加藤/kato 吉田/yoshida 山田/yamada 佐々木/sasaki 山口/yamaguchi 松本/matsumoto 井上/inoue 木村/kimura 林/hayashi ' +
      '清水/shimizu 山崎/yamazaki 森/mori 池田/ikeda 橋本/hashimoto 阿部/abe 石川/ishikawa 山下/yamashita 中島/nakajima ' +
      '石井/ishii 小川/ogawa 前田/maeda 岡田/okada 長谷川/hasegawa 藤田/fujita 後藤/goto 近藤/kondo 村上/murakami ' +
      '遠藤/endo 青木/aoki 坂本/sakamoto 斎藤/saito 福田/fukuda 太田/ota 西村/nishimura 藤井/fujii 岡本/okamoto 三浦/miura',
  ),
  homes: [home('JP', 'Asia/Tokyo', 9)],
};

/** The people of each language. */
export const PEOPLE: Readonly<Record<SampleLocale, People>> = { en: ENGLISH, de: GERMAN, ja: JAPANESE };
