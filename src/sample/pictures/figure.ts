/** What a figure is: how a thing is drawn, and what it stands or hangs in front of. */

import type { Ink } from './forms';
import type { Pen } from './pen';

/** `stand`: on a table whose edge is at 238; `flat`: seen from above; `hang`: from the ceiling or on a wall. */
export type SceneKind = 'stand' | 'flat' | 'hang';

/** A figure in a space of 400 × 300, centred on 200, standing on 248. */
export interface Figure {
  /** `stand` where it is left out. */
  readonly scene?: SceneKind;
  readonly draw: (pen: Pen, ink: Ink) => void;
}

/** Figures by the name that products use. */
export type Figures = Readonly<Record<string, Figure>>;
