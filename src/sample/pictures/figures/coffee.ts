/** Figures of coffee. */

import { darken, lighten } from '../colour';
import type { Figures } from '../figure';
import { COFFEE, CREAM, DARK, drawBean, drawBody, drawLabel, drawSolid, drawSteam, METAL, WOOD } from '../forms';
import { box, oval } from '../path';

/** Figures by name. */
export const COFFEE_FIGURES: Figures = {
  pouch: {
    draw: (pen, ink) => {
      drawBody(pen, { ...ink, pattern: 'plain' }, 'M140 82 H260 L268 244 Q268 248 264 248 H136 Q132 248 132 244 Z');
      drawSolid(pen, box(138, 58, [124, 30], 4), darken(ink.tint, 0.18));
      pen.line('M138 73 H262', 2, darken(ink.tint, 0.3));
      drawLabel(pen, [158, 116, 84, 92], ink.deep);
      if (ink.extra % 2 === 0)
        for (const [x, y] of [
          [186, 146],
          [204, 160],
          [212, 142],
        ] as const)
          drawBean(pen, [x, y], 11);
      else {
        pen.fill('M178 142 H216 Q216 172 197 172 Q178 172 178 142 Z', ink.accent);
        pen.line('M216 147 Q230 148 226 158 Q222 164 214 162', 4, ink.accent);
      }
      for (const [x, y] of [
        [100, 244],
        [120, 250],
        [292, 246],
        [310, 252],
      ] as const)
        drawBean(pen, [x, y], 10);
    },
  },
  tin: {
    draw: (pen, ink) => {
      drawBody(
        pen,
        { ...ink, pattern: ink.pattern === 'speckle' ? 'band' : ink.pattern },
        box(142, 98, [116, 150], 10),
      );
      drawSolid(pen, box(136, 80, [128, 26], 6), METAL);
      pen.fill(oval(200, 176, 42), CREAM);
      pen.line(oval(200, 176, 36), 2, ink.deep);
      for (const [x, y] of [
        [190, 170],
        [210, 180],
      ] as const)
        drawBean(pen, [x, y], 13);
      drawBean(pen, [110, 246], 10);
      drawBean(pen, [288, 250], 10);
    },
  },
  dripper: {
    draw: (pen, ink) => {
      pen.line('M244 190 C282 188 280 232 250 232', 8, WOOD);
      pen.fill('M160 174 H240 L258 236 Q258 248 246 248 H154 Q142 248 142 236 Z', 0xffffff, 0.5);
      pen.fill('M148 212 H252 L258 236 Q258 248 246 248 H154 Q142 248 142 236 Z', COFFEE);
      pen.fill(box(164, 180, [7, 56], 3), 0xffffff, 0.5);
      pen.line('M258 110 C292 108 290 148 246 150', 11, ink.deep);
      drawBody(pen, ink, 'M130 92 H270 L230 160 H170 Z');
      drawSolid(pen, box(152, 158, [96, 14], 7), ink.deep);
      pen.fill(oval(200, 92, 70, 12), lighten(ink.tint, 0.35));
      pen.fill(oval(200, 94, 60, 9), CREAM);
      pen.fill(oval(200, 96, 46, 6), COFFEE);
      drawSteam(pen, 200, 74);
    },
  },
  'moka-pot': {
    draw: (pen, ink) => {
      pen.line('M252 96 L288 100 L280 176', 13, DARK);
      drawSolid(pen, 'M150 176 H250 L262 244 Q262 248 258 248 H142 Q138 248 138 244 Z', METAL);
      pen.fill('M138 82 L120 100 L150 126 Z', darken(ink.tint, 0.12));
      drawBody(pen, { ...ink, pattern: 'plain' }, 'M160 164 L140 82 H258 L240 164 Z');
      pen.fill('M186 82 H214 L210 164 H190 Z', ink.light, 0.4);
      drawSolid(pen, box(148, 160, [104, 18], 4), ink.deep);
      drawSolid(pen, 'M140 82 Q200 46 258 82 Z', darken(ink.tint, 0.14));
      pen.fill(oval(199, 58, 10), DARK);
      pen.fill('M184 176 H216 L220 248 H180 Z', 0xffffff, 0.25);
    },
  },
  'espresso-cup': {
    draw: (pen, ink) => {
      drawSolid(pen, oval(196, 238, 104, 14), darken(ink.tint, 0.08));
      pen.fill(oval(196, 235, 78, 8), darken(ink.tint, 0.22));
      pen.line('M246 166 C290 158 284 212 238 208', 12, ink.deep);
      drawBody(pen, ink, 'M136 146 H256 C256 202 240 230 216 236 H176 C152 230 136 202 136 146 Z');
      pen.fill(oval(196, 146, 60, 11), lighten(ink.tint, 0.4));
      pen.fill(oval(196, 148, 51, 8), COFFEE);
      pen.fill(oval(190, 147, 26, 4), 0xb98252);
      drawSteam(pen, 196, 126);
    },
  },
};
