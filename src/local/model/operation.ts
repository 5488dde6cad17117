/** Defines the notation of the service models: what an operation takes, answers and throws. */
import type { StructureShape } from './shape';

/** Names the error classes of the models, without the word Exception behind each. */
export type ErrorName =
  | 'InvalidInput'
  | 'InvalidNextToken'
  | 'LimitExceeded'
  | 'ResourceAlreadyExists'
  | 'ResourceInUse'
  | 'ResourceNotFound'
  | 'TooManyTagKeys'
  | 'TooManyTags';

/** Holds an operation of a model. An output of null is an answer without a body. */
export interface OperationModel {
  readonly input: StructureShape;
  readonly output: StructureShape | null;
  readonly errors: readonly ErrorName[];
  /** Whether a client may repeat the call; AWS's mark, which most creates have and those of jobs lack. */
  readonly idempotent: boolean;
  /** Where it is reached; the operations of the control plane share one path and are told apart by a header. */
  readonly path: string;
}

/** Makes an operation that is reached by `POST` at `path`. */
export function operation(
  input: StructureShape,
  output: StructureShape | null,
  more: { readonly errors: readonly ErrorName[]; readonly idempotent?: boolean; readonly path?: string },
): OperationModel {
  return { input, output, errors: more.errors, idempotent: more.idempotent ?? false, path: more.path ?? '/' };
}
