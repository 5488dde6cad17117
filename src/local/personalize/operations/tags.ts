/** Performs the operations on tags, which all resources but schemas and AWS's own can have. */
import { AwsFault } from '../../http/fault';
import { pathOf } from '../arns';
import { checkTags, MAX_TAGS, tagsOf } from '../checks/tag-rules';
import type { Plane } from '../plane';
import { type Collection, notFound } from '../resources/collection';
import { lifeOf } from '../resources/life';
import { LIST_TAGS_FOR_RESOURCE, TAG_RESOURCE, UNTAG_RESOURCE } from '../wire/lookup-requests';
import { invalidInput } from '../wire/validate';
import { changing, reading } from './operation';

/** Adds tags to a resource; the value of a key that is there is replaced. */
export const tagResource = changing(TAG_RESOURCE, async (plane, { resourceArn, tags }) => {
  const collection = requireTaggable(plane, resourceArn);
  checkTags(tags);
  const resource = collection.get(resourceArn);
  if (/^DELETE/.test(lifeOf(plane, resource).status)) {
    throw new AwsFault('ResourceInUseException', `Resource ${resourceArn} is being deleted.`);
  }
  const kept = tagsOf(resource).filter(({ tagKey }) => tags.every((tag) => tag.tagKey !== tagKey));
  const all = [...kept, ...tags];
  checkTags(all);
  await collection.setTags(resourceArn, all);
  return {};
});

/** Removes tags from a resource; keys that are not there are passed over. */
export const untagResource = changing(UNTAG_RESOURCE, async (plane, { resourceArn, tagKeys }) => {
  const collection = requireTaggable(plane, resourceArn);
  if (tagKeys.length > MAX_TAGS) {
    const message = `The request contains more than the ${MAX_TAGS} tag keys that a resource can have.`;
    throw new AwsFault('TooManyTagKeysException', message);
  }
  const kept = tagsOf(collection.get(resourceArn)).filter(({ tagKey }) => !tagKeys.includes(tagKey));
  await collection.setTags(resourceArn, kept);
  return {};
});

/** Lists the tags of a resource. */
export const listTagsForResource = reading(LIST_TAGS_FOR_RESOURCE, (plane, { resourceArn }) => {
  return { tags: tagsOf(requireTaggable(plane, resourceArn).get(resourceArn)) };
});

type Taggable = Pick<Collection<unknown, unknown>, 'get' | 'has' | 'setTags'>;

function requireTaggable(plane: Plane, arn: string): Taggable {
  const [kind = ''] = pathOf(arn).split('/');
  if (['schema', 'recipe', 'algorithm', 'feature-transformation'].includes(kind)) {
    throw invalidInput(`A resource of type ${kind} can't have tags.`);
  }
  const collection = Object.values<Taggable>({ ...plane.resources }).find((one) => one.has(arn));
  if (collection === undefined) throw notFound(arn);
  return collection;
}
