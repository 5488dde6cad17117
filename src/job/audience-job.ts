/** The types of an audience job: its queries, audiences, formats, and what is delivered. */
import type { Share } from '../units';
import type { FilterWish, JobBase, Scalar, Where } from './base-job';
import type { NamedExpression } from './combine/expression';

/** What the audiences of a job are made of: each query makes one, or expressions do. */
export type CombineRule = 'each' | readonly NamedExpression[];

/** How many members are kept, the best by rank: a number from 1, or a share of those who may be addressed. */
export type TopRule = { readonly count: number } | { readonly share: Share };

/** What the files of a run hold: whole audiences, what has changed since the last delivered version, or both. */
export interface ChangeRules {
  readonly files: 'full' | 'changes' | 'both';
  /** Of so many delivered versions one is whole, from 1; counts where `files` is `changes`. */
  readonly fullEvery: number;
}

/** A part of a split. That of the name `holdout` gets no files. */
export interface SplitPart {
  readonly name: string;
  readonly share: Share;
}

export interface AudienceJob extends JobBase {
  readonly kind: 'audience';
  readonly segment: {
    readonly solution: string;
    /** numResults: users per query, 1 to 5,000,000. */
    readonly users: number;
    /** Query name → query, in the file's order: of attributes, or of items. Exactly one of the two. */
    readonly queries: readonly SegmentQuery[];
    /** Its values are constants. */
    readonly filter?: FilterWish;
  };
  readonly audience: {
    readonly where: Where;
    /** By which consent and suppressions are asked for; the job's name where the file has none. */
    readonly topic: string;
    readonly combine: CombineRule;
    /** Left out: everybody. Applied before `sample`, and that before `split`. */
    readonly top?: TopRule;
    readonly sample?: Share;
    /** At least two parts, whose shares add up to 1. */
    readonly split?: readonly SplitPart[];
    /** Name → path of a file with a column user_id, as the job file has it. */
    readonly lists: Readonly<Record<string, string>>;
    /** Names: of nightjar's own formats, or of files in `formats/`. */
    readonly formats: readonly string[];
    /** Of contacts, as further columns of the formats that take any. */
    readonly attributes: readonly string[];
    /** Audience, or audience and part as `drama.b` → the id that the platform gave it. */
    readonly listIds: ReadonlyMap<string, string>;
    readonly change: ChangeRules;
    /** Names of the settings' `destinations`, each once; none where the files stay on S3. */
    readonly deliver: readonly string[];
    /** Audiences, or parts as `drama.b`, that are no longer in the job and whose people are to be taken out; none for most. */
    readonly withdraw: readonly string[];
    /** Key prefix below the output location, ends with `/`. */
    readonly to: string;
  };
}

/** Chooses items of the catalogue as it is when a run begins. */
export interface ItemChoice {
  /** How many at most, 1 to 500. */
  readonly newest: number;
  /** Any of them. */
  readonly category?: readonly string[];
  /** Attribute of items → values, any of which holds; all attributes must hold. */
  readonly where: Readonly<Record<string, readonly Scalar[]>>;
  readonly inStock: boolean;
}

/**
 * `attributes` is a query in Personalize's grammar, `ITEMS.GENRES = "Drama"`; `item` an item id. `items` and `catalogue` ask
 * about several items, and their users make one audience: of each user the best rank.
 */
export type SegmentQuery =
  | { readonly name: string; readonly by: 'attributes'; readonly query: string }
  | { readonly name: string; readonly by: 'item'; readonly itemId: string }
  | { readonly name: string; readonly by: 'items'; readonly itemIds: readonly string[] }
  | { readonly name: string; readonly by: 'catalogue'; readonly choice: ItemChoice };
