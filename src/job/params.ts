/** The types of a job's params: what a job file declares, and the values that a run has. */

export const PARAM_TYPES = ['string', 'number', 'integer', 'boolean', 'date', 'list'] as const;
/** A date is a text `YYYY-MM-DD`, a list one of texts. */
export type ParamType = (typeof PARAM_TYPES)[number];

export type ParamValue = string | number | boolean | readonly string[];

/** The value of every param of a job by its name, given or default. */
export type ParamValues = Readonly<Record<string, ParamValue>>;

/** What is given for params by their names, as a person writes it: `{ category: 'tea', minPrice: '10' }`. */
export type GivenParams = Readonly<Record<string, string>>;

/** A param as a job file declares it. */
export interface ParamRule {
  /** `[a-z][A-Za-z0-9]{0,39}`. */
  readonly name: string;
  readonly type: ParamType;
  readonly about?: string;
  /** Without one every run must be given a value. */
  readonly default?: ParamValue;
  /** What stands for the value where a job is checked and none is given. */
  readonly example?: ParamValue;
  /** The values, or the entries of a list, that there may be. */
  readonly oneOf?: readonly (string | number)[];
  /** Of numbers and dates, inclusive. */
  readonly min?: number | string;
  readonly max?: number | string;
  /** A regular expression that a text, or each entry of a list, matches as a whole. */
  readonly pattern?: string;
}

/** Where the values of params come from: a person, or a run that has them already. Without either, a job is only checked. */
export type ParamSource =
  | { readonly by: 'given'; readonly given: GivenParams }
  | { readonly by: 'run'; readonly values: ParamValues };
