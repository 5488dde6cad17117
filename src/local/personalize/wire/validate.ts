/** Checks requests against the service model, and words the problems as AWS does. */
import { z } from 'zod';
import { AwsFault } from '../../http/fault';
import { checkShape } from '../../model/check';
import type { StructureShape } from '../../model/shape';

/**
 * Checks a request against an operation's input. Unknown members and nulls are dropped.
 *
 * @returns what fits the shape
 * @throws AwsFault InvalidInputException with every constraint that fails, or SerializationException for a wrong type
 */
export function checkInput(shape: StructureShape, json: unknown): unknown {
  const { value, problems } = checkShape(shape, json);
  const wrongType = problems.find((problem) => problem.kind === 'type');
  if (wrongType !== undefined) throw new AwsFault('SerializationException', wrongType.text);
  const broken = problems.filter((problem) => problem.kind === 'constraint');
  if (broken.length === 0) return value;
  const count = `${broken.length} validation error${broken.length === 1 ? '' : 's'} detected`;
  throw invalidInput(`${count}: ${broken.map((problem) => problem.text).join('; ')}`);
}

/**
 * Reads a checked request into an operation's own types.
 *
 * @throws AwsFault InvalidInputException where the operation takes less than the model allows
 */
export function validateInput<Input>(shape: z.ZodType<Input>, checked: unknown): Input {
  const result = shape.safeParse(checked);
  if (result.success) return result.data;
  throw invalidInput(z.prettifyError(result.error));
}

/** Makes the fault for a request that can't be fulfilled as it is. */
export function invalidInput(message: string): AwsFault {
  return new AwsFault('InvalidInputException', message);
}
