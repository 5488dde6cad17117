/** Says which recipes a filter is for. */
import { conditionsOf, datasetOf, type FilterExpression } from './expression';

/** Says what a filter has to know of a recipe: AWS's short name, and its recipe type. */
export interface FilteredRecipe {
  readonly name: string;
  readonly recipeType: string;
}

/** Explains why batch jobs of a recipe can't use a filter; undefined where they can. */
export function explainMisfit(filter: FilterExpression, recipe: FilteredRecipe): string | undefined {
  const isSegment = recipe.recipeType === 'USER_SEGMENTATION';
  if (isSegment !== (filter.subject === 'UserID')) {
    const wanted = isSegment ? 'UserID' : 'ItemID';
    return `The filter is about ${filter.subject}, and the recipe ${recipe.name} needs a filter about ${wanted}.`;
  }
  const asksCurrentItem = filter.clauses.flatMap(conditionsOf).some(({ operand }) => operand.kind === 'currentItem');
  if (asksCurrentItem && recipe.recipeType !== 'RELATED_ITEMS') {
    return `The filter uses CurrentItem, which only recipes of the type RELATED_ITEMS can, not ${recipe.name}.`;
  }
  const asksEvents = filter.clauses.some((clause) => datasetOf(clause) === 'Interactions');
  if (asksEvents && recipe.name === 'aws-item-attribute-affinity') {
    return 'Item interactions filters cannot be used with the recipe aws-item-attribute-affinity.';
  }
  return undefined;
}
