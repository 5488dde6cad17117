/** Prints scores as Personalize does. */

/**
 * Prints a number of at most seven decimals as Java's Double.toString does: at least one decimal, and nearer to
 * zero than 0.001 with an exponent, such as `7.17E-5`, `1.0E-7`, `0.0`, `0.25`.
 *
 * @param score  above −10⁷ and below 10⁷
 */
export function printScore(score: number): string {
  if (score === 0 || Math.abs(score) >= 0.001) return Number.isInteger(score) ? `${score}.0` : String(score);
  const [digits = '0', exponent = '0'] = score.toExponential().split('e');
  return `${digits.includes('.') ? digits : `${digits}.0`}E${Number(exponent)}`;
}
