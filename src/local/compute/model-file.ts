/**
 * Keeps models in files: the mark, the header's length (4 bytes, little endian), the header as JSON, and the arrays
 * as they lie in memory, each at a multiple of 8 bytes from the end of the header.
 */
import { open } from 'node:fs/promises';
import { z } from 'zod';
import type { ModelParts } from '../recommender/recipe';
import { DataProblem } from './data-problem';
import { writeFileWhole } from './output-file';

const MARK = 'NJMODEL1';
const HEAD_BYTES = MARK.length + 4;
const ALIGNMENT = 8;

const TYPES = { f32: Float32Array, f64: Float64Array, i32: Int32Array } as const;

const HEADER = z.object({
  recipe: z.string(),
  numbers: z.record(z.string(), z.number()),
  texts: z.record(z.string(), z.array(z.string())),
  arrays: z.array(z.object({ name: z.string(), type: z.enum(['f32', 'f64', 'i32']), length: z.number() })),
});

/** Writes a model; the same model gives the same bytes. */
export async function writeModel(file: string, recipe: string, parts: ModelParts): Promise<void> {
  const arrays = Object.entries(parts.arrays).map(([name, array]) => ({ name, type: nameType(array), array }));
  const header = Buffer.from(
    JSON.stringify({
      recipe,
      numbers: parts.numbers,
      texts: parts.texts,
      arrays: arrays.map(({ name, type, array }) => ({ name, type, length: array.length })),
    }),
  );
  const head = Buffer.alloc(HEAD_BYTES);
  head.write(MARK, 'latin1');
  head.writeUInt32LE(header.length, MARK.length);
  await writeFileWhole(file, async (output) => {
    await output.writeBytes(head);
    await output.writeBytes(header);
    for (const { array } of arrays) {
      const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
      await output.writeBytes(bytes);
      await output.writeBytes(new Uint8Array(align(bytes.length) - bytes.length));
    }
  });
}

/**
 * Reads a model.
 *
 * @throws DataProblem if the file is no model, of another recipe, or cut off
 */
export async function readModel(file: string, recipe: string): Promise<ModelParts> {
  const handle = await open(file, 'r');
  try {
    const size = (await handle.stat()).size;
    const head = await readBytes(handle, 0, Math.min(size, HEAD_BYTES));
    if (head.toString('latin1', 0, MARK.length) !== MARK) throw new DataProblem('The model file is not a model');
    const length = head.readUInt32LE(MARK.length);
    const header = HEADER.parse(JSON.parse((await readBytes(handle, HEAD_BYTES, length)).toString('utf8')));
    if (header.recipe !== recipe) {
      throw new DataProblem(`The model was trained with the recipe ${header.recipe}, not with ${recipe}`);
    }
    const body = await readBytes(handle, HEAD_BYTES + length, size - HEAD_BYTES - length);
    return { numbers: header.numbers, texts: header.texts, arrays: cutArrays(body, header.arrays) };
  } finally {
    await handle.close();
  }
}

type Handle = Awaited<ReturnType<typeof open>>;

/** Reads into memory of its own, which starts at a multiple of 8. */
async function readBytes(handle: Handle, position: number, length: number): Promise<Buffer<ArrayBuffer>> {
  const bytes = Buffer.from(new ArrayBuffer(Math.max(0, length)));
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await handle.read(bytes, filled, Math.min(bytes.length - filled, 1 << 30), position + filled);
    if (bytesRead === 0) throw new DataProblem('The model file is cut off');
    filled += bytesRead;
  }
  return bytes;
}

function cutArrays(body: Buffer<ArrayBuffer>, arrays: z.infer<typeof HEADER>['arrays']): ModelParts['arrays'] {
  let at = 0;
  const entries = arrays.map(({ name, type, length }) => {
    const Type = TYPES[type];
    if (at + length * Type.BYTES_PER_ELEMENT > body.length) throw new DataProblem('The model file is cut off');
    const array = new Type(body.buffer, body.byteOffset + at, length);
    at += align(array.byteLength);
    return [name, array] as const;
  });
  return Object.fromEntries(entries);
}

function align(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

function nameType(array: ModelParts['arrays'][string]): keyof typeof TYPES {
  if (array instanceof Float32Array) return 'f32';
  return array instanceof Float64Array ? 'f64' : 'i32';
}
