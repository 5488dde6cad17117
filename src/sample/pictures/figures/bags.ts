/** Figures of bags. */

import { darken, lighten } from '../colour';
import type { Figures } from '../figure';
import { BRASS, CREAM, DARK, DARK_LEAF, drawBody, drawLeaf, drawSolid, LEAF, METAL, SHADOW, WOOD } from '../forms';
import { box, oval, rotationAbout } from '../path';

const LEATHER = 0x9c6238;

/** Figures by name. */
export const BAGS_FIGURES: Figures = {
  tote: {
    draw: (pen, ink) => {
      if (ink.extra > 1) {
        pen.line('M236 116 L258 60', 9, 0xe9efd2);
        for (const tip of [
          [254, 70, 240, 22],
          [258, 66, 266, 14],
          [260, 70, 292, 34],
        ] as const)
          drawLeaf(pen, tip, { width: 7, colour: LEAF, vein: DARK_LEAF });
      }
      pen.line('M160 116 C160 40 240 40 240 116', 9, darken(ink.tint, 0.3));
      drawBody(pen, ink, 'M124 108 H276 L284 240 Q284 248 276 248 H124 Q116 248 116 240 Z');
      pen.line('M166 130 C164 42 236 42 234 130', 9, ink.deep);
      for (const x of [166, 234]) pen.fill(box(x - 8, 122, [16, 22], 2), ink.deep);
      if (ink.pattern === 'plain') {
        pen.fill(oval(200, 190, 30), ink.light);
        drawLeaf(pen, [200, 212, 200, 168], { width: 9, colour: ink.deep });
      }
    },
  },
  backpack: {
    draw: (pen, ink) => {
      pen.line('M182 66 C182 40 218 40 218 66', 9, LEATHER);
      for (const x of [124, 276]) pen.line(`M${x} 140 V220`, 15, darken(ink.tint, 0.35));
      drawBody(
        pen,
        { ...ink, pattern: 'plain' },
        'M128 118 C128 78 162 60 200 60 C238 60 272 78 272 118 V228 Q272 248 252 248 H148 Q128 248 128 228 Z',
      );
      drawSolid(
        pen,
        'M128 116 C128 78 162 60 200 60 C238 60 272 78 272 116 V132 Q200 152 128 132 Z',
        darken(ink.tint, 0.12),
      );
      drawSolid(pen, box(148, 172, [104, 64], 12), lighten(ink.tint, 0.1));
      pen.line('M148 192 H252', 3, darken(ink.tint, 0.25));
      for (const x of [170, 230]) {
        pen.fill(box(x - 7, 118, [14, 48], 3), LEATHER);
        pen.fill(box(x - 9, 146, [18, 12], 3), BRASS);
      }
    },
  },
  weekender: {
    draw: (pen, ink) => {
      pen.line('M140 138 C140 58 260 58 260 138', 9, darken(LEATHER, 0.25));
      drawBody(
        pen,
        { ...ink, pattern: ink.pattern === 'stripes' ? 'band' : 'plain' },
        'M84 158 Q84 122 122 122 H278 Q316 122 316 158 V220 Q316 248 288 248 H112 Q84 248 84 220 Z',
      );
      pen.line('M104 132 H296', 4, BRASS);
      pen.fill('M84 210 H120 V248 H112 Q84 248 84 220 Z', LEATHER);
      pen.fill('M316 210 H280 V248 H288 Q316 248 316 220 Z', LEATHER);
      for (const x of [148, 252]) pen.fill(box(x - 8, 124, [16, 124]), LEATHER);
      pen.line('M148 146 C148 76 252 76 252 146', 9, LEATHER);
      pen.fill(box(186, 176, [28, 36], 4), CREAM);
      pen.line('M200 150 V178', 3, LEATHER);
    },
  },
  umbrella: {
    scene: 'hang',
    draw: (pen, ink) =>
      pen.through(rotationAbout(200, 150, [8, 1.4]), () => {
        pen.line('M200 36 V240 C200 270 162 270 162 242', 8, WOOD);
        pen.line('M200 18 V40', 5, BRASS);
        const canopy =
          'M70 154 C74 84 132 36 200 36 C268 36 326 84 330 154 Q314 138 287 154 Q266 138 243 154 Q222 138 200 154 Q178 138 157 154 Q134 138 113 154 Q86 138 70 154 Z';
        drawBody(pen, { ...ink, pattern: 'plain' }, canopy);
        pen.inside(canopy, () => {
          pen.fill(
            'M200 30 C150 60 118 100 113 160 H157 C158 110 172 70 200 30 Z',
            ink.light,
            ink.pattern === 'plain' ? 0.25 : 0.8,
          );
          pen.fill(
            'M200 30 C250 60 282 100 287 160 H243 C242 110 228 70 200 30 Z',
            ink.light,
            ink.pattern === 'plain' ? 0.25 : 0.8,
          );
        });
      }),
  },
  purse: {
    scene: 'flat',
    draw: (pen, ink) =>
      pen.through(rotationAbout(200, 150, [9, -1]), () => {
        pen.fill(box(85, 88, [242, 152], 16), SHADOW, 0.16);
        drawBody(pen, ink, box(78, 80, [242, 152], 16));
        pen.fill(box(78, 80, [242, 34], 14), ink.deep);
        pen.fill(box(90, 92, [218, 8], 4), METAL);
        for (let x = 94; x < 304; x += 8) pen.line(`M${x} 92 V100`, 1.6, DARK);
        pen.fill(box(290, 90, [18, 14], 4), BRASS);
        pen.line('M302 98 L322 126', 5, BRASS);
        for (const dx of [-9, -3, 3, 9]) pen.line(`M322 126 L${324 + dx} 164`, 5, ink.accent);
        pen.fill(oval(322, 126, 7), ink.accent);
      }),
  },
};
