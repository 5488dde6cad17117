/** Figures of stationery. */

import { darken, lighten } from '../colour';
import type { Figures } from '../figure';
import { BRASS, CREAM, DARK, drawBody, drawSolid, METAL, SHADOW } from '../forms';
import { box, oval, rotationAbout } from '../path';
import type { Pen } from '../pen';

/** Figures by name. */
export const STATIONERY_FIGURES: Figures = {
  notebook: {
    scene: 'flat',
    draw: (pen, ink) =>
      pen.through(rotationAbout(200, 150, [8, -1]), () => {
        pen.fill(box(131, 46, [150, 220], 8), SHADOW, 0.16);
        pen.fill(box(130, 44, [148, 212], 6), CREAM);
        pen.fill(box(122, 38, [150, 214], 8), ink.tint);
        pen.inside(box(122, 38, [150, 214], 8), () => {
          if (ink.pattern !== 'plain' && ink.pattern !== 'speckle') drawWeave(pen, ink.light, ink.pattern === 'dots');
          pen.fill(box(122, 38, [20, 214]), ink.deep);
        });
        pen.fill(box(164, 78, [84, 48], 4), CREAM);
        pen.line('M176 96 H236', 3, ink.deep);
        pen.line('M188 108 H224', 2, METAL);
        pen.fill(box(252, 38, [7, 214]), ink.accent);
        drawPencil(pen, [306, 60], ink.accent);
      }),
  },
  sketchbook: {
    scene: 'flat',
    draw: (pen, ink) =>
      pen.through(rotationAbout(200, 150, [9, 1]), () => {
        pen.fill(box(97, 62, [222, 184], 8), SHADOW, 0.16);
        pen.fill(box(98, 58, [218, 180], 6), CREAM);
        pen.fill(box(92, 52, [218, 180], 8), ink.tint);
        pen.fill(box(138, 82, [146, 118], 4), CREAM);
        pen.inside(box(138, 82, [146, 118], 4), () => {
          pen.fill(oval(246, 116, 15), ink.extra % 2 === 0 ? 0xe8b45a : 0xe0806b);
          pen.fill('M130 200 L184 126 L222 172 L244 150 L292 200 Z', lighten(ink.deep, 0.35));
          pen.fill('M130 200 L160 166 L196 200 Z', ink.deep);
        });
        for (let y = 66; y < 230; y += 15) {
          pen.fill(oval(106, y, 4), darken(ink.tint, 0.5));
          pen.line(`M106 ${y} H86`, 4, METAL);
        }
        drawPencil(pen, [338, 62], ink.accent);
      }),
  },
  pen: {
    scene: 'flat',
    draw: (pen, ink) => {
      pen.through(rotationAbout(200, 150, [10, -1]), () => {
        pen.fill(box(95, 52, [210, 210], 4), SHADOW, 0.12);
        pen.fill(box(90, 46, [210, 210], 4), CREAM);
        for (const y of [88, 116, 144, 172, 200, 228]) pen.line(`M108 ${y} H282`, 1.5, 0xdcd6c8);
      });
      pen.line('M112 214 C130 170 146 238 158 206 C168 182 172 226 186 208', 3.5, ink.deep);
      pen.through(rotationAbout(200, 150, [4, -3]), () => {
        pen.fill(box(158, 150, [200, 30], 14), SHADOW, 0.14);
        pen.fill('M128 154 L170 140 V168 Z', BRASS);
        pen.line('M132 154 H158', 1.5, darken(BRASS, 0.4));
        drawSolid(pen, 'M168 138 H200 V170 H168 L164 154 Z', DARK);
        pen.fill(box(198, 136, [156, 36], 14), ink.tint);
        pen.fill(box(206, 142, [138, 7], 3), 0xffffff, 0.3);
        pen.fill(box(206, 162, [138, 8], 4), SHADOW, 0.16);
        pen.fill(box(262, 135, [9, 38]), BRASS);
        pen.line('M274 132 H326', 6, BRASS);
      });
    },
  },
  pencils: {
    draw: (pen, ink) => {
      const colours = [ink.accent, 0xe8b45a, 0x5d8fa6, 0xc4566c, 0x7f9a52, ink.deep];
      for (const [index, colour] of colours.entries()) {
        const x = 158 + index * 17;
        const top = [74, 54, 66, 46, 70, 58][index] ?? 60;
        pen.through(rotationAbout(200, 240, [30, index * 1.6 - 4]), () => {
          pen.fill(box(x - 8, top + 20, [16, 140]), colour);
          pen.fill(box(x + 2, top + 20, [6, 140]), SHADOW, 0.14);
          pen.fill(`M${x - 8} ${top + 20} L${x} ${top - 6} L${x + 8} ${top + 20} Z`, 0xecd3a6);
          pen.fill(`M${x - 3} ${top + 4} L${x} ${top - 6} L${x + 3} ${top + 4} Z`, darken(colour, 0.3));
        });
      }
      drawBody(pen, ink, 'M138 150 H262 L256 238 Q255 248 244 248 H156 Q145 248 144 238 Z');
    },
  },
  envelope: {
    scene: 'flat',
    draw: (pen, ink) => {
      pen.through(rotationAbout(200, 150, [9, 1]), () => {
        pen.fill(box(133, 38, [170, 150], 4), SHADOW, 0.12);
        pen.fill(box(128, 32, [170, 150], 4), CREAM);
        for (const y of [56, 72, 88]) pen.line(`M148 ${y} H${y === 88 ? 230 : 276}`, 3, 0xcfc6b4);
      });
      pen.through(rotationAbout(200, 150, [12, -1]), () => {
        pen.fill(box(99, 112, [212, 142], 8), SHADOW, 0.16);
        pen.fill(box(94, 104, [212, 142], 8), ink.tint);
        pen.fill('M96 242 L188 172 L212 172 L304 242 Q302 246 298 246 H102 Q98 246 96 242 Z', darken(ink.tint, 0.1));
        pen.fill('M96 108 Q98 104 102 104 H298 Q302 104 304 108 L212 186 Q200 194 188 186 Z', darken(ink.tint, 0.2));
        pen.fill('M96 108 Q98 104 102 104 H298 Q302 104 304 108 L212 180 Q200 188 188 180 Z', lighten(ink.tint, 0.14));
        pen.fill(oval(200, 182, 18), ink.accent);
        pen.line(oval(200, 182, 11), 2, darken(ink.accent, 0.25));
      });
    },
  },
};

/** Draws a pencil lying upright, from its end at the given point. */
function drawPencil(pen: Pen, [x, y]: readonly [number, number], colour: number): void {
  pen.fill(box(x - 4, y + 8, [18, 160]), SHADOW, 0.12);
  pen.fill(box(x - 8, y, [16, 14], 4), 0xd98a8a);
  pen.fill(box(x - 8, y + 10, [16, 10]), METAL);
  pen.fill(box(x - 8, y + 18, [16, 118]), colour);
  pen.fill(box(x + 2, y + 18, [6, 118]), SHADOW, 0.14);
  pen.fill(`M${x - 8} ${y + 136} L${x} ${y + 164} L${x + 8} ${y + 136} Z`, 0xecd3a6);
  pen.fill(`M${x - 3} ${y + 154} L${x} ${y + 164} L${x + 3} ${y + 154} Z`, DARK);
}

/** Covers a notebook's face with dots or fine crossing lines. */
function drawWeave(pen: Pen, colour: number, dotted: boolean): void {
  if (dotted) {
    for (let y = 52; y < 250; y += 20) for (let x = 154; x < 272; x += 20) pen.fill(oval(x, y, 3), colour);
    return;
  }
  for (let x = 60; x < 300; x += 22) pen.line(`M${x} 260 L${x + 160} 30`, 3, colour);
}
