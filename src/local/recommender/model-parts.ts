/** Takes named parts out of a model, and names what is missing. */
import type { ModelParts } from './recipe';

/** @throws RangeError if there is no such number */
export function takeNumber(parts: ModelParts, name: string): number {
  return present(parts.numbers[name], name);
}

/** @throws RangeError if there is no such list */
export function takeTexts(parts: ModelParts, name: string): readonly string[] {
  return present(parts.texts[name], name);
}

/** @throws RangeError if there is no such array, or if it is of another type */
export function takeInt32(parts: ModelParts, name: string): Int32Array {
  const array = parts.arrays[name];
  return present(array instanceof Int32Array ? array : undefined, name);
}

/** @throws RangeError if there is no such array, or if it is of another type */
export function takeFloat32(parts: ModelParts, name: string): Float32Array {
  const array = parts.arrays[name];
  return present(array instanceof Float32Array ? array : undefined, name);
}

/** @throws RangeError if there is no such array, or if it is of another type */
export function takeFloat64(parts: ModelParts, name: string): Float64Array {
  const array = parts.arrays[name];
  return present(array instanceof Float64Array ? array : undefined, name);
}

function present<Part>(part: Part | undefined, name: string): Part {
  if (part === undefined) throw new RangeError(`the model has no part "${name}"`);
  return part;
}

/** Joins the parts of several components; their names don't overlap. */
export function joinParts(...all: readonly ModelParts[]): ModelParts {
  return {
    numbers: Object.assign({}, ...all.map((parts) => parts.numbers)),
    texts: Object.assign({}, ...all.map((parts) => parts.texts)),
    arrays: Object.assign({}, ...all.map((parts) => parts.arrays)),
  };
}
