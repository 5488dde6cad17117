/** What makes two items of one product differ: colours, woods, blends, flavours and scents, each with its colour. */

import type { Wording } from '../rows';

/** One variant: its name in each language, and the colour in which it is drawn, `#rrggbb`. */
export interface Variant extends Wording {
  readonly tint: string;
}

const variant = (tint: string, en: string, de: string, ja: string): Variant => ({ tint, en, de, ja });

const COLOURS: readonly Variant[] = [
  variant('#9bb08c', 'Sage Green', 'Salbeigrün', 'セージグリーン'),
  variant('#34466b', 'Midnight Blue', 'Mitternachtsblau', 'ミッドナイトブルー'),
  variant('#c8704d', 'Terracotta', 'Terrakotta', 'テラコッタ'),
  variant('#dba63f', 'Mustard Yellow', 'Senfgelb', 'マスタードイエロー'),
  variant('#d49c99', 'Dusty Rose', 'Altrosa', 'ダスティローズ'),
  variant('#f1ebdf', 'Chalk White', 'Kreideweiß', 'チョークホワイト'),
  variant('#4d4d54', 'Charcoal', 'Anthrazit', 'チャコール'),
  variant('#8fb8d3', 'Sky Blue', 'Himmelblau', 'スカイブルー'),
  variant('#74436a', 'Plum', 'Pflaume', 'プラム'),
  variant('#6d7b42', 'Moss Green', 'Moosgrün', 'モスグリーン'),
  variant('#d9c29f', 'Sand', 'Sand', 'サンド'),
  variant('#e8836b', 'Coral', 'Koralle', 'コーラル'),
  variant('#2f7f82', 'Teal', 'Petrol', 'ティール'),
  variant('#a99bcb', 'Lavender', 'Lavendel', 'ラベンダー'),
];

const WOODS: readonly Variant[] = [
  variant('#c99e66', 'Oak', 'Eichenholz', 'オーク材'),
  variant('#7d5238', 'Walnut', 'Walnussholz', 'ウォールナット材'),
  variant('#b98a4b', 'Olive Wood', 'Olivenholz', 'オリーブ材'),
  variant('#b0653f', 'Cherry', 'Kirschholz', 'チェリー材'),
  variant('#d8b98a', 'Beech', 'Buchenholz', 'ブナ材'),
  variant('#e0cba4', 'Ash', 'Eschenholz', 'アッシュ材'),
  variant('#e3c48f', 'Maple', 'Ahornholz', 'メープル材'),
  variant('#a8703f', 'Acacia', 'Akazienholz', 'アカシア材'),
  variant('#d3a878', 'Pear', 'Birnenholz', '梨材'),
  variant('#e6d2a9', 'Birch', 'Birkenholz', 'バーチ材'),
];

const ROASTS: readonly Variant[] = [
  variant('#3f6f86', 'Harbour Morning', 'Hafenmorgen', '港の朝'),
  variant('#2f3a5c', 'Night Train', 'Nachtzug', '夜行列車'),
  variant('#6b4a36', 'Old Library', 'Alte Bibliothek', '古い図書館'),
  variant('#9fbad0', 'First Snow', 'Erster Schnee', '初雪'),
  variant('#d98f4e', 'Long Weekend', 'Langes Wochenende', '長い週末'),
  variant('#5b6f7d', 'Rain on the Roof', 'Regen auf dem Dach', '屋根の雨音'),
  variant('#b5683e', 'Copper Moon', 'Kupfermond', '銅色の月'),
  variant('#cfc0a6', 'Sunday Paper', 'Sonntagszeitung', '日曜の新聞'),
  variant('#7f9a52', 'Orchard', 'Obstgarten', '果樹園'),
  variant('#c9503f', 'Lighthouse', 'Leuchtturm', '灯台'),
  variant('#6a3f5c', 'Velvet Hour', 'Samtstunde', '天鵞絨の時間'),
  variant('#7fb0a4', 'Open Window', 'Offenes Fenster', '開いた窓'),
  variant('#a8432f', 'Fireside', 'Kaminfeuer', '暖炉のそば'),
  variant('#8a8478', 'Quiet Street', 'Stille Straße', '静かな通り'),
];

const TEAS: readonly Variant[] = [
  variant('#8aa06a', 'Mountain Mist', 'Bergnebel', '山霧'),
  variant('#d7b24c', 'Ginger & Lemon', 'Ingwer & Zitrone', 'ジンジャー＆レモン'),
  variant('#b9c79a', 'Jasmine Garden', 'Jasmingarten', 'ジャスミンの庭'),
  variant('#8c5a3a', 'Roasted Barley', 'Geröstete Gerste', '焙煎大麦'),
  variant('#c46a74', 'Rosehip & Apple', 'Hagebutte & Apfel', 'ローズヒップ＆アップル'),
  variant('#5f8f7c', 'Garden Mint', 'Gartenminze', '庭のミント'),
  variant('#44506f', 'Earl Grey Evening', 'Earl Grey am Abend', '夕べのアールグレイ'),
  variant('#e0c27a', 'Chamomile & Honey', 'Kamille & Honig', 'カモミール＆ハニー'),
  variant('#a2493c', 'Spiced Chai', 'Gewürz-Chai', 'スパイスチャイ'),
  variant('#3f6b4d', 'First Flush', 'Erste Pflückung', '一番摘み'),
  variant('#8d79ae', 'Lavender Night', 'Lavendelnacht', 'ラベンダーナイト'),
  variant('#e39a78', 'White Peach', 'Weißer Pfirsich', '白桃'),
];

const FLAVOURS: readonly Variant[] = [
  variant('#8e3b5e', 'Fig & Walnut', 'Feige & Walnuss', 'いちじく＆くるみ'),
  variant('#c8374a', 'Wild Strawberry', 'Walderdbeere', '野いちご'),
  variant('#e08e2f', 'Apricot & Vanilla', 'Aprikose & Vanille', 'あんず＆バニラ'),
  variant('#4b3a6e', 'Blackcurrant', 'Schwarze Johannisbeere', 'カシス'),
  variant('#e6b93c', 'Lemon & Thyme', 'Zitrone & Thymian', 'レモン＆タイム'),
  variant('#d4682f', 'Bitter Orange', 'Bitterorange', 'ビターオレンジ'),
  variant('#b02f3c', 'Sour Cherry', 'Sauerkirsche', 'サワーチェリー'),
  variant('#5f4a7d', 'Damson Plum', 'Zwetschge', '西洋すもも'),
  variant('#a9bd6a', 'Pear & Ginger', 'Birne & Ingwer', '洋梨＆ジンジャー'),
  variant('#b4547f', 'Raspberry & Rose', 'Himbeere & Rose', 'ラズベリー＆ローズ'),
  variant('#d9c04a', 'Yuzu', 'Yuzu', '柚子'),
  variant('#a5642f', 'Apple & Cinnamon', 'Apfel & Zimt', 'りんご＆シナモン'),
];

const SCENTS: readonly Variant[] = [
  variant('#8fa57c', 'Cedar & Sage', 'Zeder & Salbei', 'シダー＆セージ'),
  variant('#a597c6', 'Lavender Field', 'Lavendelfeld', 'ラベンダー畑'),
  variant('#e3c25a', 'Lemon Verbena', 'Zitronenverbene', 'レモンバーベナ'),
  variant('#6f8fa3', 'Sea Air', 'Meeresluft', '海風'),
  variant('#c98aa0', 'Peony', 'Pfingstrose', '芍薬'),
  variant('#7a5a45', 'Amber & Smoke', 'Amber & Rauch', 'アンバー＆スモーク'),
  variant('#e7a07a', 'Orange Blossom', 'Orangenblüte', 'オレンジの花'),
  variant('#4f7a68', 'Fig Leaf', 'Feigenblatt', 'いちじくの葉'),
  variant('#efe3cd', 'Clean Linen', 'Frisches Leinen', '洗いたてのリネン'),
  variant('#4a6f58', 'Pine Forest', 'Kiefernwald', '松の森'),
  variant('#b7c9a8', 'Bamboo & Rain', 'Bambus & Regen', '竹と雨'),
  variant('#d0ad7c', 'Oat & Honey', 'Hafer & Honig', 'オーツ＆ハニー'),
];

/** The variants by kind. */
export const VARIANTS = {
  colours: COLOURS,
  woods: WOODS,
  roasts: ROASTS,
  teas: TEAS,
  flavours: FLAVOURS,
  scents: SCENTS,
} as const;

/** The name of a list of variants. */
export type VariantKind = keyof typeof VARIANTS;
