/** Figures of furniture. */

import { darken, lighten } from '../colour';
import type { Figures } from '../figure';
import { BRASS, CREAM, DARK_LEAF, DARK_WOOD, drawBody, drawLeaf, drawSolid, LEAF, METAL, SHADOW } from '../forms';
import { box, oval, rotationAbout } from '../path';
import type { Pen } from '../pen';

/** Figures by name. */
export const FURNITURE_FIGURES: Figures = {
  stool: {
    draw: (pen, ink) => {
      pen.line('M200 118 V244', 13, darken(ink.tint, 0.3));
      pen.line('M150 196 H250', 9, darken(ink.tint, 0.2));
      pen.line('M158 118 L132 244', 14, darken(ink.tint, 0.12));
      pen.line('M242 118 L268 244', 14, darken(ink.tint, 0.2));
      drawSolid(pen, box(118, 96, [164, 26], 12), ink.tint);
      pen.fill(oval(200, 98, 80, 11), lighten(ink.tint, 0.25));
      if (ink.extra === 1) drawLeafyCup(pen, 222);
    },
  },
  chair: {
    draw: (pen, ink) => {
      pen.line('M148 172 L134 246', 11, ink.deep);
      pen.line('M252 172 L266 246', 11, ink.deep);
      pen.line('M170 176 L164 236', 9, darken(ink.tint, 0.4));
      pen.line('M230 176 L236 236', 9, darken(ink.tint, 0.4));
      pen.line('M141 214 H259', 7, ink.deep);
      for (const x of [172, 191, 209, 228]) pen.line(`M${x} 60 V164`, 6, ink.deep);
      pen.line('M146 56 L150 166', 11, ink.tint);
      pen.line('M254 56 L250 166', 11, ink.tint);
      drawSolid(pen, 'M136 40 Q200 22 264 40 V66 Q200 50 136 66 Z', ink.tint);
      drawSolid(
        pen,
        'M136 158 H264 Q278 160 276 176 Q274 182 266 182 H134 Q126 182 124 176 Q122 160 136 158 Z',
        ink.tint,
      );
    },
  },
  armchair: {
    draw: (pen, ink) => {
      for (const x of [124, 276]) pen.line(`M${x} 220 L${x < 200 ? x - 6 : x + 6} 246`, 10, DARK_WOOD);
      drawBody(pen, ink, 'M134 90 Q136 58 200 56 Q264 58 266 90 V208 H134 Z');
      drawSolid(pen, box(132, 168, [136, 42], 14), lighten(ink.tint, 0.16));
      pen.fill(box(116, 204, [168, 26], 10), darken(ink.tint, 0.22));
      for (const left of [98, 258]) drawSolid(pen, box(left, 132, [44, 96], 20), darken(ink.tint, 0.06));
      if (ink.extra < 2)
        pen.through(rotationAbout(180, 150, [5, -1]), () => drawSolid(pen, box(154, 116, [60, 56], 14), ink.accent));
    },
  },
  'side-table': {
    draw: (pen, ink) => {
      pen.line('M200 136 V244', 11, darken(ink.tint, 0.3));
      pen.line('M146 136 L124 244', 12, darken(ink.tint, 0.12));
      pen.line('M254 136 L276 244', 12, darken(ink.tint, 0.2));
      drawSolid(pen, 'M92 122 H308 V132 Q304 146 280 146 H120 Q96 146 92 132 Z', darken(ink.tint, 0.1));
      pen.fill(oval(200, 122, 108, 15), ink.tint);
      pen.fill(box(134, 104, [74, 13], 3), ink.accent);
      pen.fill(box(142, 91, [62, 13], 3), CREAM);
      pen.line('M146 97 H170', 2, METAL);
      drawLeafyCup(pen, 248);
    },
  },
  shelf: {
    scene: 'hang',
    draw: (pen, ink) => {
      const spines = [ink.accent, CREAM, 0x5d7f8c, 0xd39a4d, 0x7d5a6d];
      for (const [index, colour] of spines.entries()) {
        const height = [62, 54, 66, 50, 58][index] ?? 56;
        drawSolid(pen, box(112 + index * 17, 118 - height, [15, height], 2), colour);
      }
      drawLeafyCup(pen, 262, 118);
      drawSolid(pen, box(226, 186, [44, 34], 17), 0xc8704d);
      for (const tip of [
        [248, 190, 236, 150],
        [248, 190, 252, 142],
        [248, 190, 268, 156],
      ] as const)
        drawLeaf(pen, tip, { width: 6, colour: LEAF, vein: DARK_LEAF });
      drawSolid(pen, box(124, 172, [54, 48], 4), CREAM);
      pen.fill('M130 212 L146 188 L158 202 L164 194 L174 212 Z', 0x6f9a8a);
      pen.fill(oval(164, 184, 5), 0xe8b45a);
      for (const y of [118, 220]) {
        pen.fill(box(88, y + 14, [224, 8]), SHADOW, 0.14);
        drawSolid(pen, box(80, y, [240, 15], 3), ink.tint);
        for (const x of [98, 302]) pen.fill(oval(x, y + 8, 4), BRASS);
      }
    },
  },
};

/** Draws a small cup with a sprig in it, standing on `floor`. */
function drawLeafyCup(pen: Pen, x: number, floor = 118): void {
  for (const [dx, dy] of [
    [-16, -52],
    [0, -60],
    [16, -50],
  ] as const)
    drawLeaf(pen, [x, floor - 26, x + dx, floor + dy], { width: 6, colour: LEAF, vein: DARK_LEAF });
  drawSolid(
    pen,
    `M${x - 17} ${floor - 32} H${x + 17} V${floor - 10} Q${x + 17} ${floor} ${x + 7} ${floor} H${x - 7} Q${x - 17} ${floor} ${x - 17} ${floor - 10} Z`,
    CREAM,
  );
}
