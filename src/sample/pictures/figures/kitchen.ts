/** Figures of the kitchen. */

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
  LEAF,
  METAL,
  SHADOW,
  WOOD,
} from '../forms';
import { box, oval, rotationAbout } from '../path';
import type { Pen } from '../pen';

/** Figures by name. */
export const KITCHEN_FIGURES: Figures = {
  casserole: {
    draw: (pen, ink) => {
      for (const left of [84, 272]) drawSolid(pen, box(left, 166, [44, 18], 9), ink.deep);
      drawBody(pen, { ...ink, pattern: 'plain' }, 'M112 156 H288 V218 Q288 248 258 248 H142 Q112 248 112 218 Z');
      drawSolid(pen, 'M106 156 Q110 118 200 112 Q290 118 294 156 Z', darken(ink.tint, 0.08));
      pen.line('M110 157 H290', 4, darken(ink.tint, 0.3));
      drawSolid(pen, box(182, 92, [36, 22], 9), ink.extra % 2 === 0 ? BRASS : DARK);
    },
  },
  'frying-pan': {
    scene: 'flat',
    draw: (pen, ink) =>
      pen.through(rotationAbout(200, 150, [9, -4]), () => {
        pen.fill(oval(160, 164, 92), SHADOW, 0.16);
        pen.line('M236 156 H266', 16, DARK);
        drawSolid(pen, box(258, 142, [116, 28], 14), ink.tint);
        pen.fill(oval(356, 156, 5), darken(ink.tint, 0.4));
        pen.fill(oval(152, 156, 92), DARK);
        pen.fill(oval(152, 156, 78), 0x55505a);
        pen.fill(
          'M106 150 C104 114 146 98 172 112 C206 112 214 148 200 172 C196 204 156 210 136 196 C110 196 98 174 106 150 Z',
          CREAM,
        );
        pen.fill(oval(152, 154, 25), 0xf2b33d);
        pen.fill(oval(144, 147, 7, 5), 0xfde3a0);
      }),
  },
  board: {
    scene: 'flat',
    draw: (pen, ink) =>
      pen.through(rotationAbout(200, 150, [6, 1]), () => {
        const shape =
          'M120 84 Q120 70 134 70 H330 Q344 70 344 84 V216 Q344 230 330 230 H134 Q120 230 120 216 V172 H78 Q56 172 56 150 Q56 128 78 128 H120 Z';
        pen.through([1, 0, 0, 1, 5, 7], () => pen.fill(shape, SHADOW, 0.16));
        pen.fill(shape, ink.tint);
        pen.inside(shape, () => {
          for (const [y, bend] of [
            [92, 8],
            [118, -6],
            [146, 10],
            [176, -8],
            [204, 6],
          ] as const)
            pen.line(`M60 ${y} C140 ${y + bend} 220 ${y - bend} 350 ${y}`, 2.5, darken(ink.tint, 0.13));
        });
        pen.fill(oval(80, 150, 9), darken(ink.tint, 0.45));
        drawSlices(pen, [0xf0c541, 0xe0704f, 0x9dbb58, 0xd9546a][ink.extra] ?? 0xf0c541);
        drawLeaf(pen, [236, 132, 262, 116], { width: 6, colour: LEAF, vein: DARK_LEAF });
      }),
  },
  mill: {
    draw: (pen, ink) => {
      drawSolid(
        pen,
        'M152 240 C158 212 180 204 180 178 C180 164 160 160 158 142 H242 C240 160 220 164 220 178 C220 204 242 212 248 240 Q248 248 240 248 H160 Q152 248 152 240 Z',
        ink.tint,
      );
      drawSolid(pen, box(156, 132, [88, 12], 5), METAL);
      drawSolid(pen, 'M160 132 C146 96 168 70 200 70 C232 70 254 96 240 132 Z', ink.tint);
      pen.fill(oval(200, 62, 9), METAL);
      pen.line('M172 210 H228', 3, darken(ink.tint, 0.28));
      pen.line('M157 228 H243', 3, darken(ink.tint, 0.28));
      for (const [x, y] of [
        [110, 246],
        [124, 251],
        [136, 244],
        [276, 250],
        [290, 245],
      ] as const)
        pen.fill(oval(x, y, 4), DARK);
    },
  },
  utensils: {
    draw: (pen, ink) => {
      pen.line('M182 170 L156 96', 9, WOOD);
      pen.fill(oval(150, 80, 17, 25), WOOD);
      pen.fill(oval(150, 78, 10, 16), 0xb5854f);
      pen.line('M202 170 V90', 9, 0xb98a58);
      pen.fill(box(186, 38, [32, 64], 14), 0xb98a58);
      pen.line('M202 56 V84', 5, 0x94683d);
      pen.line('M220 170 L246 104', 8, DARK_WOOD);
      for (const bend of [-15, 0, 15])
        pen.line(`M246 106 C${246 + bend * 1.6} 84 ${256 + bend * 1.4} 60 262 50`, 3, METAL);
      drawBody(pen, ink, 'M144 150 H256 V230 Q256 248 238 248 H162 Q144 248 144 230 Z');
      drawSolid(pen, box(139, 142, [122, 16], 8), ink.deep);
    },
  },
};

/** Draws three slices of a fruit with their segments. */
function drawSlices(pen: Pen, fruit: number): void {
  for (const [x, y] of [
    [196, 134],
    [244, 168],
    [286, 122],
  ] as const) {
    pen.fill(oval(x, y, 25), fruit);
    pen.fill(oval(x, y, 20), lighten(fruit, 0.55));
    for (const [dx, dy] of [
      [0, 17],
      [15, 8],
      [15, -8],
      [0, -17],
      [-15, -8],
      [-15, 8],
    ] as const)
      pen.line(`M${x + dx * 0.25} ${y + dy * 0.25} L${x + dx} ${y + dy}`, 3, fruit);
  }
}
