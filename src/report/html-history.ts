/** Draws how the size of an audience went, as a small picture. */
import { formatCount } from './figures';
import { html, type Markup } from './markup';

const HEIGHT = 40;
const STEP = 9;
const BAR = 7;

/** Draws a bar for each size, the last one in full colour; nothing where there is only one. */
export function renderHistory(
  sizes: readonly { readonly slot: string; readonly members: number }[],
): Markup | undefined {
  if (sizes.length < 2) return undefined;
  const largest = Math.max(1, ...sizes.map(({ members }) => members));
  const width = sizes.length * STEP - (STEP - BAR);
  const label = sizes.map(({ slot, members }) => `${slot}: ${formatCount(members)}`).join(', ');
  return html`<svg class="history" role="img" aria-label="${label}" width="${width}" height="${HEIGHT}" viewBox="0 0 ${width} ${HEIGHT}">${sizes.map(
    ({ slot, members }, index) => {
      const height = Math.max(1, (members / largest) * HEIGHT);
      const name = index === sizes.length - 1 ? 'now' : 'before';
      return html`<rect class="${name}" x="${index * STEP}" y="${(HEIGHT - height).toFixed(1)}" width="${BAR}" height="${height.toFixed(1)}" rx="1.5"><title>${slot}: ${formatCount(members)}</title></rect>`;
    },
  )}</svg>`;
}
