/** Figures of tea. */

import { darken, lighten } from '../colour';
import type { Figures } from '../figure';
import {
  BRASS,
  CREAM,
  DARK,
  DARK_LEAF,
  DARK_WOOD,
  drawBody,
  drawLeaf,
  drawSolid,
  drawSteam,
  LEAF,
  LIGHT_LEAF,
  WOOD,
} from '../forms';
import { box, oval } from '../path';

/** Figures by name. */
export const TEA_FIGURES: Figures = {
  caddy: {
    draw: (pen, ink) => {
      drawBody(pen, { ...ink, pattern: ink.pattern === 'dip' ? 'stripes' : ink.pattern }, box(142, 108, [116, 140], 9));
      drawSolid(pen, 'M150 108 V96 Q150 80 172 80 H228 Q250 80 250 96 V108 Z', darken(ink.tint, 0.18));
      pen.fill(oval(200, 75, 10, 8), BRASS);
      pen.fill(box(160, 132, [80, 92], 40), CREAM);
      for (const tip of [
        [200, 206, 200, 146],
        [200, 204, 172, 166],
        [200, 204, 228, 166],
      ] as const)
        drawLeaf(pen, tip, { width: 8, colour: tip[2] === 200 ? LEAF : LIGHT_LEAF, vein: DARK_LEAF });
      for (const [x, y] of [
        [104, 244],
        [292, 246],
      ] as const)
        drawLeaf(pen, [x, y + 4, x + 22, y - 6], { width: 5, colour: LEAF });
    },
  },
  teapot: {
    draw: (pen, ink) => {
      pen.line('M134 162 C78 140 76 228 140 216', 13, ink.deep);
      drawSolid(pen, 'M262 172 C290 172 288 134 312 120 L326 132 C310 150 314 208 258 218 Z', ink.deep);
      drawBody(
        pen,
        ink,
        'M124 190 C124 144 158 122 200 122 C242 122 276 144 276 190 C276 228 248 248 222 248 H178 C152 248 124 228 124 190 Z',
      );
      drawSolid(pen, 'M156 132 Q160 106 200 104 Q240 106 244 132 Q200 142 156 132 Z', darken(ink.tint, 0.12));
      pen.fill(oval(200, 98, 11, 10), ink.extra % 2 === 0 ? WOOD : ink.deep);
    },
  },
  'tea-bowl': {
    draw: (pen, ink) => {
      const bowl = 'M122 146 H278 C280 208 256 234 234 240 V250 H166 V240 C144 234 120 208 122 146 Z';
      drawSolid(pen, bowl, darken(ink.tint, 0.22));
      pen.inside(bowl, () => {
        pen.fill(
          'M110 140 H290 V190 Q276 176 264 196 Q254 222 240 198 Q226 178 210 200 Q200 214 188 194 Q174 176 162 206 Q152 228 140 198 Q130 180 110 194 Z',
          ink.tint,
        );
        pen.fill(box(142, 140, [9, 60], 4), 0xffffff, 0.2);
      });
      pen.fill(oval(200, 146, 78, 14), lighten(ink.tint, 0.4));
      pen.fill(oval(200, 148, 67, 10), 0x9db552);
      pen.fill(oval(192, 147, 30, 4), 0xb7cb74);
      drawSteam(pen, 200, 126);
    },
  },
  kettle: {
    draw: (pen, ink) => {
      pen.line('M142 156 C138 58 262 58 258 156', 11, ink.extra % 2 === 0 ? DARK : DARK_WOOD);
      drawSolid(pen, 'M148 208 L92 146 L116 134 L170 174 Z', ink.deep);
      drawBody(
        pen,
        ink,
        'M122 220 C122 170 156 138 200 138 C244 138 278 170 278 220 Q278 248 254 248 H146 Q122 248 122 220 Z',
      );
      drawSolid(pen, 'M160 148 Q200 118 240 148 Q200 158 160 148 Z', darken(ink.tint, 0.12));
      pen.fill(oval(200, 126, 10, 9), DARK);
      pen.line('M126 236 H274', 3, darken(ink.tint, 0.25));
    },
  },
};
