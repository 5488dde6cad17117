/** Figures of lighting. */

import { darken, lighten } from '../colour';
import type { Figures } from '../figure';
import { BRASS, CREAM, DARK, drawBody, drawLabel, drawLeaf, drawSolid, GLOW, LEAF } from '../forms';
import { box, oval, rotationAbout } from '../path';

/** Figures by name. */
export const LIGHTING_FIGURES: Figures = {
  'table-lamp': {
    draw: (pen, ink) => {
      pen.fill(oval(200, 150, 132, 122), GLOW, 0.3);
      drawSolid(pen, 'M182 146 H218 L226 232 H174 Z', CREAM);
      drawSolid(pen, box(154, 230, [92, 18], 9), ink.deep);
      pen.fill(oval(200, 148, 74, 12), GLOW);
      drawBody(
        pen,
        { ...ink, pattern: ink.pattern === 'stripes' ? 'plain' : ink.pattern },
        'M106 146 C106 88 154 58 200 58 C246 58 294 88 294 146 Q294 150 288 150 H112 Q106 150 106 146 Z',
      );
    },
  },
  pendant: {
    scene: 'hang',
    draw: (pen, ink) => {
      pen.fill('M112 184 L40 300 H360 L288 184 Z', GLOW, 0.34);
      pen.line('M200 -10 V84', 4, DARK);
      pen.fill(box(186, 70, [28, 26], 6), BRASS);
      pen.fill(oval(200, 190, 24), 0xfff3cf);
      drawBody(pen, { ...ink, pattern: 'plain' }, 'M100 182 C100 122 146 96 184 92 H216 C254 96 300 122 300 182 Z');
      pen.fill(oval(200, 182, 100, 13), CREAM);
      pen.fill(oval(200, 184, 80, 8), GLOW);
    },
  },
  'desk-lamp': {
    draw: (pen, ink) => {
      pen.fill('M232 158 L306 96 L390 240 H210 Z', GLOW, 0.34);
      pen.line('M158 236 L118 154', 8, DARK);
      pen.line('M118 154 L218 86', 8, DARK);
      pen.fill(oval(118, 154, 10), BRASS);
      drawSolid(pen, 'M108 248 Q108 230 134 230 H184 Q210 230 210 248 Z', ink.deep);
      pen.through(rotationAbout(230, 92, [3, 2.4]), () => {
        drawSolid(pen, box(204, 74, [40, 36], 10), darken(ink.tint, 0.2));
        drawBody(pen, { ...ink, pattern: 'plain' }, 'M236 70 C264 62 296 44 306 38 V146 C296 140 264 122 236 114 Z');
        pen.fill(oval(306, 92, 10, 54), GLOW);
      });
      pen.fill(oval(218, 86, 9), BRASS);
    },
  },
  candle: {
    draw: (pen, ink) => {
      pen.fill(oval(200, 112, 84), GLOW, 0.32);
      pen.line('M200 142 V122', 3, DARK);
      pen.fill('M200 82 C220 106 216 126 200 128 C184 126 180 106 200 82 Z', 0xf6a93b);
      pen.fill('M200 102 C209 114 207 124 200 125 C193 124 191 114 200 102 Z', 0xfff0b8);
      drawSolid(pen, 'M138 140 H262 V234 Q262 248 248 248 H152 Q138 248 138 234 Z', ink.tint);
      pen.fill(oval(200, 140, 62, 10), lighten(ink.tint, 0.5));
      pen.line('M200 140 V128', 3, DARK);
      drawLabel(pen, [164, 166, 72, 60], ink.deep);
      for (const tip of [
        [200, 204, 200, 174],
        [199, 204, 182, 186],
        [201, 204, 218, 186],
      ] as const)
        drawLeaf(pen, tip, { width: 4, colour: LEAF });
    },
  },
  lantern: {
    draw: (pen, ink) => {
      pen.fill(oval(200, 168, 108), GLOW, 0.3);
      pen.line('M172 66 C172 26 228 26 228 66', 5, ink.deep);
      pen.fill(box(150, 104, [100, 128]), 0xfff0c4);
      drawSolid(pen, box(180, 174, [40, 58], 4), CREAM);
      pen.line('M200 176 V166', 3, DARK);
      pen.fill('M200 130 C216 150 212 166 200 168 C188 166 184 150 200 130 Z', 0xf6a93b);
      for (const x of [150, 200, 250])
        pen.line(`M${x} 104 V232`, x === 200 ? 3 : 8, x === 200 ? darken(ink.tint, 0.1) : ink.tint);
      drawSolid(pen, 'M136 106 L166 66 H234 L264 106 Z', ink.tint);
      drawSolid(pen, box(136, 230, [128, 18], 5), ink.deep);
    },
  },
};
