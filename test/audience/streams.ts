/** Turns lists into streams and back, for tests. */

/** Streams values one by one. */
export async function* stream<T>(values: readonly T[]): AsyncGenerator<T> {
  for (const value of values) {
    await Promise.resolve();
    yield value;
  }
}

/** Streams values in batches of a size. */
export async function* batches<T>(values: readonly T[], size: number): AsyncGenerator<readonly T[]> {
  for (let index = 0; index < values.length; index += size) {
    await Promise.resolve();
    yield values.slice(index, index + size);
  }
}

/** Collects a stream of batches into one list. */
export async function collectAll<T>(source: AsyncIterable<readonly T[]>): Promise<readonly T[]> {
  return (await collect(source)).flat();
}

/** Collects a stream. */
export async function collect<T>(source: AsyncIterable<T>): Promise<readonly T[]> {
  const values: T[] = [];
  for await (const value of source) values.push(value);
  return values;
}

/** Cuts bytes into chunks of a size, however lines and characters lie. */
export function cut(bytes: Uint8Array, size: number): readonly Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}
