/** Colours as whole numbers `0xRRGGBB`, and how to vary them. */

/** Taken out of Math once: looking a global up in a hot loop is slow in sandboxes, such as that of jest. */
const { round, sqrt } = Math;

/** Reads `#rrggbb`. */
export function parseColour(text: string): number {
  return Number.parseInt(text.slice(1), 16);
}

/** Mixes two colours: `share` 0 gives the first, 1 the second. */
export function mixColours(one: number, other: number, share: number): number {
  const channel = (shift: number): number => {
    const from = (one >> shift) & 255;
    return round(from + (((other >> shift) & 255) - from) * share) << shift;
  };
  return channel(16) | channel(8) | channel(0);
}

/** Tells how light a colour looks, 0 to 1 (weights of ITU-R BT.601). */
export function lightnessOf(colour: number): number {
  return (0.299 * ((colour >> 16) & 255) + 0.587 * ((colour >> 8) & 255) + 0.114 * (colour & 255)) / 255;
}

/** Tells how far apart two colours are, 0 to 1, lightness counted twice. */
export function colourDistance(one: number, other: number): number {
  const difference = (shift: number): number => (((one >> shift) & 255) - ((other >> shift) & 255)) / 255;
  const [red, green, blue] = [difference(16), difference(8), difference(0)];
  const light = lightnessOf(one) - lightnessOf(other);
  return sqrt((red * red + green * green + blue * blue + 2 * light * light) / 5);
}

/** Darkens towards a warm black. */
export function darken(colour: number, share: number): number {
  return mixColours(colour, 0x2a1f2d, share);
}

/** Lightens towards a warm white. */
export function lighten(colour: number, share: number): number {
  return mixColours(colour, 0xfffaf0, share);
}
