/** Defines what an operation of the control plane is. */
import type { z } from 'zod';
import { checkTags, tagsIn } from '../checks/tag-rules';
import type { Plane } from '../plane';
import { validateInput } from '../wire/validate';

/** Holds a response before it is written; undefined members are left out. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Performs an operation on a request that was read from JSON; throws an AwsFault to refuse. */
export type Operation = (plane: Plane, json: unknown) => Promise<JsonObject>;

/** Makes an operation that reads: its request is checked against `shape` first. */
export function reading<Input>(
  shape: z.ZodType<Input>,
  perform: (plane: Plane, input: Input) => JsonObject,
): Operation {
  return async (plane, json) => perform(plane, validateInput(shape, json));
}

/** Makes an operation that changes something: these are taken one at a time, so that none acts on what another changes. */
export function changing<Input>(
  shape: z.ZodType<Input>,
  perform: (plane: Plane, input: Input) => Promise<JsonObject>,
): Operation {
  return async (plane, json) => {
    const input = validateInput(shape, json);
    return plane.takeTurns('change', () => perform(plane, input));
  };
}

/** Makes an operation that creates a resource, whose tags are checked first; of two with one name one is refused. */
export function creating<Input>(
  shape: z.ZodType<Input>,
  perform: (plane: Plane, input: Input) => Promise<JsonObject>,
): Operation {
  return changing(shape, async (plane, input) => {
    checkTags(tagsIn(input));
    return perform(plane, input);
  });
}
