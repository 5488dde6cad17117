/** Figures of the bath. */

import { darken, lighten } from '../colour';
import type { Figures } from '../figure';
import {
  CREAM,
  DARK,
  DARK_LEAF,
  DARK_WOOD,
  drawLabel,
  drawLeaf,
  drawSolid,
  LEAF,
  LIGHT_LEAF,
  SHADOW,
  WOOD,
} from '../forms';
import { box, oval, rotationAbout } from '../path';

/** Figures by name. */
export const BATH_FIGURES: Figures = {
  soap: {
    draw: (pen, ink) => {
      for (const [x, y, size] of [
        [110, 112, 15],
        [140, 84, 9],
        [294, 98, 18],
        [266, 70, 10],
        [318, 140, 9],
      ] as const) {
        pen.fill(oval(x, y, size), 0xffffff, 0.45);
        pen.fill(oval(x - size * 0.35, y - size * 0.35, size * 0.25), 0xffffff);
      }
      drawSolid(pen, 'M84 222 H316 Q306 248 280 248 H120 Q94 248 84 222 Z', ink.extra % 2 === 0 ? WOOD : CREAM);
      drawSolid(pen, 'M108 178 H292 V208 Q292 226 274 226 H126 Q108 226 108 208 Z', darken(ink.tint, 0.14));
      pen.fill(box(108, 130, [184, 74], 28), ink.tint);
      pen.fill(box(120, 138, [160, 56], 20), lighten(ink.tint, 0.2));
      for (const tip of [
        [200, 190, 200, 142],
        [200, 186, 164, 158],
        [200, 186, 236, 158],
      ] as const)
        drawLeaf(pen, tip, { width: 6, colour: darken(ink.tint, 0.18) });
    },
  },
  dispenser: {
    draw: (pen, ink) => {
      pen.line('M200 110 V60', 9, DARK);
      pen.line('M204 58 H164 Q152 58 152 72', 11, DARK);
      drawSolid(pen, box(180, 88, [40, 30], 5), DARK);
      drawSolid(
        pen,
        'M166 116 H234 Q260 122 260 148 V232 Q260 248 244 248 H156 Q140 248 140 232 V148 Q140 122 166 116 Z',
        ink.tint,
      );
      drawLabel(pen, [158, 150, 84, 72], ink.deep);
      for (const tip of [
        [200, 198, 200, 158],
        [199, 196, 178, 172],
        [201, 196, 222, 172],
      ] as const)
        drawLeaf(pen, tip, { width: 5, colour: LEAF });
      for (const [x, y, size] of [
        [112, 196, 12],
        [96, 226, 8],
        [292, 214, 13],
      ] as const)
        pen.fill(oval(x, y, size), 0xffffff, 0.5);
    },
  },
  salts: {
    draw: (pen, ink) => {
      const jar = 'M144 112 H256 Q274 120 274 140 V228 Q274 248 254 248 H146 Q126 248 126 228 V140 Q126 120 144 112 Z';
      pen.fill(jar, 0xffffff, 0.6);
      pen.inside(jar, () => {
        pen.fill('M120 150 Q160 134 200 146 Q240 158 280 142 V250 H120 Z', lighten(ink.tint, 0.25));
        for (let grain = 0; grain < 60; grain++) {
          const [x, y] = [126 + ((grain * 53) % 149), 152 + ((grain * 31) % 97)];
          pen.fill(box(x, y, [6, 6], 1), grain % 2 === 0 ? ink.tint : CREAM);
        }
        pen.fill(box(254, 110, [24, 140]), SHADOW, 0.12);
      });
      drawSolid(pen, box(136, 84, [128, 30], 8), WOOD);
      drawLabel(pen, [158, 168, 84, 58], ink.deep);
      drawLeaf(pen, [200, 206, 200, 174], { width: 6, colour: LEAF, vein: DARK_LEAF });
      pen.line('M296 240 L338 206', 8, WOOD);
      pen.fill(oval(290, 243, 17, 9), WOOD);
      pen.fill(oval(290, 240, 12, 5), lighten(ink.tint, 0.3));
    },
  },
  towels: {
    draw: (pen, ink) => {
      for (const [top, colour] of [
        [202, ink.deep],
        [156, ink.tint],
        [110, lighten(ink.tint, 0.28)],
      ] as const) {
        const roll = box(98, top, [204, 46], 18);
        drawSolid(pen, roll, colour);
        pen.inside(roll, () => {
          for (let x = 104; x < 300; x += 11) pen.line(`M${x} ${top} V${top + 46}`, 1.2, darken(colour, 0.16));
          for (let y = top + 5; y < top + 46; y += 11) pen.line(`M98 ${y} H302`, 1.2, darken(colour, 0.16));
          pen.fill(box(250, top, [10, 46]), ink.accent, 0.7);
        });
      }
      for (const tip of [
        [200, 108, 168, 84],
        [200, 108, 236, 82],
        [200, 108, 204, 70],
      ] as const)
        drawLeaf(pen, tip, { width: 7, colour: LIGHT_LEAF, vein: LEAF });
    },
  },
  brush: {
    scene: 'flat',
    draw: (pen, ink) =>
      pen.through(rotationAbout(200, 150, [5, -3]), () => {
        pen.fill(
          'M62 160 C62 112 156 108 176 140 C220 150 300 132 366 144 Q382 152 366 164 C300 176 220 168 176 182 C156 212 62 206 62 160 Z',
          SHADOW,
          0.16,
        );
        drawSolid(
          pen,
          'M56 152 C56 104 150 100 170 132 C214 142 294 124 360 136 Q376 144 360 156 C294 168 214 160 170 174 C150 204 56 198 56 152 Z',
          ink.tint,
        );
        pen.fill(oval(108, 152, 42, 32), CREAM);
        for (let y = 128; y <= 176; y += 10)
          for (let x = 78; x <= 140; x += 11) {
            if ((x - 108) * (x - 108) * 0.58 + (y - 152) * (y - 152) < 820)
              pen.fill(oval(x, y, 3.4), ink.extra % 2 === 0 ? 0xc9a877 : DARK_WOOD);
          }
        pen.fill(oval(350, 146, 5), darken(ink.tint, 0.5));
        pen.line('M350 146 C372 120 392 130 384 152', 3, CREAM);
      }),
  },
};
