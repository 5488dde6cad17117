/** Figures of wool. */

import { darken } from '../colour';
import type { Figures } from '../figure';
import { drawSolid, WOOD } from '../forms';
import { box, oval } from '../path';

/** Figures by name. */
export const WOOL_FIGURES: Figures = {
  yarn: {
    draw: (pen, ink) => {
      pen.line('M118 62 L254 216', 8, WOOD);
      pen.line('M282 62 L146 216', 8, darken(WOOD, 0.15));
      pen.fill(oval(118, 62, 9), ink.accent);
      pen.fill(oval(282, 62, 9), ink.accent);
      pen.line('M250 240 C290 254 308 236 330 246 C346 252 354 246 362 240', 4.5, ink.tint);
      drawSolid(pen, oval(200, 174, 76), ink.tint);
      pen.inside(oval(200, 174, 76), () => {
        for (const step of [0, 1, 2, 3, 4, 5]) {
          pen.line(
            `M${112 + step * 15} ${126 + step * 22} C${150 + step * 16} ${92 + step * 12} ${206 + step * 16} ${92 + step * 12} ${262 + step * 15} ${140 + step * 14}`,
            3,
            step % 2 === 0 ? ink.deep : ink.light,
          );
        }
        for (const step of [0, 1, 2, 3])
          pen.line(
            `M${118 + step * 16} ${190 + step * 4} C${140 + step * 14} ${236 - step * 6} ${170 + step * 16} ${256 - step * 4} ${214 + step * 14} ${254 - step * 4}`,
            3,
            step % 2 === 0 ? ink.light : ink.deep,
          );
      });
    },
  },
  blanket: {
    draw: (pen, ink) => {
      for (let x = 112; x < 292; x += 12) pen.line(`M${x} 238 V252`, 4, ink.deep);
      for (const [top, colour] of [
        [196, ink.deep],
        [152, darken(ink.tint, 0.1)],
        [108, ink.tint],
      ] as const) {
        const fold = box(100, top, [200, 48], 22);
        drawSolid(pen, fold, colour);
        pen.inside(fold, () => {
          if (ink.pattern === 'dots' || ink.pattern === 'speckle')
            for (let x = 118; x < 290; x += 28) pen.fill(box(x, top, [10, 48]), ink.light, 0.55);
          else
            for (const x of [126, 142, 250])
              pen.fill(box(x, top, [x === 250 ? 24 : 9, 48]), ink.pattern === 'plain' ? ink.light : ink.accent, 0.75);
        });
      }
      pen.line('M112 156 H282', 2, darken(ink.tint, 0.28));
      pen.line('M112 200 H282', 2, darken(ink.tint, 0.32));
    },
  },
  beanie: {
    draw: (pen, ink) => {
      for (const [x, y] of [
        [200, 62],
        [186, 68],
        [214, 68],
        [192, 52],
        [208, 52],
        [178, 58],
        [222, 58],
        [200, 44],
      ] as const)
        pen.fill(oval(x, y, 13), ink.extra % 2 === 0 ? ink.light : ink.accent);
      const crown = 'M122 206 C118 128 152 76 200 76 C248 76 282 128 278 206 Z';
      drawSolid(pen, crown, ink.tint);
      pen.inside(crown, () => {
        for (const bend of [-64, -40, -14, 14, 40, 64])
          pen.line(`M200 74 C${200 + bend} 104 ${200 + bend * 1.1} 150 ${200 + bend * 1.1} 208`, 3, ink.deep);
        if (ink.pattern === 'band' || ink.pattern === 'stripes') pen.fill(box(110, 150, [180, 16]), ink.light, 0.8);
      });
      drawSolid(pen, box(110, 192, [180, 54], 18), darken(ink.tint, 0.1));
      for (let x = 126; x < 284; x += 15) pen.line(`M${x} 198 V240`, 3, darken(ink.tint, 0.28));
    },
  },
  socks: {
    draw: (pen, ink) => {
      for (const dx of [56, 0]) {
        pen.through([1, 0, 0, 1, dx - 10, dx === 0 ? 0 : -10], () => {
          const sock =
            'M126 62 H190 V166 C190 184 160 186 140 204 C122 222 108 246 84 244 C58 240 56 212 78 200 C108 184 126 172 126 148 Z';
          const colour = dx === 0 ? ink.tint : darken(ink.tint, 0.14);
          drawSolid(pen, sock, colour);
          pen.inside(sock, () => {
            pen.fill(oval(66, 226, 32), ink.accent);
            pen.fill(oval(194, 186, 28), ink.accent);
            if (ink.pattern !== 'plain') for (const y of [104, 122, 140]) pen.fill(box(120, y, [80, 8]), ink.light);
          });
          pen.fill(box(120, 54, [76, 28], 8), dx === 0 ? ink.light : darken(ink.light, 0.1));
          for (let x = 130; x < 194; x += 11) pen.line(`M${x} 60 V76`, 2.5, ink.deep);
        });
      }
    },
  },
  cushion: {
    draw: (pen, ink) => {
      const shape = 'M106 78 Q200 92 294 78 Q282 166 294 254 Q200 240 106 254 Q118 166 106 78 Z';
      drawSolid(pen, shape, ink.tint);
      pen.inside(shape, () => {
        for (const x of [140, 200, 260]) {
          for (let y = 76; y < 260; y += 32) {
            pen.line(`M${x - 14} ${y} C${x - 14} ${y + 14} ${x + 14} ${y + 14} ${x + 14} ${y + 30}`, 6, ink.deep);
            pen.line(`M${x + 14} ${y} C${x + 14} ${y + 14} ${x - 14} ${y + 14} ${x - 14} ${y + 30}`, 6, ink.light);
          }
        }
        for (const x of [170, 230]) pen.line(`M${x} 76 V256`, 3, ink.deep);
      });
      for (const [x, y] of [
        [108, 80],
        [292, 80],
        [108, 252],
        [292, 252],
      ] as const)
        pen.fill(oval(x, y, 9), ink.accent);
    },
  },
};
