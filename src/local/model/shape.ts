/** Defines the notation of the service models: what a value may be. A pattern must fit the whole text, as AWS's own check demands. */

/** Bounds of a text (its length in UTF-16 units), a number (its value), or a list or map (its size). */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

/** A text; `values` are the only ones allowed, `pattern` is as the model writes it. */
export interface TextShape extends Bounds {
  readonly type: 'string';
  readonly pattern?: string;
  readonly values?: readonly string[];
  readonly sensitive?: boolean;
}

/** A number; an integer has 32 bits. */
export interface NumberShape extends Bounds {
  readonly type: 'integer' | 'double' | 'float';
}

/** A truth value, or a time in epoch seconds. */
export interface PlainShape {
  readonly type: 'boolean' | 'timestamp';
}

/** A list of members of one shape. */
export interface ListShape extends Bounds {
  readonly type: 'list';
  readonly member: Shape;
}

/** A map from texts to values of one shape. */
export interface MapShape extends Bounds {
  readonly type: 'map';
  readonly key: TextShape;
  readonly value: Shape;
  readonly sensitive?: boolean;
}

/** An object of named members; those in `required` must be there. */
export interface StructureShape {
  readonly type: 'structure';
  readonly members: Readonly<Record<string, Shape>>;
  readonly required: readonly string[];
  readonly sensitive?: boolean;
}

/** What a value may be; the value of a sensitive shape is never echoed. */
export type Shape = TextShape | NumberShape | PlainShape | ListShape | MapShape | StructureShape;

/** Makes a text. */
export function text(bounds: Omit<TextShape, 'type' | 'values'> = {}): TextShape {
  return { type: 'string', ...bounds };
}

/** Makes a text that is one of a few. */
export function oneOf(...values: readonly string[]): TextShape {
  return { type: 'string', values };
}

/** Makes a whole number. */
export function integer(bounds: Bounds = {}): NumberShape {
  return { type: 'integer', ...bounds };
}

/** Makes a number. */
export function double(bounds: Bounds = {}): NumberShape {
  return { type: 'double', ...bounds };
}

/** Makes a list. */
export function list(member: Shape, bounds: Bounds = {}): ListShape {
  return { type: 'list', member, ...bounds };
}

/** Makes a map. */
export function map(key: TextShape, value: Shape, more: Bounds & { readonly sensitive?: boolean } = {}): MapShape {
  return { type: 'map', key, value, ...more };
}

/** Makes a structure; the names behind the members are those of the required ones. */
export function structure<Members extends Readonly<Record<string, Shape>>>(
  members: Members,
  ...required: readonly (keyof Members & string)[]
): StructureShape {
  return { type: 'structure', members, required };
}

/** Makes a structure whose values are never echoed. */
export function sensitive(shape: StructureShape): StructureShape {
  return { ...shape, sensitive: true };
}

export const BOOLEAN: PlainShape = { type: 'boolean' };
export const TIMESTAMP: PlainShape = { type: 'timestamp' };
export const FLOAT: NumberShape = { type: 'float' };
