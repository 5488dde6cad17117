/** What a product of the sample shop is: a kind of thing that comes in variants. */

import type { Wording } from '../rows';
import type { VariantKind } from './variants';

/** A product; in titles and texts `{v}` stands for the variant's name in that language. */
export interface Product {
  /** The category within the main category, such as `mugs`. */
  readonly group: string;
  /** The figure in its picture. */
  readonly figure: string;
  readonly variants: VariantKind;
  /** Lowest and highest price in whole euros. */
  readonly price: readonly [number, number];
  readonly title: Wording;
  readonly text: Wording;
}

/** A main category with its products; together they have at least 50 variants. */
export interface Category {
  readonly name: string;
  readonly products: readonly Product[];
}
