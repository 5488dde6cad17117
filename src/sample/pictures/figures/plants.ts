/** Figures of plants. */

import { lighten } from '../colour';
import type { Figures } from '../figure';
import { CREAM, DARK_LEAF, DARK_WOOD, drawBody, drawLeaf, drawPot, drawSolid, LEAF, LIGHT_LEAF } from '../forms';
import { box, oval, rotationAbout } from '../path';
import type { Pen } from '../pen';

/** Figures by name. */
export const PLANTS_FIGURES: Figures = {
  'snake-plant': {
    draw: (pen, ink) => {
      const blades = [
        [186, 178, 146, 72],
        [214, 178, 258, 66],
        [192, 178, 176, 34],
        [212, 178, 226, 44],
        [200, 180, 202, 58],
      ] as const;
      for (const blade of blades) {
        drawLeaf(pen, blade, { width: 13, colour: 0xc9c86a });
        drawLeaf(pen, blade, { width: 9.5, colour: DARK_LEAF, vein: LIGHT_LEAF });
      }
      drawPot(pen, ink, { top: 176, width: 104 });
    },
  },
  cactus: {
    draw: (pen, ink) => {
      const arm = 'M172 138 H146 Q136 138 136 126 V100';
      pen.line(arm, 26, LEAF);
      pen.line('M228 120 H252 Q262 120 262 108 V88', 24, LEAF);
      drawSolid(pen, box(166, 46, [68, 140], 34), LEAF);
      for (const x of [184, 200, 216]) pen.line(`M${x} 60 V172`, 2.5, DARK_LEAF);
      for (const [x, y] of [
        [176, 84],
        [192, 104],
        [208, 80],
        [224, 112],
        [176, 134],
        [208, 144],
        [192, 70],
        [224, 78],
        [136, 112],
        [262, 102],
      ] as const)
        pen.line(`M${x - 3} ${y} H${x + 3}`, 2, CREAM);
      if (ink.extra > 0) {
        for (const [dx, dy] of [
          [-9, 2],
          [9, 2],
          [0, -8],
          [-6, -5],
          [6, -5],
        ] as const)
          pen.fill(oval(200 + dx, 44 + dy, 7), ink.accent === LEAF ? 0xd9546a : ink.accent);
        pen.fill(oval(200, 43, 5), 0xf2c14e);
      }
      drawPot(pen, ink, { top: 178, width: 108 });
    },
  },
  monstera: {
    draw: (pen, ink) => {
      for (const [x, y] of [
        [134, 88],
        [262, 76],
        [200, 50],
        [150, 146],
        [252, 140],
      ] as const)
        pen.line(`M200 184 Q200 130 ${x} ${y}`, 4, DARK_LEAF);
      drawSplitLeaf(pen, [140, 136, 34], { lean: [4, -3], colour: LIGHT_LEAF });
      drawSplitLeaf(pen, [260, 132, 34], { lean: [4, 3], colour: DARK_LEAF });
      drawSplitLeaf(pen, [134, 82, 42], { lean: [4, -2], colour: DARK_LEAF });
      drawSplitLeaf(pen, [264, 74, 42], { lean: [4, 2.4], colour: LEAF });
      drawSplitLeaf(pen, [200, 54, 46], { lean: [6, -0.6], colour: LEAF });
      drawPot(pen, ink, { top: 178, width: 104 });
    },
  },
  'olive-tree': {
    draw: (pen, ink) => {
      pen.line('M200 186 C196 160 206 150 200 110', 8, DARK_WOOD);
      pen.fill(oval(200, 86, 66, 62), 0x6f8f68);
      for (let leaf = 0; leaf < 46; leaf++) {
        const x = 140 + ((leaf * 47) % 121);
        const y = 30 + ((leaf * 71) % 113);
        if ((x - 200) * (x - 200) + (y - 86) * (y - 86) > 4300) continue;
        const lean = leaf % 2 === 0 ? 15 : -15;
        drawLeaf(pen, [x, y + 6, x + lean, y - 7], {
          width: 4,
          colour: [0x9db890, 0x587a56, 0x86a57a][leaf % 3] ?? LEAF,
        });
      }
      for (const [x, y] of [
        [172, 100],
        [226, 78],
        [206, 120],
        [186, 62],
      ] as const)
        pen.fill(oval(x, y, 5, 6), 0x4a4438);
      drawPot(pen, ink, { top: 180, width: 100 });
    },
  },
  'hanging-plant': {
    scene: 'hang',
    draw: (pen, ink) => {
      for (const x of [142, 258]) pen.line(`M200 -8 L${x} 112`, 3, 0xd9c29f);
      drawVines(pen);
      for (const tip of [
        [180, 108, 156, 74],
        [200, 106, 196, 62],
        [220, 108, 246, 76],
        [190, 106, 176, 66],
        [210, 106, 222, 64],
      ] as const)
        drawLeaf(pen, tip, { width: 8, colour: LEAF, vein: DARK_LEAF });
      drawBody(pen, ink, 'M140 104 H260 C260 150 236 178 200 178 C164 178 140 150 140 104 Z');
      drawSolid(pen, box(134, 96, [132, 16], 8), ink.deep);
    },
  },
};

/** Draws the heart of a monstera leaf with its slits; `place` is x, y and size, `lean` a rotation. */
function drawSplitLeaf(
  pen: Pen,
  [x, y, size]: readonly [number, number, number],
  { lean, colour }: { readonly lean: readonly [number, number]; readonly colour: number },
): void {
  pen.through(rotationAbout(x, y, lean), () => {
    pen.through([size / 40, 0, 0, size / 40, x, y], () => {
      const half = 'C12 -44 46 -34 44 -4 L24 2 L43 6 C42 14 40 18 36 22 L20 16 L30 28 C22 36 10 42 0 46';
      const mirrored =
        'C-10 42 -22 36 -30 28 L-20 16 L-36 22 C-40 18 -42 14 -43 6 L-24 2 L-44 -4 C-46 -34 -12 -44 0 -30';
      pen.fill(`M0 -30 ${half} ${mirrored} Z`, colour);
      pen.line('M0 -28 V40', 2, lighten(colour, 0.3));
      for (const [dx, dy] of [
        [24, -16],
        [26, 10],
        [-24, -16],
        [-26, 10],
      ] as const)
        pen.line(`M0 ${dy - 10} L${dx} ${dy}`, 1.5, lighten(colour, 0.22));
    });
  });
}

/** Draws four hanging vines with leaves on both sides. */
function drawVines(pen: Pen): void {
  const vines = [
    'M150 112 C104 130 112 190 92 240',
    'M164 112 C128 160 150 210 132 268',
    'M250 112 C296 134 284 180 304 226',
    'M238 112 C270 170 252 210 270 256',
  ];
  for (const vine of vines) pen.line(vine, 3, DARK_LEAF);
  for (const [x, y] of [
    [122, 136],
    [110, 166],
    [104, 196],
    [96, 224],
    [140, 158],
    [140, 190],
    [141, 220],
    [134, 252],
    [278, 136],
    [288, 166],
    [294, 196],
    [302, 218],
    [256, 160],
    [260, 192],
    [258, 222],
    [267, 246],
  ] as const) {
    drawLeaf(pen, [x, y, x - 20, y + 13], { width: 6, colour: LEAF });
    drawLeaf(pen, [x, y, x + 20, y + 10], { width: 6, colour: LIGHT_LEAF });
  }
}
