/** Figures of ceramics. */

import { darken, lighten } from '../colour';
import type { Figures } from '../figure';
import {
  BERRY,
  COFFEE,
  DARK,
  DARK_LEAF,
  DARK_WOOD,
  drawBody,
  drawLeaf,
  drawSteam,
  LEAF,
  LIGHT_LEAF,
  METAL,
} from '../forms';
import { oval } from '../path';

/** Six points of the first quarter of a circle of radius 100. */
const QUARTER = [
  [100, 0],
  [97, 26],
  [87, 50],
  [71, 71],
  [50, 87],
  [26, 97],
] as const;

/** Figures by name. */
export const CERAMICS_FIGURES: Figures = {
  mug: {
    draw: (pen, ink) => {
      pen.line('M246 152 C296 142 296 220 244 212', 17, ink.deep);
      drawBody(pen, ink, 'M136 126 H250 V224 Q250 248 226 248 H160 Q136 248 136 224 Z');
      pen.fill(oval(193, 126, 57, 10), lighten(ink.tint, 0.35));
      pen.fill(oval(193, 128, 49, 7), ink.extra % 2 === 0 ? COFFEE : 0xa8693c);
      drawSteam(pen, 193, 108);
    },
  },
  bowl: {
    draw: (pen, ink) => {
      drawBody(pen, ink, 'M104 154 H296 C294 214 254 238 228 242 V250 H172 V242 C146 238 106 214 104 154 Z');
      pen.fill(oval(200, 154, 96, 17), lighten(ink.tint, 0.4));
      pen.fill(oval(200, 156, 84, 12), ink.extra < 2 ? 0xf0dfba : 0xe8c27d);
      for (const [x, y] of [
        [168, 154],
        [184, 159],
        [178, 150],
      ] as const)
        pen.fill(oval(x, y, 8, 7), BERRY);
      for (const [x, y] of [
        [218, 153],
        [234, 157],
      ] as const)
        pen.fill(oval(x, y, 7, 6), 0x4a4577);
      drawLeaf(pen, [200, 156, 222, 144], { width: 4, colour: LEAF });
    },
  },
  vase: {
    draw: (pen, ink) => {
      pen.line('M200 100 C196 70 206 50 226 26', 3.5, DARK_WOOD);
      pen.line('M199 76 C190 62 182 54 168 48', 2.5, DARK_WOOD);
      const leaf = ink.extra % 2 === 0 ? LEAF : LIGHT_LEAF;
      for (const tip of [
        [204, 62, 240, 62],
        [212, 46, 246, 38],
        [202, 52, 182, 28],
        [222, 32, 240, 10],
        [186, 60, 162, 68],
      ] as const)
        drawLeaf(pen, tip, { width: 8, colour: leaf, vein: DARK_LEAF });
      if (ink.extra > 1)
        for (const [x, y] of [
          [166, 46],
          [226, 24],
          [214, 44],
        ] as const)
          pen.fill(oval(x, y, 7), ink.accent);
      drawBody(
        pen,
        ink,
        'M184 94 V132 C184 152 142 164 142 206 C142 236 162 248 176 248 H224 C238 248 258 236 258 206 C258 164 216 152 216 132 V94 Z',
      );
      pen.fill(oval(200, 94, 18, 5), ink.deep);
    },
  },
  plate: {
    scene: 'flat',
    draw: (pen, ink) => {
      pen.fill(oval(206, 162, 104), DARK, 0.14);
      pen.fill(oval(200, 154, 104), ink.tint);
      pen.inside(oval(200, 154, 104), () => {
        if (ink.pattern === 'dots' || ink.pattern === 'speckle')
          for (const [x, y] of QUARTER)
            for (const [dx, dy] of [
              [x, y],
              [-y, x],
              [-x, -y],
              [y, -x],
            ] as const)
              pen.fill(oval(200 + dx * 0.89, 154 + dy * 0.89, 4.5), ink.light);
        else pen.line(oval(200, 154, 92), 5, ink.light);
      });
      pen.fill(oval(200, 154, 74), darken(ink.tint, 0.1));
      pen.fill(oval(199, 152, 72), lighten(ink.tint, 0.14));
      pen.line('M58 74 V240', 7, METAL);
      for (const x of [46, 58, 70]) pen.line(`M${x} 62 V100`, 4.5, METAL);
      pen.line('M46 100 Q58 118 70 100', 5, METAL);
      pen.fill('M336 62 C352 78 354 130 346 158 H336 Z', METAL);
      pen.line('M340 150 V240', 7, METAL);
    },
  },
  pitcher: {
    draw: (pen, ink) => {
      if (ink.extra > 1)
        for (const [x, y] of [
          [176, 46],
          [204, 34],
          [228, 52],
        ] as const) {
          pen.line(`M200 110 Q${x} 90 ${x} ${y + 14}`, 4, LEAF);
          pen.fill(
            `M${x - 13} ${y - 8} L${x - 5} ${y - 2} L${x} ${y - 12} L${x + 5} ${y - 2} L${x + 13} ${y - 8} Q${x + 14} ${y + 18} ${x} ${y + 20} Q${x - 14} ${y + 18} ${x - 13} ${y - 8} Z`,
            ink.accent,
          );
        }
      pen.line('M238 118 C292 106 296 196 252 202', 14, ink.deep);
      drawBody(
        pen,
        ink,
        'M146 82 L166 104 C164 142 142 162 142 204 C142 236 164 248 178 248 H226 C240 248 260 236 260 204 C260 162 240 142 240 94 Q196 108 146 82 Z',
      );
      pen.fill('M146 82 Q196 108 240 94 Q232 84 204 84 Q170 84 146 82 Z', darken(ink.tint, 0.3));
    },
  },
};
