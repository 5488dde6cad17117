/** Figures of the pantry. */

import { darken, lighten } from '../colour';
import type { Figures } from '../figure';
import { CREAM, DARK, DARK_WOOD, drawBody, drawLabel, drawLeaf, drawSolid, LEAF, METAL, SHADOW, WOOD } from '../forms';
import { box, oval, rotationAbout } from '../path';
import type { Pen } from '../pen';

const COCOA = 0x4f3226;

const BISCUIT = 0xdfae6b;

/** Figures by name. */
export const PANTRY_FIGURES: Figures = {
  jam: {
    draw: (pen, ink) => {
      const jar = 'M150 112 H250 Q266 122 266 142 V228 Q266 248 246 248 H154 Q134 248 134 228 V142 Q134 122 150 112 Z';
      drawSolid(pen, jar, ink.tint);
      pen.inside(jar, () => {
        for (const [x, y] of [
          [160, 146],
          [236, 138],
          [246, 226],
          [156, 232],
          [200, 134],
        ] as const)
          pen.fill(oval(x, y, 9, 7), darken(ink.tint, 0.22));
      });
      const cloth =
        'M142 112 L126 134 L146 126 L162 140 L182 126 L200 140 L218 126 L238 140 L254 126 L274 134 L258 112 V84 Q258 76 250 76 H150 Q142 76 142 84 Z';
      drawSolid(pen, cloth, CREAM);
      pen.inside(cloth, () => {
        const check = ink.extra % 2 === 0 ? ink.accent : ink.tint;
        for (let x = 128; x < 276; x += 18) pen.fill(box(x, 70, [9, 72]), check, 0.45);
        for (let y = 78; y < 142; y += 18) pen.fill(box(120, y, [160, 9]), check, 0.45);
      });
      pen.line('M142 112 H258', 5, WOOD);
      drawLabel(pen, [158, 162, 84, 62], ink.deep);
      drawFruit(pen, [200, 186], ink.tint);
    },
  },
  chocolate: {
    scene: 'flat',
    draw: (pen, ink) =>
      pen.through(rotationAbout(200, 150, [5, -2]), () => {
        pen.fill(box(121, 40, [166, 232], 8), SHADOW, 0.16);
        pen.fill(box(116, 34, [160, 130], 4), COCOA);
        for (const y of [42, 82, 122])
          for (const x of [122, 174, 226]) {
            pen.fill(box(x, y, [46, 34], 3), 0x6b4634);
            pen.fill(box(x + 5, y + 5, [36, 24], 2), 0x5d3c2c);
          }
        pen.fill(
          'M110 128 L124 120 L138 130 L152 118 L168 130 L184 120 L200 131 L216 119 L232 130 L248 120 L262 130 L282 120 V148 H110 Z',
          0xe4e2dc,
        );
        pen.fill(box(110, 136, [172, 130], 4), ink.tint);
        pen.fill(box(110, 136, [172, 16]), ink.deep);
        pen.fill(box(110, 246, [172, 8]), ink.light);
        drawLabel(pen, [146, 172, 100, 60], ink.deep);
        drawFruit(pen, [196, 196], ink.tint);
      }),
  },
  honey: {
    draw: (pen, ink) => {
      const jar = 'M152 110 H248 L272 146 V222 L254 248 H146 L128 222 V146 Z';
      drawSolid(pen, jar, 0xe9a92f);
      pen.fill('M146 118 H176 L158 146 V220 L150 232 L136 216 V146 Z', 0xf9d575, 0.7);
      drawSolid(pen, box(142, 82, [116, 32], 7), ink.tint);
      pen.fill(box(152, 150, [96, 70], 6), CREAM);
      pen.fill(box(152, 150, [96, 14], 6), ink.tint);
      pen.fill(oval(200, 190, 15, 10), 0xf0b83c);
      for (const x of [193, 201, 208]) pen.line(`M${x} 182 V198`, 3, DARK);
      pen.fill(oval(193, 178, 8, 5), 0xdfe9ee);
      pen.fill(oval(206, 178, 8, 5), 0xdfe9ee);
      pen.line('M182 208 H218', 3, ink.deep);
      pen.line('M330 128 L300 206', 7, WOOD);
      for (const step of [0, 1, 2, 3])
        pen.line(`M${286 - step * 4} ${208 + step * 10} L${308 - step * 4} ${216 + step * 10}`, 8, DARK_WOOD);
    },
  },
  bottle: {
    draw: (pen, ink) => {
      const bottle =
        'M184 76 V112 C184 126 152 132 152 158 V232 Q152 248 168 248 H232 Q248 248 248 232 V158 C248 132 216 126 216 112 V76 Z';
      pen.fill(bottle, 0xffffff, 0.55);
      pen.inside(bottle, () => pen.fill(box(140, 106, [120, 150]), ink.tint));
      pen.inside(bottle, () => {
        pen.fill(box(228, 60, [24, 200]), SHADOW, 0.14);
        pen.fill(box(160, 140, [8, 104], 4), 0xffffff, 0.35);
      });
      drawSolid(pen, box(180, 66, [40, 14], 4), METAL);
      drawSolid(pen, box(187, 42, [26, 26], 5), WOOD);
      drawLabel(pen, [160, 160, 80, 66], ink.deep);
      drawFruit(pen, [200, 186], ink.tint);
      pen.fill('M278 176 H330 L324 244 Q324 248 320 248 H288 Q284 248 284 244 Z', 0xffffff, 0.5);
      pen.fill('M281 200 H327 L324 244 Q324 248 320 248 H288 Q284 248 284 244 Z', lighten(ink.tint, 0.35));
      pen.line('M318 214 L336 150', 4, CREAM);
      pen.fill(box(290, 194, [16, 16], 3), 0xffffff, 0.6);
    },
  },
  biscuits: {
    draw: (pen, ink) => {
      drawBody(
        pen,
        { ...ink, pattern: ink.pattern === 'plain' ? 'band' : ink.pattern },
        'M104 92 H214 L220 244 Q220 248 216 248 H102 Q98 248 98 244 Z',
      );
      drawSolid(pen, 'M104 92 L112 66 H206 L214 92 Z', darken(ink.tint, 0.16));
      drawLabel(pen, [122, 134, 76, 72], ink.deep);
      drawBiscuit(pen, [160, 158, 19], ink);
      for (const y of [236, 216, 196, 176]) {
        const dx = y % 40 === 36 ? 0 : 6;
        drawSolid(pen, box(232 + dx, y - 4, [88, 18], 8), BISCUIT);
        pen.fill(box(242 + dx, y + 4, [68, 5], 2), ink.tint);
      }
      drawBiscuit(pen, [282, 142, 32], ink);
    },
  },
};

/** Draws a berry with a leaf. */
function drawFruit(pen: Pen, [x, y]: readonly [number, number], colour: number): void {
  pen.fill(oval(x - 8, y + 2, 11), colour);
  pen.fill(oval(x + 9, y + 3, 10), darken(colour, 0.14));
  drawLeaf(pen, [x, y - 6, x + 17, y - 17], { width: 5, colour: LEAF });
}

/** Draws a round biscuit, seen from the front. */
function drawBiscuit(pen: Pen, [x, y, size]: readonly [number, number, number], ink: { readonly tint: number }): void {
  pen.fill(oval(x, y, size), darken(BISCUIT, 0.14));
  pen.fill(oval(x - 1, y - 1, size * 0.9), BISCUIT);
  pen.fill(oval(x, y, size * 0.42), ink.tint);
  for (const [dx, dy] of [
    [0, 1],
    [0.7, 0.7],
    [1, 0],
    [0.7, -0.7],
    [0, -1],
    [-0.7, -0.7],
    [-1, 0],
    [-0.7, 0.7],
  ] as const)
    pen.fill(oval(x + dx * size * 0.66, y + dy * size * 0.66, size * 0.07), darken(BISCUIT, 0.4));
}
