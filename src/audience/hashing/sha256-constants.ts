/** The constants of SHA-256 as bytes of 32-bit words, computed as FIPS 180-4 defines them. */

/** FIPS 180-4, 4.2.2: from the cube roots of the first primes. */
export const writeRoundConstants = (count: number): readonly number[] => writeRoots(count, Math.cbrt);
/** FIPS 180-4, 5.3.3: from their square roots. */
export const writeFirstHash = (count: number): readonly number[] => writeRoots(count, Math.sqrt);

/** The first 32 bits behind the point of a root of each of the first primes; a double has 49 there and more. */
function writeRoots(count: number, root: (prime: number) => number): readonly number[] {
  const primes: number[] = [];
  for (let n = 2; primes.length < count; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  const words = Uint32Array.from(primes, (prime) => (root(prime) % 1) * 2 ** 32);
  return [...new Uint8Array(words.buffer)];
}
