/** Holds the rules of tags: developer guide, "Tagging Amazon Personalize resources". */
import { z } from 'zod';
import { AwsFault } from '../../http/fault';
import type { Resource } from '../resources/collection';
import type { Tag } from '../resources/resource-files';
import { invalidInput } from '../wire/validate';

/** Tags that a resource may have. */
export const MAX_TAGS = 50;

const TAGGED = z.object({ tags: z.array(z.object({ tagKey: z.string(), tagValue: z.string() })).optional() });

/** Reads the tags in a request; empty where it has none. */
export function tagsIn(input: unknown): readonly Tag[] {
  const result = TAGGED.safeParse(input);
  return result.success ? (result.data.tags ?? []) : [];
}

/** Lists a resource's tags: those that it was made with, until they are changed. */
export function tagsOf(resource: Resource<unknown, unknown>): readonly Tag[] {
  return resource.tags ?? tagsIn(resource.detail);
}

/**
 * Checks the tags of one resource.
 *
 * @throws AwsFault TooManyTagsException, or InvalidInputException where a key is twice there or is AWS's own
 */
export function checkTags(tags: readonly Tag[]): void {
  if (tags.length > MAX_TAGS) {
    throw new AwsFault('TooManyTagsException', `A resource can have at most ${MAX_TAGS} tags.`);
  }
  // Keys are sensitive by the model, and so not echoed.
  if (new Set(tags.map((tag) => tag.tagKey)).size < tags.length) throw invalidInput('Tag keys must be unique.');
  if (tags.some((tag) => /^aws:/i.test(tag.tagKey))) throw invalidInput('Tag keys must not begin with aws:.');
}
