/** Models the operations on tags. */
import { operation } from './operation';
import { ARN, TAG_KEY } from './scalars';
import { list, structure } from './shape';
import { TAGS } from './structures';

/** Holds the operations on tags. */
export const TAG_OPERATIONS = {
  ListTagsForResource: operation(structure({ resourceArn: ARN }, 'resourceArn'), structure({ tags: TAGS }), {
    errors: ['InvalidInput', 'ResourceNotFound', 'ResourceInUse'],
  }),
  TagResource: operation(structure({ resourceArn: ARN, tags: TAGS }, 'resourceArn', 'tags'), structure({}), {
    errors: ['InvalidInput', 'ResourceNotFound', 'TooManyTags', 'ResourceInUse', 'LimitExceeded'],
  }),
  UntagResource: operation(
    structure({ resourceArn: ARN, tagKeys: list(TAG_KEY, { min: 0, max: 200 }) }, 'resourceArn', 'tagKeys'),
    structure({}),
    { errors: ['InvalidInput', 'ResourceNotFound', 'TooManyTagKeys', 'ResourceInUse'] },
  ),
} as const;
